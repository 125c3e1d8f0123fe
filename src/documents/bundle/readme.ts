import { sha256 } from '@noble/hashes/sha2.js';
import { encodeHex } from '../../base/hex.ts';
import { BUNDLE_FILE as FILE, nameRevocationList } from '../../proof/bundle/bundle-files.ts';
import type { CertificateDossier, DossierToken, TimestampDossier } from '../../proof/bundle/dossier.ts';
import { encodeEnvelope } from '../../proof/certificate/envelope.ts';

/** README.txt of a certificate's bundle, for an expert who has stock tools and no reason to trust the issuer. */
export function writeReadme(dossier: CertificateDossier, publicUrl: string): string {
  const { id, version, issuedAt, workSha256, document, envelope, token, envelopeProof, workProof } = dossier;
  const { log } = document;
  const sections = [
    `PROOF BUNDLE OF CERTIFICATE ${id}

  version          ${version}
  issued           ${new Date(issuedAt).toISOString()} (by the issuer's word)
  state            ${describeState(dossier)}
  SHA-256 of work  ${encodeHex(workSha256)}
  SHA-256 of envelope.json
                   ${encodeHex(sha256(encodeEnvelope(envelope)))}
  signing key      ${envelope.keyId}
  page             ${publicUrl}/cert/${id}

Everything here can be checked without the server that made it. All at once, with Python 3.9 or later and nothing else:

  python3 verify_cli.py BUNDLE.zip --file WORK --trusted-key KEY

KEY is the public key of the issuer in base64, from a source that you trust. You need not trust verify_cli.py either:
the steps below use openssl, sha256sum and any OpenTimestamps client. Unpack the archive and work in its folder.`,
    `1. THE FILES ARE WHOLE

  sha256sum -c SHA256SUMS

  This only shows that nothing was damaged on the way.`,
    `2. THE WORK

  sha256sum WORK

  has to print the SHA-256 of the work above. It stands in manifest.json too, which is what was signed.`,
    `3. THE SIGNATURE (Ed25519, RFC 8032)

  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.sig

  has to print "Signature Verified Successfully". (OpenSSL 3.0 or later.) Then compare the key with the one that the
  issuer has published:

  openssl pkey -pubin -in public-key.pem -outform DER | tail -c 32 | base64

  ${publicUrl}/.well-known/trackorigin-public-key.json lists every key that was ever used and from when to when. A key
  that you only know from this archive proves that somebody signed, and not who. envelope.json is the manifest, the
  name of the key and the signature in one file; it is what the time stamps below are about.`,
    envelopeProof === null
      ? `4. BITCOIN

  Nothing was given to calendars yet when this archive was made. Download it again later.`
      : `4. BITCOIN (OpenTimestamps)

  ots verify -f envelope.json envelope.ots${workProof === null ? '' : '\n  ots verify -f WORK work.ots'}

  with any OpenTimestamps client. It follows the operations in the proof from the SHA-256 of the file to the Merkle root
  of a Bitcoin block; take the header of that block from a Bitcoin node of your own ("bitcoin-cli getblockheader") or
  compare it in several block explorers. The block's time is a time at which the file was there already. A proof that
  says "pending" is not in Bitcoin yet: "ots upgrade" completes it, or download this archive again.`,
    token === null
      ? `5. TIME-STAMP TOKEN

  There is none in this archive.`
      : `5. TIME-STAMP TOKEN (RFC 3161)

  openssl ts -verify -in token.tsr -data envelope.json -CAfile tsa-root.pem -untrusted tsa-chain.pem
  openssl ts -reply -in token.tsr -text

  The first has to print "Verification: OK"; the second shows the time. Get the root certificate of the authority from
  the authority itself and compare it with tsa-root.pem. When certificates have expired since, add
  "-attime ${Math.floor(token.time / 1000)}", the time in the token.${describeRevocations(token)}`,
    log === null
      ? `6. PUBLIC LOG

  The log had not published the entry yet when this archive was made.`
      : `6. PUBLIC LOG (RFC 6962 tree, C2SP tlog-checkpoint and tlog-proof)

  log-entry.json is the entry, checkpoint.txt the signed text of the log ${log.origin}, log.tlog-proof
  the hashes that lead from the one to the other, with the signatures. The entry does not name anybody: its "commitment"
  is SHA-256(salt, SHA-256 of envelope.json), with the "salt" of certificate.json:

  { printf %s "$SALT" | xxd -r -p; sha256sum < envelope.json | cut -c1-64 | xxd -r -p; } | sha256sum

  The log's key is in certificate.json; get it from another source as well. That the log is one and the same for
  everybody is shown by its witnesses and by checkpoint.ots, a proof of checkpoint.txt as in step 4.`,
    `WHAT IT PROVES

  That the holder of the signing key signed exactly this manifest, about a work with exactly this SHA-256; and, once a
  proof leads to a Bitcoin block, that signature and work were there before that block was mined.

WHAT IT DOES NOT PROVE

  That what the manifest says is true, who made the work or owns it, or that the work did not exist much earlier. That
  the certificate was not revoked after this archive was made: ask the issuer, or read its signed list of revocations.
  The issuer's times and the status in certificate.json are its own word.

FILES

${listFiles(dossier)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function describeRevocations({ revocations }: DossierToken): string {
  if (revocations.length === 0) return '';
  const commands = revocations.map((_, i) => `  openssl crl -inform DER -in ${nameRevocationList(i)} -noout -text\n`);
  return `

  What the issuers of these certificates had revoked when the token was made:

${commands.join('')}
  A serial number of tsa-chain.pem must not be in there with an earlier date. The verifiers do not judge these lists.`;
}

function describeState({ state, revokedAt }: CertificateDossier): string {
  if (state === 'revoked') {
    return `REVOKED${revokedAt === null ? '' : ` at ${new Date(revokedAt).toISOString()}`}: do not rely on it`;
  }
  return state === 'valid'
    ? 'active when this archive was made'
    : 'active when this archive was made, not in Bitcoin yet';
}

const DESCRIPTIONS: readonly (readonly [name: string, text: string])[] = [
  [FILE.certificate, 'the certificate with all that is needed to check it'],
  [FILE.manifest, 'what was signed, byte by byte'],
  [FILE.signature, 'the signature, 64 raw bytes'],
  [FILE.publicKey, 'the key that signed'],
  [FILE.envelope, 'manifest, key name and signature in one'],
  [FILE.envelopeProof, 'OpenTimestamps proof of envelope.json'],
  [FILE.workProof, 'OpenTimestamps proof of the work'],
  [FILE.token, 'RFC 3161 answer of a time-stamping authority about envelope.json'],
  [FILE.tokenChain, 'certificates of that authority'],
  [FILE.tokenRoot, 'the root that they lead to'],
  [FILE.logEntry, 'the entry of the public log'],
  [FILE.logProof, 'proof that the entry is in the log'],
  [FILE.checkpoint, 'what the log signed'],
  [FILE.checkpointProof, 'OpenTimestamps proof of checkpoint.txt'],
  [FILE.chain, 'every version, as the server lists them'],
  [FILE.verifier, 'checks this archive; Python 3.9 or later'],
  [FILE.sums, 'SHA-256 of every file'],
];

function listFiles({
  envelopeProof,
  workProof,
  checkpointProof,
  token,
  document: { log },
}: CertificateDossier): string {
  const missing = new Set<string>([
    ...(envelopeProof === null ? [FILE.envelopeProof] : []),
    ...(workProof === null ? [FILE.workProof] : []),
    ...(token === null ? [FILE.token, FILE.tokenChain, FILE.tokenRoot] : []),
    ...(log === null ? [FILE.logEntry, FILE.logProof, FILE.checkpoint] : []),
    ...(log === null || checkpointProof === null ? [FILE.checkpointProof] : []),
  ]);
  const lists = (token?.revocations ?? []).map(
    (_, i) => [nameRevocationList(i), 'certificates that an issuer of the authority had revoked'] as const,
  );
  const rows = [...DESCRIPTIONS.filter(([name]) => !missing.has(name)), ...lists];
  return rows.map(([name, text]) => `  ${name.padEnd(18)}${text}`).join('\n');
}

/** README.txt of a timestamp's bundle. */
export function writeTimestampReadme(dossier: TimestampDossier, publicUrl: string): string {
  const { id, createdAt, workSha256 } = dossier;
  return `PROOF BUNDLE OF TIMESTAMP ${id}

  made             ${new Date(createdAt).toISOString()} (by the server's word)
  SHA-256 of work  ${encodeHex(workSha256)}
  page             ${publicUrl}/cert/${id}

  receipt.json   what the server recorded
  work.ots       OpenTimestamps proof of the work
  verify_cli.py  checks this archive; Python 3.9 or later
  SHA256SUMS     SHA-256 of every file

To check it, unpack the archive beside the work:

  sha256sum -c SHA256SUMS
  sha256sum WORK                       has to print the SHA-256 above
  python3 verify_cli.py receipt.json --file WORK

or, with any OpenTimestamps client, "ots verify -f WORK work.ots". Both follow the operations in the proof from the
SHA-256 of the work to the Merkle root of a Bitcoin block. Take the header of that block from a Bitcoin node of your own
or compare it in several block explorers. A proof that says "pending" is not in Bitcoin yet: "ots upgrade" completes it,
or download this archive again.

A proof that leads to a block proves that the work, exactly as it is, existed before that block was mined. It does not
prove who made it, who owns it, that what it shows is true, or that it did not exist much earlier.
`;
}
