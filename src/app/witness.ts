import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { CodedError } from '../base/coded-error.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { createEd25519Key, type Ed25519Key, verifyEd25519 } from '../config/ed25519.ts';
import { writePrivateFile } from '../config/secrets.ts';
import { createNoteSigner } from '../core/log/keys.ts';
import { createWitness } from '../core/log/witness.ts';
import { createServer } from '../http/server.ts';
import { createLogger } from '../http/shared/log.ts';
import { createWitnessSurface } from '../http/witness/index.ts';
import { formatVerifierKey, type VerifierKey } from '../proof/note/verifier-key.ts';
import { openWitnessFolder } from '../store/witness-folder.ts';
import { systemClock, systemRandom } from './system.ts';
import { VERSION } from './version.ts';

export interface WitnessSettings {
  /** Has `key`, the seed in hexadecimal; it is made when it is missing. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly name: string;
  readonly logs: readonly VerifierKey[];
  readonly host: string;
  readonly port: number;
}

export interface RunningWitness extends AsyncDisposable {
  readonly url: string;
  readonly verifierKey: string;
}

export class WitnessKeyError extends CodedError<'bad-witness-key'> {}

const SEED_BYTES = 32;

/** Runs a witness as a server of its own. Errors: WitnessKeyError, FolderLockError, NoteError. */
export async function startWitness(settings: WitnessSettings): Promise<RunningWitness> {
  await using cleanup = new AsyncDisposableStack();
  const memory = cleanup.use(await openWitnessFolder(settings.stateFolder));
  const signer = createNoteSigner('cosignature', settings.name, await openKey(settings.folder));
  const witness = createWitness({ logs: settings.logs, signer, memory, verify: verifyEd25519, clock: systemClock });
  const server = createServer({
    surfaces: [createWitnessSurface(witness)],
    clock: systemClock,
    random: systemRandom,
    logger: createLogger({ level: 'warn' }),
    registry: new Registry(),
    readiness: {},
    trustedProxies: [],
    version: VERSION,
  });
  cleanup.defer(() => server.close());
  const url = await server.listen({ host: settings.host, port: settings.port });
  const started = cleanup.move();
  return { url, verifierKey: formatVerifierKey(signer.key), [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function openKey(folder: string): Promise<Ed25519Key> {
  const path = join(folder, 'key');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const seed = text === null ? systemRandom(SEED_BYTES) : decodeHex(text.trim());
  if (seed?.length !== SEED_BYTES) throw new WitnessKeyError('bad-witness-key', `${path} is not a key`);
  if (text === null) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writePrivateFile(path, `${encodeHex(seed)}\n`);
  }
  return createEd25519Key(seed);
}
