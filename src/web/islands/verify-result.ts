import { reverseBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import type { BundleOutcome, BundleVerdict } from '../../proof/bundle/bundle-verdict.ts';
import type { HeaderTrust } from '../../proof/bundle/header-source.ts';
import type { Verdict } from '../../proof/bundle/verdict.ts';
import { type CertificateVerdict, findSuccessor } from '../../proof/certificate/verdict.ts';
import type { Step } from './steps-shown.tsx';
import type { Work } from './verify-cases.ts';
import { sayCount, sayMinute } from './words.ts';

/** One answer, as it is shown. */
export interface Result {
  readonly title: string;
  readonly tone: Tone;
  readonly name: string;
  readonly says: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly steps: readonly Step[];
  readonly doesNotProve: readonly string[];
  /** When, epoch ms, what it is about was there already. */
  readonly times: readonly number[];
  /** Of a work that nothing was given about: where to look it up. */
  readonly lookUp?: string;
}

export type Tone = 'good' | 'wait' | 'bad' | 'open';

const OUTCOMES: Readonly<Record<Verdict['outcome'], readonly [string, Tone]>> = {
  verified: ['Verified', 'good'],
  pending: ['Pending', 'wait'],
  altered: ['Altered', 'bad'],
  invalid: ['Not valid', 'bad'],
  'cannot-check': ['Cannot check', 'open'],
};

const CERTIFICATE_OUTCOMES: Readonly<Record<CertificateVerdict['outcome'], readonly [string, Tone]>> = {
  verified: ['Verified', 'good'],
  revoked: ['Revoked', 'bad'],
  'self-asserted': ['Cannot check who signed', 'open'],
  altered: ['Altered', 'bad'],
  invalid: ['Not valid', 'bad'],
  'cannot-check': ['Cannot check', 'open'],
};

const BUNDLE_OUTCOMES: Readonly<Record<BundleOutcome, readonly [string, Tone]>> = {
  ...OUTCOMES,
  ...CERTIFICATE_OUTCOMES,
};

const SUPERSEDED = ['Superseded', 'wait'] as const;

const TRUST: Readonly<Record<HeaderTrust, string>> = {
  node: 'your own Bitcoin node',
  quorum: 'several servers that agree',
  'single-source': 'one server, believed',
  'headers-file': 'your headers file, believed',
};

export function presentVerdict(name: string, work: Work | null, verdict: Verdict): Result {
  const [title, tone] = OUTCOMES[verdict.outcome];
  const isByDigest = work === null && verdict.outcome === 'verified';
  return {
    title,
    tone,
    name: work === null ? name : `${work.name} by ${name}`,
    says: isByDigest
      ? `${verdict.proves} The file itself was not given: give it too, to see that it is the one.`
      : verdict.proves,
    facts: [
      ...verdict.blocks.flatMap(({ height, hash, time, confirmations }) => [
        ['Block', String(height)] as const,
        ['Hash of the block', encodeHex(reverseBytes(hash))] as const,
        ['Time of the block', `${sayMinute(1000 * time)} on ${verdict.network}`] as const,
        ...(confirmations === null ? [] : [['Confirmations', String(confirmations)] as const]),
      ]),
      ...(verdict.trust === null ? [] : [['Block headers from', TRUST[verdict.trust]] as const]),
    ],
    steps: verdict.steps.map(({ ok, detail, proof }) => ({ ok, detail, about: proof })),
    doesNotProve: verdict.doesNotProve,
    times: verdict.blocks.map(({ time }) => 1000 * time),
  };
}

export function presentCertificate(name: string, work: Work | null, verdict: CertificateVerdict): Result {
  const isSuperseded = findSuccessor(verdict) !== null;
  const [title, tone] = isSuperseded ? SUPERSEDED : CERTIFICATE_OUTCOMES[verdict.outcome];
  return {
    title,
    tone,
    name: work === null ? name : `${work.name} by ${name}`,
    says: `${verdict.proves}${verdict.outcome === 'verified' ? OWN_KEY : ''}${isSuperseded ? NEWER : ''}`,
    facts: listCertificateFacts(verdict),
    steps: verdict.steps,
    doesNotProve: verdict.doesNotProve,
    times: listTimes(verdict.issuedAt),
  };
}

export function presentBundle(name: string, work: Work | null, verdict: BundleVerdict): Result {
  const isAhead = isAheadOfClock(verdict);
  const isSuperseded = findSuccessor(verdict) !== null;
  const [title, tone] = isSuperseded ? SUPERSEDED : BUNDLE_OUTCOMES[isAhead ? 'cannot-check' : verdict.outcome];
  const { envelopeTime, workTime, tokenTime, trust } = verdict;
  return {
    title,
    tone,
    name: work === null ? name : `${work.name} by ${name}`,
    says: isAhead
      ? AHEAD
      : `${verdict.proves}${verdict.outcome === 'verified' || verdict.outcome === 'pending' ? OWN_KEY : ''}${isSuperseded ? NEWER : ''}`,
    facts: [
      ...listCertificateFacts(verdict),
      ...(tokenTime === null ? [] : [['Seen by a time-stamping authority', sayMinute(tokenTime)] as const]),
      ...(envelopeTime === null ? [] : [['Signed before, by Bitcoin', sayMinute(1000 * envelopeTime)] as const]),
      ...(workTime === null ? [] : [['Work there before, by Bitcoin', sayMinute(1000 * workTime)] as const]),
      ...(trust === null ? [] : [['Block headers from', TRUST[trust]] as const]),
    ],
    steps: verdict.steps.map(({ part, ok, detail }) => ({ ok, detail, about: part })),
    doesNotProve: verdict.doesNotProve,
    times: listTimes(verdict.issuedAt, tokenTime, envelopeTime && 1000 * envelopeTime, workTime && 1000 * workTime),
  };
}

const OWN_KEY = ' The trusted key is the one that this server names as its own.';
const NEWER = ' It holds, and a newer version of the work has taken its place.';

const AHEAD =
  'Its time-stamp token is of a later time than the clock here says. With a clock that is right, this is no valid proof.';

/** Nothing else speaks against it, and a clock that is wrong does not say which of the two is. */
function isAheadOfClock({ outcome, steps }: BundleVerdict): boolean {
  return outcome === 'invalid' && steps.every(({ ok, step }) => ok !== false || step === 'future-time');
}

function listTimes(...times: readonly (number | null)[]): readonly number[] {
  return times.filter((time) => time !== null);
}

function listCertificateFacts({
  certificateId,
  status,
  issuedAt,
  log,
}: CertificateVerdict | BundleVerdict): readonly (readonly [string, string])[] {
  return [
    ...(certificateId === null ? [] : [['Certificate', certificateId] as const]),
    ...(status?.state === 'superseded' ? [['Superseded by', status.by] as const] : []),
    ...(status?.state === 'revoked' && status.reason !== null
      ? [['Reason of the revocation', status.reason] as const]
      : []),
    ...(issuedAt === null ? [] : [['Issued, as the signer says', sayMinute(issuedAt)] as const]),
    ...(log === null ? [] : [['Public log', `${log.origin}, ${sayCount(log.size, 'entry', 'entries')}`] as const]),
  ];
}

export function presentUnknown({ name, digests }: Work): Result {
  const sha256 = encodeHex(digests.sha256!);
  return {
    title: 'Unknown',
    tone: 'open',
    name,
    says: 'Nothing that you gave is about this file. Add its receipt, its .ots files or its certificate.',
    facts: [['SHA-256', sha256]],
    steps: [],
    doesNotProve: [],
    times: [],
    lookUp: `/verify/${sha256}`,
  };
}

export function cannotRead(name: string, reason: string): Result {
  return { title: 'Cannot check', tone: 'open', name, says: reason, facts: [], steps: [], doesNotProve: [], times: [] };
}
