import assert from 'node:assert/strict';
import { type Certification, openCertificates } from '../../src/app/certificates.ts';
import { runBeside } from '../../src/app/run-beside.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import type { CertificateKeys } from '../../src/config/certificate-keys.ts';
import { createEd25519Key, verifyEd25519 } from '../../src/config/ed25519.ts';
import { createLogKeys } from '../../src/core/log/keys.ts';
import { createLogService, type LogService } from '../../src/core/log/log-service.ts';
import type { CheckpointMemory } from '../../src/core/log/memory.ts';
import { createSequencer } from '../../src/core/log/sequencer.ts';
import type { Store } from '../../src/core/store.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { certificateKeyId } from '../../src/proof/certificate/key-id.ts';

export const LOG_ORIGIN = 'log.example.org/log';

/** A key that certificates are signed with, valid since 1970. */
export function createTestKeys(): CertificateKeys {
  const { publicKey, sign } = createEd25519Key(systemRandom(32));
  const id = certificateKeyId(publicKey);
  return { signer: { keyId: id, sign }, keys: [{ id, publicKey, validFrom: 0, validUntil: null }] };
}

/** The public log and everything about certificates, as the server puts them together, over a store of a test. */
export async function startCertification(
  store: Store,
  cleanup: AsyncDisposableStack,
  certificateKeys: CertificateKeys = createTestKeys(),
): Promise<{
  readonly log: LogService;
  readonly certification: Certification;
  readonly certificateKeys: CertificateKeys;
}> {
  const seed = () => createEd25519Key(systemRandom(32));
  const keys = createLogKeys(LOG_ORIGIN, { log: seed(), time: seed() });
  const log = createLogService({
    store,
    logKey: keys.log.key,
    timeKey: keys.time.key,
    sequencer: createSequencer({
      store,
      keys,
      verify: verifyEd25519,
      memory: rememberCheckpoint(),
      witnesses: null,
      clock: systemClock,
      resignMs: 60_000,
      nodeId: 'test',
    }),
    pace: { gatherMs: 1, pollMs: 20, idlePollMs: 50 },
    clock: systemClock,
    onError: (error) => assert.fail(String(error)),
  });
  runBeside((signal) => log.run(signal), cleanup);
  const logger = createLogger({ level: 'silent' });
  const certification = await openCertificates({ certificateKeys, logger }, { store }, log, cleanup);
  return { log, certification, certificateKeys };
}

function rememberCheckpoint(): CheckpointMemory {
  let note: Uint8Array | null = null;
  return { read: async () => note, write: async (written) => void (note = written) };
}
