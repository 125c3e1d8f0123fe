import { systemClock, systemRandom } from '../../src/app/system.ts';
import { encodeBase64 } from '../../src/base/base64.ts';
import { encodeHex } from '../../src/base/hex.ts';
import { createEd25519Key, verifyEd25519 } from '../../src/config/ed25519.ts';
import { createIssuer, type SignedDraft } from '../../src/core/certificate/issuer.ts';
import { createLogKeys } from '../../src/core/log/keys.ts';
import { createLogService } from '../../src/core/log/log-service.ts';
import type { PublicLog } from '../../src/core/log/public-log.ts';
import { certificateKeyId } from '../../src/proof/certificate/key-id.ts';
import { makeTrackoriginManifest, TRACKORIGIN_STANDARD } from '../../src/proof/certificate/trackorigin-manifest.ts';
import { type CertificateTrust, verifyCertificate } from '../../src/proof/certificate/verify-certificate.ts';
import { encodeLogEvent } from '../../src/proof/log-event.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createStore } from '../../src/store/store.ts';
import type { createReport } from './report.ts';
import { trackIdOf } from './seed-certificates.ts';
import { seedLog } from './seed-log.ts';
import { measureUsage } from './usage.ts';

const CERTIFICATES = 200;

type Report = ReturnType<typeof createReport>;

/** Proofs out of a large log, and certificates that are in it, checked without anything else. */
export async function benchLog(report: Report, url: string, isQuick: boolean): Promise<void> {
  const size = isQuick ? 300_000 : 10_000_000;
  await using database = await openDatabase({ url, poolMax: 4 });
  await migrate(database);
  const store = createStore(database);
  const newKey = () => createEd25519Key(systemRandom(32));
  const keys = createLogKeys('log.example.org/log', { log: newKey(), time: newKey() });
  const key = newKey();
  const { sign } = createIssuer({
    signer: { keyId: certificateKeyId(key.publicKey), sign: key.sign },
    random: systemRandom,
  });
  const drafts = new Map(
    Array.from({ length: CERTIFICATES }, (_, i) => [Math.floor(size / CERTIFICATES) * i + 7, sign(composeTrack(i))]),
  );
  await seedLog(store, keys, size, new Map([...drafts].map(([sequence, draft]) => [sequence, encodeLeaf(draft)])));

  const log = createLogService({
    store,
    logKey: keys.log.key,
    timeKey: keys.time.key,
    sequencer: null,
    pace: { gatherMs: 10, pollMs: 100, idlePollMs: 1_000 },
    clock: systemClock,
    onError: (error) => console.error(error),
  });
  const stop = new AbortController();
  const ended = log.run(stop.signal);
  await measureProofs(report, log, size, isQuick ? 500 : 5_000);
  const documents: Uint8Array[] = [];
  for (const [sequence, draft] of drafts) {
    documents.push(composeDocument(draft, key.publicKey, log, await log.prove(sequence)));
  }
  stop.abort();
  await ended;
  const trust = {
    keys: [{ publicKey: key.publicKey, validFrom: null, validUntil: null }],
    log: { origin: log.origin, logKeys: [keys.log.key], witnessKeys: [] },
  };
  measureVerification(report, documents, trust, 20_000);
}

function composeTrack(n: number) {
  const id = trackIdOf(n);
  const issuedAt = Date.parse('2026-05-26T08:13:42Z');
  const sha256 = systemRandom(32);
  const manifest = makeTrackoriginManifest(
    { id, version: 1, issuedAt, updatedAt: null },
    {
      standard: TRACKORIGIN_STANDARD,
      verdict: 'verified',
      master: { sha256, durationMs: 201_000 },
      artist: { id: 'art_1', handle: 'artist', displayName: 'An artist' },
      track: { id: 'trk_1', title: 'A title of the usual length' },
      declarations: { ai_used: false },
    },
  );
  return {
    id,
    registry: 'trackorigin',
    isSandbox: false,
    accountId: null,
    workSha256: sha256,
    manifest,
    issuedAt,
  } as const;
}

function encodeLeaf({ id: certificateId, registry, version, isSandbox, issuedAt: at, commitment }: SignedDraft) {
  const about = { certificateId, registry, version, isSandbox, at, commitment };
  return encodeLogEvent({ type: 'certificate.issued', ...about, reason: null });
}

async function measureProofs(report: Report, log: PublicLog, size: number, count: number): Promise<void> {
  const proveAny = () => log.prove(1 + Math.floor(Math.random() * size));
  for (let i = 0; i < count / 10; i++) await proveAny();
  const tookMs: number[] = [];
  const before = measureUsage().cpuMicros;
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await proveAny();
    tookMs.push(performance.now() - started);
  }
  const cpuMicros = (measureUsage().cpuMicros - before) / count;
  tookMs.sort((one, other) => one - other);
  const quantile = (q: number) => Math.round(tookMs[Math.floor(count * q)]! * 100) / 100;
  report.add({
    what: `inclusion proofs, ${size.toLocaleString('en-US')} entries`,
    engine: 'postgres',
    figures: { 'p50 ms': quantile(0.5), 'p99 ms': quantile(0.99), 'CPU us': Math.round(cpuMicros) },
    aim: 'p99 under 5 ms',
    reached: quantile(0.99) < 5,
  });
}

function composeDocument(
  { manifestJson, keyId, signature, salt, ...draft }: SignedDraft,
  publicKey: Uint8Array,
  { origin, verifierKey: verifier_key }: PublicLog,
  proof: string,
): Uint8Array {
  const leaf = JSON.parse(new TextDecoder().decode(encodeLeaf({ manifestJson, keyId, signature, salt, ...draft })));
  const document = {
    format: 'touchmark/certificate/1',
    manifest: JSON.parse(manifestJson),
    key_id: keyId,
    signature: encodeBase64(signature),
    public_key: encodeBase64(publicKey),
    salt: encodeHex(salt),
    log: { origin, verifier_key, leaf, proof },
    status: null,
  };
  return new TextEncoder().encode(JSON.stringify(document));
}

/** All under one checkpoint, as certificates are that were looked at on the same day. */
function measureVerification(
  report: Report,
  documents: readonly Uint8Array[],
  trust: CertificateTrust,
  count: number,
): void {
  const verify = (i: number) => verifyCertificate(documents[i % documents.length]!, trust, verifyEd25519).outcome;
  for (let i = 0; i < 2 * documents.length; i++) {
    if (verify(i) !== 'verified') throw new Error(`a certificate is ${verify(i)}`);
  }
  const before = measureUsage().cpuMicros;
  for (let i = 0; i < count; i++) verify(i);
  const perSecond = Math.round((count * 1_000_000) / (measureUsage().cpuMicros - before));
  report.add({
    what: 'offline verification with log proof',
    engine: 'pure',
    figures: { 'a second and core': perSecond },
    aim: '5,000/s',
    reached: perSecond >= 5_000,
  });
}
