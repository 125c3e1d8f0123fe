import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase64 } from '../src/base/base64.ts';
import { composeBundle } from '../src/documents/bundle/compose-bundle.ts';
import { BUNDLE_FILE as FILE, formatSums } from '../src/proof/bundle/bundle-files.ts';
import type { CertificateDossier } from '../src/proof/bundle/dossier.ts';
import { certificateKeyId } from '../src/proof/certificate/key-id.ts';
import { formatVerifierKey } from '../src/proof/note/verifier-key.ts';
import { DOSSIER_KEY, DOSSIER_LOG, DOSSIER_WORK, ISSUED_AT, makeDossier, stamp } from '../test/support/dossier.ts';
import { hash } from '../test/support/proofs.ts';
import { authorityOf, makeAuthority, makeTsaChain } from '../test/support/tsa-certificates.ts';
import { buildZip, type ZipEntry } from '../test/support/zip.ts';

/** Makes vectors/proof-bundle anew: `node build/proof-bundle-vectors.ts`. Keys of the time stamps are new every time. */
const ROOT = join(import.meta.dirname, '../vectors/proof-bundle');

interface CaseOptions {
  readonly outcome: string;
  readonly failedStep?: string;
  readonly work?: string;
  readonly keys?: 'right' | 'none' | 'other';
  readonly hasRoot?: boolean;
  readonly headers?: string;
}

type Files = Map<string, Uint8Array>;
const { dossier, headers } = makeDossier();
const text = (value: string) => new TextEncoder().encode(value);

function filesOf(of: CertificateDossier): Files {
  const extras = { verifier: text('# verify_cli.py stands here\n'), publicUrl: 'https://touchmark.example' };
  return new Map([...composeBundle(of, extras)].map(({ name, bytes }) => [name, bytes]));
}

/** The list of digests made anew, so that what is wrong is found by another check. */
function withSums(files: Files): Files {
  files.delete(FILE.sums);
  const digest = (bytes: Uint8Array) => Buffer.from(hash('sha256', bytes)).toString('hex');
  return files.set(FILE.sums, text(formatSums(new Map([...files].map(([name, bytes]) => [name, digest(bytes)])))));
}

function change(changes: Readonly<Record<string, Uint8Array | string | null>>, of = dossier): Files {
  const files = filesOf(of);
  for (const [name, content] of Object.entries(changes)) {
    if (content === null) files.delete(name);
    else files.set(name, typeof content === 'string' ? text(content) : content);
  }
  return withSums(files);
}

const entriesOf = (files: Files): ZipEntry[] => [...files].map(([name, content]) => ({ name, content, method: 0 }));

function put(side: 'valid' | 'invalid', name: string, why: string, archive: Files | Uint8Array, options: CaseOptions) {
  const folder = join(ROOT, side, name);
  mkdirSync(folder, { recursive: true });
  const { keys = 'right', hasRoot = true, work = DOSSIER_WORK } = options;
  const { publicKey } = DOSSIER_KEY;
  const key = keys === 'other' ? DOSSIER_LOG.publicKey : publicKey;
  const listed = {
    ...{ key_id: certificateKeyId(key), public_key: encodeBase64(key) },
    ...{ valid_from: '2025-01-01T00:00:00.000Z', valid_until: null },
  };
  writeFileSync(join(folder, 'bundle.zip'), archive instanceof Map ? buildZip(entriesOf(archive)) : archive);
  writeFileSync(join(folder, 'headers.txt'), options.headers ?? headers);
  writeFileSync(join(folder, 'work.bin'), work);
  if (keys !== 'none') writeFileSync(join(folder, 'keys.json'), `${JSON.stringify({ keys: [listed] }, null, 2)}\n`);
  const root = archive instanceof Map ? archive.get(FILE.tokenRoot) : undefined;
  if (hasRoot && root !== undefined) writeFileSync(join(folder, 'tsa-root.pem'), root);
  const expected = {
    ...{ why, logKey: formatVerifierKey(DOSSIER_LOG), network: 'regtest' },
    ...{ outcome: options.outcome, failedStep: options.failedStep ?? null },
  };
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
}

rmSync(ROOT, { recursive: true, force: true });
const whole = filesOf(dossier);
const ok = { outcome: 'verified' };
put('valid', 'whole', 'Everything that a bundle can have.', whole, ok);
put('valid', 'reordered', 'The order of files in an archive means nothing.', new Map([...whole].reverse()), ok);
put('valid', 'own-root', 'Without a trusted root the token still has to hold.', whole, { ...ok, hasRoot: false });
put('valid', 'no-token', 'A bundle without a time-stamp token.', filesOf({ ...dossier, token: null }), ok);
const difficult = makeDossier({ title: '\u{1F469}\u200D\u{1F3A4} \u0634\u0639\u0627\u0639 "\\ \u2028 é'.repeat(30) });
put('valid', 'difficult-title', 'Emoji, right-to-left text and quotes in a long title.', filesOf(difficult.dossier), {
  ...ok,
  headers: difficult.headers,
});
put(
  'valid',
  'pending',
  'Calendars have promised, and Bitcoin has nothing yet.',
  filesOf(makeDossier({ isAnchored: false }).dossier),
  {
    outcome: 'pending',
  },
);
const young = { ...dossier, envelopeProof: null, workProof: null, checkpointProof: null };
put('valid', 'young', 'Nothing was given to calendars yet.', filesOf(young), { outcome: 'pending' });

const bad = (failedStep: string): CaseOptions => ({ outcome: 'invalid', failedStep });
const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const of = (name: string) => whole.get(name)!;
put(
  'invalid',
  'sums-of-others',
  'A file was changed after the list was made.',
  new Map([...whole, [FILE.readme, text('x')]]),
  bad('files/SHA256SUMS'),
);
put(
  'invalid',
  'sums-incomplete',
  'A file is not in the list.',
  new Map([...whole, ['more.txt', text('x')]]),
  bad('files/SHA256SUMS'),
);
put(
  'invalid',
  'sums-missing',
  'There is no list of digests.',
  new Map([...whole].filter(([name]) => name !== FILE.sums)),
  bad('files/SHA256SUMS'),
);
put(
  'invalid',
  'manifest-of-another',
  'manifest.json is not what the document says.',
  change({ [FILE.manifest]: '{}' }),
  bad('files/manifest.json'),
);
put(
  'invalid',
  'signature-changed',
  'manifest.sig is not the signature of the document.',
  change({ [FILE.signature]: flip(of(FILE.signature), 3) }),
  bad('files/manifest.sig'),
);
put(
  'invalid',
  'key-of-another',
  'public-key.pem is another key.',
  change({ [FILE.publicKey]: 'x' }),
  bad('files/public-key.pem'),
);
put(
  'invalid',
  'envelope-missing',
  'What is anchored is not there.',
  change({ [FILE.envelope]: null }),
  bad('files/envelope.json'),
);
put(
  'invalid',
  'log-proof-of-another',
  'log.tlog-proof is not that of the document.',
  change({ [FILE.logProof]: 'x' }),
  bad('files/log.tlog-proof'),
);
put(
  'invalid',
  'checkpoint-of-another',
  'checkpoint.txt is not what the log signed.',
  change({ [FILE.checkpoint]: 'x' }),
  bad('files/checkpoint.txt'),
);
put(
  'invalid',
  'chain-missing',
  'There is no chain of versions.',
  change({ [FILE.chain]: null }),
  bad('files/chain.json'),
);
put(
  'invalid',
  'chain-of-another',
  'The chain has another envelope for this version.',
  change({
    [FILE.chain]: Buffer.from(of(FILE.chain))
      .toString()
      .replace(/("envelope_sha256":")../, '$1zz'),
  }),
  bad('files/chain.json'),
);
const changed = Buffer.from(of(FILE.certificate)).toString().replace('Lighthouse', 'Lighthouses');
put(
  'invalid',
  'title-changed',
  'Somebody else was to be certified.',
  change({ [FILE.certificate]: changed }),
  bad('certificate/signature'),
);
put(
  'invalid',
  'certificate-not-json',
  'The document cannot be read.',
  change({ [FILE.certificate]: '{' }),
  bad('certificate/format'),
);
put(
  'invalid',
  'proof-of-another',
  'envelope.ots is about the work.',
  change({ [FILE.envelopeProof]: of(FILE.workProof) }),
  bad('envelope/proof-digest'),
);
put(
  'invalid',
  'work-proof-of-another',
  'work.ots is about the envelope.',
  change({ [FILE.workProof]: of(FILE.envelopeProof) }),
  bad('work/proof-digest'),
);
put(
  'invalid',
  'checkpoint-proof-of-another',
  'checkpoint.ots is about the work.',
  change({ [FILE.checkpointProof]: of(FILE.workProof) }),
  bad('checkpoint/proof-digest'),
);
put(
  'invalid',
  'proof-cut-short',
  'envelope.ots ends too early.',
  change({ [FILE.envelopeProof]: of(FILE.envelopeProof).subarray(0, 90) }),
  bad('envelope/proof-format'),
);
const other = stamp(hash('sha256', 'another envelope'), makeAuthority({ now: () => ISSUED_AT }));
put(
  'invalid',
  'token-of-another',
  'The token is about other bytes.',
  filesOf({ ...dossier, token: other }),
  bad('token/imprint'),
);
const future = makeDossier({ authority: makeAuthority({ now: () => Date.parse('2100-01-01T00:00:00Z') }) });
put(
  'invalid',
  'token-from-the-future',
  'The token says a time that is not there yet.',
  filesOf(future.dossier),
  bad('token/future-time'),
);
const aging = makeTsaChain(ISSUED_AT);
const aged = makeDossier({ authority: authorityOf(aging, () => ISSUED_AT) }).dossier;
const staleToken = { ...aged.token!, chain: [aging.chain[0]!, aging.staleRootDer] };
put(
  'invalid',
  'token-by-a-stale-chain',
  'The chain was not valid at the time of the token.',
  filesOf({ ...aged, token: staleToken }),
  bad('token/validity'),
);
put(
  'invalid',
  'token-not-der',
  'token.tsr is no answer of an authority.',
  change({ [FILE.token]: Uint8Array.of(0x30, 0x80) }),
  bad('token/malformed'),
);
const stranger = makeAuthority({ now: () => ISSUED_AT });
put(
  'invalid',
  'token-of-a-stranger',
  'The token leads to another root.',
  change({ [FILE.tokenRoot]: stranger.chainPem.slice(stranger.chainPem.lastIndexOf('-----BEGIN')) }),
  bad('token/chain'),
);
put('invalid', 'revoked', 'The certificate was revoked.', filesOf(makeDossier({ status: 'revoked' }).dossier), {
  outcome: 'revoked',
  failedStep: 'certificate/status',
});
put('invalid', 'other-work', 'The work has another digest.', whole, {
  outcome: 'altered',
  failedStep: 'certificate/work-digest',
  work: 'another recording\n',
});
put('invalid', 'self-asserted', 'No key is trusted.', whole, { outcome: 'self-asserted', keys: 'none' });
put('invalid', 'untrusted-key', 'Signed well, by somebody else.', whole, { ...bad('certificate/key'), keys: 'other' });
put('invalid', 'headers-missing', 'The blocks are not known.', whole, { outcome: 'cannot-check', headers: '# none\n' });
const refused = bad('format');
put(
  'invalid',
  'zip-path-traversal',
  'A name leaves the archive.',
  buildZip([...entriesOf(whole), { name: '../x', content: 'x' }]),
  refused,
);
put(
  'invalid',
  'zip-duplicate-name',
  'Two files have one name.',
  buildZip([...entriesOf(whole), { name: FILE.certificate, content: '{}' }]),
  refused,
);
put('invalid', 'zip-cut-short', 'The archive ends too early.', buildZip(entriesOf(whole)).subarray(0, -30), refused);
put(
  'invalid',
  'zip-bomb',
  'An entry unpacks to more than it says.',
  buildZip([...entriesOf(whole), { name: 'bomb', content: new Uint8Array(8 << 20), declaredBytes: 10 }]),
  refused,
);
