import { equalBytes } from '../../base/bytes.ts';
import { ATTESTATION_TAG_BYTES, ATTESTATION_TAGS, type Attestation } from './attestation.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { OtsError } from './error.ts';

/** Upstream's bound on what an unknown attestation can make others store. */
const PAYLOAD_MAX_BYTES = 8192;

/** Upstream's bound; a calendar's address is far shorter. */
const URI_MAX_BYTES = 1000;

/** No `?`, `#`, `@` or `%`: the URI of an untrusted file can name a host and a path and nothing more. */
const URI_PATTERN = /^[A-Za-z0-9\-._/:]*$/;

const KNOWN_TYPES = Object.keys(ATTESTATION_TAGS) as (keyof typeof ATTESTATION_TAGS)[];

/** Reads what follows the attestation marker. A payload of a known kind must be used up exactly. */
export function readAttestation(reader: ByteReader): Attestation {
  const tag = reader.readBytes(ATTESTATION_TAG_BYTES);
  const payload = reader.readVarbytes({ min: 0, max: PAYLOAD_MAX_BYTES, code: 'bad-attestation' });
  const type = knownType(tag);
  if (type === undefined) return { type: 'unknown', tag, payload };

  const payloadReader = new ByteReader(payload);
  const attestation: Attestation =
    type === 'pending' ? { type, uri: readUri(payloadReader) } : { type, height: payloadReader.readHeight() };
  payloadReader.expectEnd();
  return attestation;
}

/** Writes what follows the attestation marker, holding to the limits of `readAttestation`. */
export function writeAttestation(writer: ByteWriter, attestation: Attestation): void {
  if (attestation.type === 'unknown') {
    checkUnknown(attestation.tag, attestation.payload);
    writer.writeBytes(attestation.tag);
    writer.writeVarbytes(attestation.payload);
    return;
  }
  const payloadWriter = new ByteWriter();
  if (attestation.type === 'pending') {
    checkUri(attestation.uri);
    payloadWriter.writeVarbytes(new TextEncoder().encode(attestation.uri));
  } else {
    checkHeight(attestation.height);
    payloadWriter.writeVaruint(attestation.height);
  }
  writer.writeBytes(ATTESTATION_TAGS[attestation.type]);
  writer.writeVarbytes(payloadWriter.finish());
}

function knownType(tag: Uint8Array): keyof typeof ATTESTATION_TAGS | undefined {
  return KNOWN_TYPES.find((type) => equalBytes(ATTESTATION_TAGS[type], tag));
}

function readUri(reader: ByteReader): string {
  const uri = String.fromCharCode(...reader.readVarbytes({ min: 0, max: URI_MAX_BYTES, code: 'bad-uri' }));
  checkUri(uri);
  return uri;
}

function checkUri(uri: string): void {
  if (uri.length > URI_MAX_BYTES) throw new OtsError('bad-uri', `a URI is over ${URI_MAX_BYTES} bytes`);
  if (!URI_PATTERN.test(uri)) throw new OtsError('bad-uri', 'a URI has a character outside of A-Z a-z 0-9 - . _ / :');
}

function checkHeight(height: number): void {
  if (!Number.isSafeInteger(height) || height < 0) {
    throw new OtsError('bad-attestation', 'a height is not an integer within 0..2^53 - 1');
  }
}

function checkUnknown(tag: Uint8Array, payload: Uint8Array): void {
  if (tag.length !== ATTESTATION_TAG_BYTES) {
    throw new OtsError('bad-attestation', `an attestation tag is not ${ATTESTATION_TAG_BYTES} bytes`);
  }
  if (knownType(tag) !== undefined) throw new OtsError('bad-attestation', 'an unknown attestation has a known tag');
  if (payload.length > PAYLOAD_MAX_BYTES) {
    throw new OtsError('bad-attestation', `an attestation payload is over ${PAYLOAD_MAX_BYTES} bytes`);
  }
}
