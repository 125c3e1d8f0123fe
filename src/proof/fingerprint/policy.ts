import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { encodeCanonical, type JsonValue, parseCanonical } from '../../base/canonical-json.ts';
import { CodedError } from '../../base/coded-error.ts';
import { encodeHex } from '../../base/hex.ts';
import type { VerifySignature } from '../note/verify-note.ts';
import { ALGORITHM, EXTRACTOR, type Thresholds } from './thresholds.ts';

type PolicyErrorCode =
  /** Not canonical JSON of the form of docs/formats/fingerprint.md. */
  | 'bad-policy'
  /** Of another procedure or other prints than this program has. */
  | 'unsupported-policy'
  /** The signature is not by the key that stands beside it. */
  | 'bad-signature';

/** Why a policy document cannot be used. */
export class PolicyError extends CodedError<PolicyErrorCode> {}

/** What a calibration found. Rates are in parts per thousand million, intervals are of 95 %. */
export interface PolicyMeasurement {
  /** Impostor comparisons that pass the gates, and how many of them were matched. */
  readonly impostors: number;
  readonly falseMatches: number;
  /** Upper end of the interval when comparisons are independent; when only pairs of recordings are. */
  readonly falseMatchUpperPpb: number;
  readonly falseMatchPairsUpperPpb: number;
  /** From a generalised Pareto tail fitted to the impostors. */
  readonly falseMatchModelPpb: number;
  /** Genuine comparisons under the required transforms, and how many of them were missed. */
  readonly genuine: number;
  readonly falseNonMatches: number;
  /** Masters, of which so many were missed under at least one required transform. */
  readonly masters: number;
  readonly mastersMissed: number;
  readonly mastersMissedUpperPpb: number;
}

/** What decides whether audio is a certified recording, and on what evidence. Never changed: another one takes its place. */
export interface Policy {
  readonly algorithm: typeof ALGORITHM;
  readonly extractor: typeof EXTRACTOR;
  readonly thresholds: Thresholds;
  /** On the half that was set aside; it was looked at once. */
  readonly heldOut: PolicyMeasurement;
  /** On the half that the thresholds were chosen on. */
  readonly development: PolicyMeasurement;
  readonly corpus: {
    readonly description: string;
    readonly recordings: number;
    readonly releases: number;
    /** SHA-256 of the sorted digests of its prints, in hex. */
    readonly digest: string;
  };
  /** SHA-256 of the frozen cohort's file in hex; null when there is none. */
  readonly cohortDigest: string | null;
  /** Whether the held-out half confirmed what the first one promised. Only such a policy can be accepted. */
  readonly isConfirmed: boolean;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

export interface SignedPolicy {
  readonly policy: Policy;
  /** `fpp_` and the first 32 hex digits of the SHA-256 of the policy's canonical JSON. */
  readonly id: string;
  /** Ed25519, 32 bytes. Whose it is, is for the reader to know. */
  readonly publicKey: Uint8Array;
}

const FORMAT = 'touchmark/fingerprint-policy/1';
const SIGNED_FORMAT = 'touchmark/signed-fingerprint-policy/1';
/** Ours have 2 kB. */
export const POLICY_MAX_BYTES = 16 * 1024;
const PPM = 1_000_000;

type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** The name of a policy, by its content. */
export function policyId(policy: Policy, sha256: Sha256): string {
  return `fpp_${encodeHex(sha256(encodePolicy(policy))).slice(0, 32)}`;
}

/** The bytes that are signed and named. */
export function encodePolicy(policy: Policy): Uint8Array {
  return encodeCanonical(toJson(policy));
}

/** The document: the policy with a signature over its canonical bytes. */
export function signPolicy(
  policy: Policy,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  return encodeCanonical({
    format: SIGNED_FORMAT,
    policy: toJson(policy),
    public_key: encodeBase64(publicKey),
    signature: encodeBase64(sign(encodePolicy(policy))),
  });
}

/** Reads a document and checks its signature. Throws PolicyError. */
export function openPolicy(bytes: Uint8Array, sha256: Sha256, verify: VerifySignature): SignedPolicy {
  if (bytes.length > POLICY_MAX_BYTES) throw bad(`more than ${POLICY_MAX_BYTES} bytes`);
  const document = asObject(readJson(bytes));
  requireNames(document, ['format', 'policy', 'public_key', 'signature']);
  if (document.format !== SIGNED_FORMAT) throw bad(`it is not ${SIGNED_FORMAT}`);
  const policy = fromJson(asObject(document.policy));
  const publicKey = decodeBase64(asText(document.public_key));
  const signature = decodeBase64(asText(document.signature));
  if (publicKey?.length !== 32 || signature?.length !== 64) throw bad('the key or the signature has the wrong length');
  if (!verify(publicKey, encodePolicy(policy), signature)) {
    throw new PolicyError('bad-signature', 'the signature is not by the key that stands beside it');
  }
  return { policy, id: policyId(policy, sha256), publicKey };
}

type Names<T> = { readonly [Name in keyof T]: string };

const THRESHOLD_NAMES: Names<Omit<Thresholds, 'cohortZ'>> = {
  exactBer: 'exact_ber_ppm',
  strongBer: 'strong_ber_ppm',
  probableBer: 'probable_ber_ppm',
  inconclusiveBer: 'inconclusive_ber_ppm',
  bandBer: 'band_ber_ppm',
};

const MEASUREMENT_NAMES: Names<PolicyMeasurement> = {
  impostors: 'impostors',
  falseMatches: 'false_matches',
  falseMatchUpperPpb: 'false_match_upper_ppb',
  falseMatchPairsUpperPpb: 'false_match_pairs_upper_ppb',
  falseMatchModelPpb: 'false_match_model_ppb',
  genuine: 'genuine',
  falseNonMatches: 'false_non_matches',
  masters: 'masters',
  mastersMissed: 'masters_missed',
  mastersMissedUpperPpb: 'masters_missed_upper_ppb',
};

function toJson(policy: Policy): { readonly [name: string]: JsonValue } {
  const { cohortZ, ...rates } = policy.thresholds;
  const { description, recordings, releases, digest } = policy.corpus;
  return {
    format: FORMAT,
    algorithm: policy.algorithm,
    extractor: policy.extractor,
    thresholds: {
      ...rename(rates, THRESHOLD_NAMES, (rate) => Math.round(rate * PPM)),
      cohort_z_milli: Math.round(cohortZ * 1000),
    },
    held_out: rename(policy.heldOut, MEASUREMENT_NAMES, (count) => count),
    development: rename(policy.development, MEASUREMENT_NAMES, (count) => count),
    corpus: { description, recordings, releases, digest },
    cohort_digest: policy.cohortDigest,
    confirmed: policy.isConfirmed,
    date: policy.date,
  };
}

function fromJson(json: JsonObject): Policy {
  const names = [
    'format',
    'algorithm',
    'extractor',
    'thresholds',
    'held_out',
    'development',
    'corpus',
    'cohort_digest',
  ];
  requireNames(json, [...names, 'confirmed', 'date']);
  if (json.format !== FORMAT) throw bad(`it is not ${FORMAT}`);
  const { algorithm, extractor } = json;
  if (algorithm !== ALGORITHM || extractor !== EXTRACTOR) {
    throw new PolicyError('unsupported-policy', `this program has ${ALGORITHM} with ${EXTRACTOR}`);
  }
  const thresholds = asObject(json.thresholds);
  requireNames(thresholds, [...Object.values(THRESHOLD_NAMES), 'cohort_z_milli']);
  const corpus = asObject(json.corpus);
  requireNames(corpus, ['description', 'recordings', 'releases', 'digest']);
  const cohortDigest = json.cohort_digest ?? null;
  const isConfirmed = json.confirmed;
  const date = asText(json.date);
  if (typeof isConfirmed !== 'boolean' || !/^\d{4}-\d\d-\d\d$/.test(date)) throw bad('a field has the wrong type');
  const policy: Policy = {
    ...{ algorithm, extractor, isConfirmed, date },
    thresholds: {
      ...readNames(thresholds, THRESHOLD_NAMES, (ppm) => ppm / PPM),
      cohortZ: asCount(thresholds.cohort_z_milli) / 1000,
    },
    heldOut: readMeasurement(json.held_out),
    development: readMeasurement(json.development),
    corpus: {
      description: asText(corpus.description),
      recordings: asCount(corpus.recordings),
      releases: asCount(corpus.releases),
      digest: asDigest(corpus.digest),
    },
    cohortDigest: cohortDigest === null ? null : asDigest(cohortDigest),
  };
  requireOrder(policy.thresholds);
  return policy;
}

function readMeasurement(json: JsonValue | undefined): PolicyMeasurement {
  const object = asObject(json);
  requireNames(object, Object.values(MEASUREMENT_NAMES));
  return readNames(object, MEASUREMENT_NAMES, (count) => count);
}

/** Bands follow each other, and all of them are nearer than chance. */
function requireOrder({ exactBer, strongBer, probableBer, inconclusiveBer, bandBer }: Thresholds): void {
  const rising = [0, exactBer, strongBer, probableBer, inconclusiveBer, 0.5];
  const isRising = rising.every((rate, i) => i === 0 || rising[i - 1]! <= rate);
  if (!isRising || inconclusiveBer === 0.5 || bandBer >= 0.5) throw bad('the thresholds do not follow each other');
}

function rename<T extends object>(values: T, names: Names<T>, map: (value: number) => number): Record<string, number> {
  const keys = Object.keys(names) as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [names[key], map(values[key] as number)]));
}

function readNames<T>(json: JsonObject, names: Names<T>, map: (value: number) => number): Record<keyof T, number> {
  const keys = Object.keys(names) as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [key, map(asCount(json[names[key]]))])) as Record<keyof T, number>;
}

type JsonObject = { readonly [name: string]: JsonValue | undefined };

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonical(bytes);
  } catch (error) {
    throw new PolicyError('bad-policy', 'it is not canonical JSON', { cause: error });
  }
}

function requireNames(json: JsonObject, names: readonly string[]): void {
  const present = Object.keys(json);
  if (present.length !== names.length || !names.every((name) => present.includes(name))) {
    throw bad(`it has to have exactly ${names.join(', ')}`);
  }
}

function asObject(value: JsonValue | undefined): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('a field is no object');
  return value as JsonObject;
}

function asText(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw bad('a field is no text');
  return value;
}

function asDigest(value: JsonValue | undefined): string {
  const text = asText(value);
  if (!/^[0-9a-f]{64}$/.test(text)) throw bad('a digest is not 64 hex digits');
  return text;
}

function asCount(value: JsonValue | undefined): number {
  if (typeof value !== 'number' || value < 0) throw bad('a field is no count');
  return value;
}

function bad(message: string): PolicyError {
  return new PolicyError('bad-policy', `the policy is not readable: ${message}`);
}
