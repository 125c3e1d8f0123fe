import { TAG } from './der.ts';
import { openDer, parseSmallInteger } from './der-reader.ts';
import { encodeElement, encodeNamedBits, encodeSequence, encodeSmallInteger, encodeText } from './der-writer.ts';
import { TspError } from './error.ts';
import { TOKEN_MAX_BYTES } from './token.ts';

/** Bits of PKIFailureInfo (RFC 3161 section 2.4.2). */
export const FAILURE = {
  'unknown-algorithm': 0,
  'bad-request': 2,
  'bad-format': 5,
  'time-not-available': 14,
  'policy-not-accepted': 15,
  'extension-not-accepted': 16,
  'extra-information-not-available': 17,
  'system-failure': 25,
} as const;
export type FailureName = keyof typeof FAILURE;

const GRANTED = 0;
const GRANTED_WITH_CHANGES = 1;
const REJECTED = 2;

/** Status, text and failure besides the token. */
const STATUS_MAX_BYTES = 4096;

/** The token in a TimeStampResp. Throws TspError `rejected` when there is none, or when the bytes cannot be read. */
export function readResponse(der: Uint8Array): Uint8Array {
  const outer = openDer(der, TOKEN_MAX_BYTES + STATUS_MAX_BYTES);
  const reader = outer.open();
  outer.end();
  const status = reader.open();
  const code = parseSmallInteger(status.readInteger());
  status.openOptional(TAG.sequence);
  const failure = status.has(TAG.bitString) ? status.next().content : null;
  status.end();
  if (code !== GRANTED && code !== GRANTED_WITH_CHANGES) {
    throw new TspError('rejected', `the authority refused, status ${code}${nameFailure(failure)}`);
  }
  if (reader.isAtEnd) throw new TspError('rejected', 'the authority sent no token');
  const { bytes } = reader.read(TAG.sequence);
  reader.end();
  return bytes;
}

/** Only names of ours are shown, not the authority's own text. */
function nameFailure(bits: Uint8Array | null): string {
  const isSet = (bit: number) => ((bits?.[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  const name = (Object.keys(FAILURE) as FailureName[]).find((candidate) => isSet(FAILURE[candidate]));
  return name === undefined ? '' : ` (${name})`;
}

/** A TimeStampResp with a token. */
export function encodeGranted(token: Uint8Array): Uint8Array {
  return encodeSequence(encodeSequence(encodeSmallInteger(GRANTED)), token);
}

/** A TimeStampResp without one. `text` is shown to people. */
export function encodeRejection(failure: FailureName, text: string): Uint8Array {
  return encodeSequence(
    encodeSequence(
      encodeSmallInteger(REJECTED),
      encodeElement(TAG.sequence, encodeText(text)),
      encodeNamedBits([FAILURE[failure]]),
    ),
  );
}
