import { formatCheckpoint } from '../../proof/note/checkpoint.ts';
import { cosignatureMessage, encodeCosignature } from '../../proof/note/cosignature.ts';
import type { Note, NoteSignature } from '../../proof/note/note.ts';
import { createVerifierKey, type KeyType, type VerifierKey } from '../../proof/note/verifier-key.ts';

/** An Ed25519 key behind its name in notes: a file now, a module or a service that holds keys some day. */
export interface NoteSigner {
  readonly key: VerifierKey;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** What a log signs its checkpoints with. */
export interface LogKeys {
  readonly log: NoteSigner;
  /** Says when the log signed, which the log's own signature does not: a checkpoint's age can be seen from it. */
  readonly time: NoteSigner;
}

/** `key` signs under `name`. Errors: NoteError. */
export function createNoteSigner(
  type: KeyType,
  name: string,
  key: { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array },
): NoteSigner {
  return { key: createVerifierKey(type, name, key.publicKey), sign: (message) => key.sign(message) };
}

/** The keys of the log with this origin: its own, and the one beside it that signs the time. Errors: NoteError. */
export function createLogKeys(
  origin: string,
  keys: Readonly<Record<keyof LogKeys, { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }>>,
): LogKeys {
  return {
    log: createNoteSigner('ed25519', origin, keys.log),
    time: createNoteSigner('cosignature', `${origin}/time`, keys.time),
  };
}

/** A checkpoint, signed by the log at `now` (epoch ms). */
export function signCheckpoint(
  { log, time }: LogKeys,
  tree: { readonly size: number; readonly rootHash: Uint8Array },
  now: number,
): Note {
  const text = formatCheckpoint({ origin: log.key.name, ...tree, extensions: [] });
  const { name, keyId } = log.key;
  const signature = { name, keyId, signature: log.sign(new TextEncoder().encode(text)) };
  return { text, signatures: [signature, cosign(time, text, now)] };
}

/** A witness's signature line for the text of a checkpoint, at `now` (epoch ms). */
export function cosign(signer: NoteSigner, text: string, now: number): NoteSignature {
  const timestamp = Math.floor(now / 1000);
  const signature = signer.sign(cosignatureMessage(timestamp, text));
  const { name, keyId } = signer.key;
  return { name, keyId, signature: encodeCosignature({ timestamp, signature }) };
}
