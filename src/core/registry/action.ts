import type { JsonValue } from '../../base/canonical-json.ts';

export type ActionType =
  | 'submission.verified'
  | 'submission.rejected'
  | 'certificate.updated'
  | 'certificate.revoked'
  | 'certificate.risk-changed'
  | 'integrator.allowed'
  | 'integrator.removed'
  | 'artist.erased'
  | 'policy.accepted'
  | 'policy.withdrawn';

/** Something that an operator did: a line of the audit log, which is only ever added to. */
export interface OperatorAction {
  /** `act_` and a ULID. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly operatorId: string;
  readonly type: ActionType;
  /** The id of what was changed. */
  readonly subject: string;
  /** Why, in the operator's words. */
  readonly reason: string;
  /** What was changed, as it was and as it is. */
  readonly before: ActionState;
  readonly after: ActionState;
}

export type ActionState = { readonly [name: string]: JsonValue };

/** An account that may register renditions. */
export interface Integrator {
  readonly accountId: string;
  /** Who it is, in the operator's words. */
  readonly note: string;
  readonly addedAt: number;
}
