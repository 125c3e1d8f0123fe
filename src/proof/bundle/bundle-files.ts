import { encodeBase64 } from '../../base/base64.ts';
import { concatBytes } from '../../base/bytes.ts';

/** Names in a proof bundle: docs/formats/bundle.md. */
export const BUNDLE_FILE = {
  readme: 'README.txt',
  certificate: 'certificate.json',
  manifest: 'manifest.json',
  signature: 'manifest.sig',
  publicKey: 'public-key.pem',
  envelope: 'envelope.json',
  envelopeProof: 'envelope.ots',
  workProof: 'work.ots',
  token: 'token.tsr',
  tokenChain: 'tsa-chain.pem',
  tokenRoot: 'tsa-root.pem',
  logEntry: 'log-entry.json',
  logProof: 'log.tlog-proof',
  checkpoint: 'checkpoint.txt',
  checkpointProof: 'checkpoint.ots',
  chain: 'chain.json',
  verifier: 'verify_cli.py',
  sums: 'SHA256SUMS',
} as const;

/** Of the list of revoked certificates with this index: an authority has one for each of its issuers. */
export function nameRevocationList(index: number): string {
  return `tsa-crl-${index + 1}.der`;
}

/** What stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** An Ed25519 key as openssl reads it (RFC 7468, RFC 8410). */
export function formatPublicKeyPem(publicKey: Uint8Array): string {
  const base64 = encodeBase64(concatBytes(SPKI_PREFIX, publicKey));
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`;
}

/** Lines `<SHA-256 in hex>  <name>` by name, as `sha256sum -c` reads them. */
export function formatSums(digests: ReadonlyMap<string, string>): string {
  const lines = [...digests].sort(([one], [other]) => (one < other ? -1 : 1));
  return lines.map(([name, digest]) => `${digest}  ${name}\n`).join('');
}

/** Digests by name; null when a line is of another form, or a name stands twice. */
export function parseSums(text: string): ReadonlyMap<string, string> | null {
  const digests = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') return null;
  for (const line of lines) {
    const [, digest, name] = /^([0-9a-f]{64}) {2}([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/.exec(line) ?? [];
    if (digest === undefined || name === undefined || digests.has(name)) return null;
    digests.set(name, digest);
  }
  return digests;
}
