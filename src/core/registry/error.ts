import { CodedError } from '../../base/coded-error.ts';

/** What can be wrong with a submission. */
export type SubmissionErrorCode =
  /** The account has no artist with this id. */
  | 'artist-unknown'
  /** Somebody else has the handle. */
  | 'artist-handle-taken'
  | 'submission-unknown'
  /** The account's submission of this very recording waits for a decision already. */
  | 'submission-pending'
  | 'too-many-pending'
  /** The idempotency key was used for another submission. */
  | 'submission-mismatch';

/** What can keep an operator from doing something. */
export type ReviewErrorCode =
  /** A decision is final: what it issued can only be revoked. */
  | 'already-decided'
  /** The artist's account was deleted, or gave up its handle, so there is nobody to certify. */
  | 'artist-gone'
  /** An active certificate of the same recording is there: with two of them, neither could be found by its digest. */
  | 'work-certified'
  | 'certificate-unknown'
  | 'certificate-revoked'
  /** It was changed between reading and writing. */
  | 'certificate-changed'
  | 'account-unknown'
  | 'integrator-unknown';

export type RegistryErrorCode = SubmissionErrorCode | ReviewErrorCode;

export class RegistryError extends CodedError<RegistryErrorCode> {}

/** A field that cannot be taken as it is: its JSON path, `metadata/isrc`, and why. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** More problems help nobody, and a body has room for thousands. */
export const PROBLEMS_MAX = 20;
/** Of a field's path. One that the sender made up may be as long as the body. */
export const FIELD_MAX_CHARS = 100;

/** What is wrong with the values of a request; of many problems the first ones only. */
export class FieldsError extends CodedError<'fields-invalid'> {
  readonly problems: readonly FieldProblem[];

  constructor(found: readonly FieldProblem[]) {
    const problems = found
      .slice(0, PROBLEMS_MAX)
      .map(({ field, message }) => ({ field: field.slice(0, FIELD_MAX_CHARS).toWellFormed(), message }));
    super('fields-invalid', problems.map(({ field, message }) => `${field}: ${message}`).join('; '));
    this.problems = problems;
  }
}
