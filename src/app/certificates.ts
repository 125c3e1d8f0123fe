import { CodedError } from '../base/coded-error.ts';
import { repeat } from '../base/loop.ts';
import type { CertificateKeys } from '../config/certificate-keys.ts';
import { verifyEd25519 } from '../config/ed25519.ts';
import { CertificateAnchoring } from '../core/certificate/anchoring.ts';
import { type CertificateDocuments, createCertificateDocuments } from '../core/certificate/documents.ts';
import { CertificateServiceError } from '../core/certificate/error.ts';
import { createIssuer, type Issuer } from '../core/certificate/issuer.ts';
import { createKeyDirectory, type KeyDirectory } from '../core/certificate/key-directory.ts';
import { type CertificateMemory, createCertificateMemory } from '../core/certificate/memory.ts';
import { createRevocationList, type RevocationList } from '../core/certificate/revocation-list.ts';
import { createSandboxCertificates, type SandboxCertificates } from '../core/certificate/sandbox.ts';
import type { Signer } from '../core/certificate/signer.ts';
import { ensureSynthetic } from '../core/certificate/synthetic.ts';
import type { PublicLog } from '../core/log/public-log.ts';
import type { Store } from '../core/store.ts';
import { type CertificateAnswer, prepareCertificate } from '../http/trackorigin/certificate-answer.ts';
import type { AppSettings, Running, ServerSettings } from './app.ts';
import { syntheticRecording } from './audio.ts';
import { runBeside } from './run-beside.ts';
import { systemClock, systemRandom } from './system.ts';
import type { Worker } from './workers.ts';

/** Everything about certificates that is not of one contract. */
export interface Certification {
  readonly signer: Signer;
  readonly issuer: Issuer;
  readonly keys: KeyDirectory;
  readonly documents: CertificateDocuments;
  readonly revocations: RevocationList;
  readonly sandbox: SandboxCertificates;
  /** Of tracks, ready to be sent. */
  readonly memory: CertificateMemory<CertificateAnswer>;
}

export type SigningKeyErrorCode =
  /** The key in this data folder was retired by a rotation that this server does not know of. */
  | 'signing-key-retired'
  /** What signs does it with another key than the one that is published. */
  | 'wrong-signature';
export class SigningKeyError extends CodedError<SigningKeyErrorCode> {}

/** How often a server looks whether its key was retired by a rotation on another machine. */
const KEY_CHECK_MS = 60_000;

const COMMON = { clock: systemClock, random: systemRandom };

/** Publishes the keys, and makes what is on every server. Errors: SigningKeyError. */
export async function openCertificates(
  { certificateKeys, logger }: Pick<ServerSettings, 'certificateKeys' | 'logger'>,
  { store }: Pick<Running, 'store'>,
  publicLog: PublicLog,
  cleanup: AsyncDisposableStack,
): Promise<Certification> {
  requireOwnSignature(certificateKeys);
  await store.transact(({ certificate }) => certificate.saveKeys(certificateKeys.keys));
  const { signer, check } = watchSigner(certificateKeys, store);
  if (!(await check())) {
    throw new SigningKeyError('signing-key-retired', 'the key of certificates in the data folder was retired');
  }
  const onError = (error: unknown) => logger.warn({ err: error }, 'the keys of certificates could not be looked at');
  const pace = { intervalMs: KEY_CHECK_MS, clock: systemClock, onError };
  runBeside((signal) => repeat(check, { ...pace, signal }), cleanup);
  const keys = createKeyDirectory({ certificates: store.certificate, clock: systemClock });
  const issuer = createIssuer({ signer, random: systemRandom });
  await ensureSynthetic({ store, issuer, clock: systemClock, recording: syntheticRecording() });
  return {
    signer,
    issuer,
    keys,
    documents: createCertificateDocuments({ keys, publicLog, clock: systemClock }),
    revocations: createRevocationList({ store, registry: 'trackorigin', signer, clock: systemClock }),
    sandbox: createSandboxCertificates({ ...COMMON, store, issuer, publicLog }),
    memory: createCertificateMemory({
      certificates: store.certificate,
      clock: systemClock,
      make: prepareCertificate,
    }),
  };
}

/** A certificate whose signature is wrong would be in the public log for good. */
function requireOwnSignature({ signer, keys }: CertificateKeys): void {
  const probe = systemRandom(32);
  if (verifyEd25519(keys.at(-1)!.publicKey, probe, signer.sign(probe))) return;
  throw new SigningKeyError('wrong-signature', `what signs certificates does not do it with the key ${signer.keyId}`);
}

/** A signer that stops when its key is retired: what it signed after that would be valid nowhere. */
function watchSigner({ signer, keys }: CertificateKeys, store: Store) {
  let validUntil = keys.at(-1)!.validUntil;
  const isValid = () => validUntil === null || systemClock.now() <= validUntil;
  return {
    async check(): Promise<boolean> {
      const known = await store.certificate.listKeys();
      validUntil = known.find(({ id }) => id === signer.keyId)?.validUntil ?? validUntil;
      return isValid();
    },
    signer: {
      keyId: signer.keyId,
      sign(message: Uint8Array) {
        if (!isValid()) throw new CertificateServiceError('signing-key-retired', 'start this server again');
        return signer.sign(message);
      },
    },
  };
}

/** What gives signed certificates to calendars. */
export function certificateWorkers({ parts, store }: Running, { pace }: AppSettings): readonly Worker[] {
  const anchoring = new CertificateAnchoring({ store, anchors: parts.anchors, clock: systemClock });
  return [
    {
      name: 'certificate-anchor',
      intervalMs: pace.upgradeIntervalMs,
      run: (signal) => anchoring.run(signal),
    },
  ];
}
