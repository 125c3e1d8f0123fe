import { encodeBase64 } from '../../base/base64.ts';
import type { Clock } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { CERTIFICATE_FORMAT, type CertificateDocument } from '../../proof/certificate/document.ts';
import type { JsonObject } from '../../proof/certificate/manifest.ts';
import { type PublicLog, PublicLogError } from '../log/public-log.ts';
import type { CertificateRecord } from './certificate.ts';
import { CertificateServiceError } from './error.ts';
import type { KeyDirectory } from './key-directory.ts';

/** Puts together what somebody needs to check a certificate without this server. */
export interface CertificateDocuments {
  /** Errors: `certificate-unknown` when it was erased. */
  compose(record: CertificateRecord): Promise<CertificateDocument>;
}

export function createCertificateDocuments(parts: {
  readonly keys: KeyDirectory;
  readonly publicLog: Pick<PublicLog, 'origin' | 'verifierKey' | 'readLeaf' | 'prove'>;
  readonly clock: Clock;
}): CertificateDocuments {
  const { keys, publicLog, clock } = parts;

  async function composeLog({ versionSequence }: CertificateRecord): Promise<CertificateDocument['log']> {
    try {
      const [leaf, proof] = await Promise.all([publicLog.readLeaf(versionSequence), publicLog.prove(versionSequence)]);
      const { origin, verifierKey: verifier_key } = publicLog;
      return { origin, verifier_key, leaf: JSON.parse(new TextDecoder().decode(leaf)) as JsonObject, proof };
    } catch (error) {
      // The certificate is there, and a checkpoint will cover it.
      if (error instanceof PublicLogError && error.code === 'not-published') return null;
      throw error;
    }
  }

  return {
    async compose(record) {
      const { manifestJson, keyId, signature, salt, status, revokedAt, revocationReason } = record;
      const key = await keys.find(keyId);
      if (salt === null || manifestJson === '') {
        throw new CertificateServiceError('certificate-unknown', 'its author was erased');
      }
      if (key === null) throw new TypeError(`the key ${keyId} is not known`);
      return {
        format: CERTIFICATE_FORMAT,
        manifest: JSON.parse(manifestJson) as JsonObject,
        key_id: keyId,
        signature: encodeBase64(signature),
        public_key: encodeBase64(key.publicKey),
        salt: encodeHex(salt),
        log: await composeLog(record),
        status: {
          status,
          checked_at: new Date(clock.now()).toISOString(),
          revoked_at: revokedAt === null ? null : new Date(revokedAt).toISOString(),
          reason: revocationReason,
        },
      };
    },
  };
}
