import { CodedError } from '../../base/coded-error.ts';
import type { FieldProblem } from '../registry/error.ts';

export type AudioErrorCode =
  /** The certificate has no fingerprint to compare with. */
  | 'fingerprint-unavailable'
  /** No policy in force: nothing may be registered on an unproven threshold. */
  | 'policy-missing'
  /** The artifact is not the certified recording, or that is not certain. */
  | 'audio-not-matched'
  | 'certificate-not-active'
  /** The account is on no list of integrators. */
  | 'integrator-required'
  /** Another active certificate has this digest: with two of them, by-sha256 would find neither. */
  | 'digest-bound-elsewhere';

export class AudioError extends CodedError<AudioErrorCode> {}

export type ProbeErrorCode =
  | 'algorithm-unsupported'
  | 'fingerprint-undecodable'
  /** Nothing but one item over and over: silence, a constant, a single item. */
  | 'fingerprint-degenerate';

/** A probe that nothing can be compared with, and what to send instead. */
export class ProbeError extends CodedError<ProbeErrorCode> {
  readonly problem: FieldProblem;

  constructor(code: ProbeErrorCode, problem: FieldProblem) {
    super(code, `${problem.field}: ${problem.message}`);
    this.problem = problem;
  }
}

export type PolicyRefusalCode =
  /** It is no policy, or of another procedure, or its signature does not hold. The message says which. */
  | 'policy-invalid'
  /** Its held-out half did not confirm it. */
  | 'policy-unconfirmed'
  /** The cohort is not the one that the policy names. */
  | 'cohort-mismatch'
  | 'policy-unknown';

/** Why an operator cannot accept a policy. */
export class PolicyRefusal extends CodedError<PolicyRefusalCode> {}
