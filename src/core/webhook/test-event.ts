import type { JsonValue } from '../../base/canonical-json.ts';
import type { Registry } from '../certificate/certificate.ts';
import type { CertificateReader } from '../certificate/store.ts';
import { SYNTHETIC_ID } from '../certificate/synthetic.ts';
import { describeCertificate } from '../registry/events.ts';
import { readClaims } from '../registry/manifest.ts';
import type { WebhookEventType } from './event.ts';

interface TestEvent {
  readonly type: WebhookEventType;
  readonly data: { readonly [name: string]: JsonValue };
}

const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** What the test button sends: an event as the contract documents it, of a certificate that everybody may look up, or of none. */
export async function composeTestEvent(
  contract: Registry,
  certificates: Pick<CertificateReader, 'find'>,
): Promise<TestEvent> {
  if (contract === 'origimark') return { type: 'cert.created', data: EXAMPLE_WORK };
  const record = await certificates.find(SYNTHETIC_ID);
  if (record === null) throw new TypeError(`${SYNTHETIC_ID} is on every server`);
  return { type: 'cert.issued', data: describeCertificate(record, readClaims(record)) };
}

/** Works have no certificate that is on every server: one that nobody has, so that it is not taken for another's. */
const EXAMPLE_WORK = {
  cert_id: '00000000-0000-7000-8000-000000000000',
  work_id: '00000000-0000-7000-8000-000000000000',
  version: 1,
  hash: SHA256_OF_NOTHING,
  privacy_level: 'public',
};
