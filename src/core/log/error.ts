import { CodedError } from '../../base/coded-error.ts';

export type LogErrorCode =
  /** The database has less of the log than this machine has seen signed: it is an older copy. */
  | 'rolled-back'
  /** The tree in the database does not continue the one that this machine has seen signed. */
  | 'inconsistent'
  /** Events that were given a number are not there. */
  | 'events-missing'
  /** Stored tiles do not make the root that was signed, or have other bytes than the events make. */
  | 'tree-damaged'
  /** The newest signed checkpoint is of another log, or by another key, than this process has. */
  | 'wrong-key'
  /** Another process has signed meanwhile. */
  | 'overtaken'
  /** Too few witnesses have cosigned. */
  | 'quorum-missed';

/** Why no checkpoint is signed or published. */
export class LogError extends CodedError<LogErrorCode> {}

/** Those that end by themselves. All others need an operator: nothing is signed until then. */
const PASSING: ReadonlySet<string> = new Set<LogErrorCode>(['overtaken', 'quorum-missed']);

/** Whether the log refuses to sign until an operator has looked at it (docs/operations/log.md). */
export function isRefusal(error: unknown): error is LogError {
  return error instanceof LogError && !PASSING.has(error.code);
}
