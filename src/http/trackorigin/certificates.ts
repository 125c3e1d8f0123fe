import type { Clock } from '../../base/clock.ts';
import type { AudioReader } from '../../core/audio/store.ts';
import type { KeyDirectory } from '../../core/certificate/key-directory.ts';
import type { CertificateMemory } from '../../core/certificate/memory.ts';
import type { RevocationList } from '../../core/certificate/revocation-list.ts';
import type { SandboxCertificates } from '../../core/certificate/sandbox.ts';
import type { CertificateReader } from '../../core/certificate/store.ts';
import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import type { PublicLog } from '../../core/log/public-log.ts';
import type { LogReader } from '../../core/log/store.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import type { CertificateAnswer } from './certificate-answer.ts';
import { registerCertificateBulk } from './certificate-bulk.ts';
import { registerCertificateChanges } from './certificate-changes.ts';
import { type DocumentParts, registerCertificateDocument } from './certificate-document.ts';
import { registerCertificateGet } from './certificate-get.ts';
import { registerCertificateStatus } from './certificate-status.ts';
import { registerPublicKeys } from './public-keys.ts';
import { registerRevocations } from './revocations.ts';
import { registerSandboxCertificates } from './sandbox-certificates.ts';
import { registerStatusBatch } from './status-batch.ts';
import { registerTrackBySha256 } from './track-by-sha256.ts';

export interface CertificateRouteParts extends Omit<DocumentParts, 'certificates'> {
  readonly certificates: CertificateReader;
  readonly memory: CertificateMemory<CertificateAnswer>;
  readonly contents: Pick<AudioReader, 'findByContent'>;
  readonly log: Pick<LogReader, 'size' | 'listAfter'>;
  readonly publicLog: Pick<PublicLog, 'origin' | 'verifierKey'>;
  readonly keys: KeyDirectory;
  readonly revocations: RevocationList;
  readonly sandbox: SandboxCertificates;
  readonly limiter: Limiter;
  /** Of sandbox certificates that an account makes. */
  readonly newSandboxCertificates: Limit;
  readonly clock: Clock;
}

/** Certificates by id and by work, what happens to them, and the keys to check all that with. */
export function registerCertificates(app: App, parts: CertificateRouteParts, admission: Admission): void {
  const { memory, clock } = parts;
  registerCertificateGet(app, memory, admission);
  registerCertificateStatus(app, memory, admission, clock);
  registerStatusBatch(app, memory, admission);
  registerCertificateBulk(app, memory, admission);
  registerCertificateChanges(app, parts.log, admission, clock);
  registerCertificateDocument(app, parts, admission);
  registerTrackBySha256(app, parts.contents, admission);
  registerPublicKeys(app, parts.keys, parts.publicLog, clock);
  registerRevocations(app, parts.revocations);
  registerSandboxCertificates(app, { ...parts, newCertificates: parts.newSandboxCertificates }, admission);
}
