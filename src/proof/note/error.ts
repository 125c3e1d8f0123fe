import { CodedError } from '../../base/coded-error.ts';

type NoteErrorCode =
  /** More bytes than the text may have. */
  | 'too-large'
  | 'not-utf8'
  /** A character below U+0020 other than the line feed. */
  | 'control-character'
  /** No text, no blank line, or no signature lines after it. */
  | 'malformed'
  /** A line of the signature block is not `— <key name> <base64>`. */
  | 'bad-signature-line'
  | 'too-many-signatures'
  /** A key name is empty, or has white space or a plus sign. */
  | 'bad-key-name'
  /** The text of a verifier key is not `<name>+<key id>+<base64>`, or its key has the wrong length. */
  | 'bad-verifier-key'
  /** A verifier key of a signature type other than Ed25519 and cosignature/v1. */
  | 'unsupported-key-type'
  /** The id in a verifier key is not the one that its name and key make. */
  | 'wrong-key-id'
  /** Two different keys among the known ones have the same name and id. */
  | 'ambiguous-key'
  /** A signature names a known key and is not by it. */
  | 'bad-signature'
  /** There is no signature by a key that is asked for. */
  | 'not-signed'
  /** The text of a note is not a checkpoint. */
  | 'bad-checkpoint'
  /** A checkpoint of another log. */
  | 'wrong-origin'
  /** A submission to a witness is not as C2SP tlog-witness has it. */
  | 'bad-submission'
  /** The lines before the checkpoint are not those of a tlog-proof. */
  | 'bad-proof'
  /** A tlog-proof does not lead from the entry to the root of its checkpoint. */
  | 'not-included';

/** Why a signed note, or what is built on one, cannot be believed, read or written. */
export class NoteError extends CodedError<NoteErrorCode> {}
