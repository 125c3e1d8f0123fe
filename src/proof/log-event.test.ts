import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { decodeLogEvent, encodeLogEvent, LOG_EVENT_TYPES, type LogEvent, LogEventError } from './log-event.ts';
import { hashLeaf } from './merkle/rfc6962.ts';

const EVENT: LogEvent = {
  type: 'certificate.revoked',
  registry: 'trackorigin',
  certificateId: 'cer_01J9ZK3V8Q0000000000000000',
  version: 2,
  isSandbox: false,
  at: Date.parse('2026-05-14T14:00:00.123Z'),
  commitment: new Uint8Array(32).fill(0xab),
  reason: 'rights_dispute',
};

const text = (event: LogEvent) => new TextDecoder().decode(encodeLogEvent(event));
const bytes = (leaf: string) => new TextEncoder().encode(leaf);

test('a leaf is the canonical JSON that the format says, and nothing else', () => {
  const commitment = 'ab'.repeat(32);
  assert.equal(
    text(EVENT),
    `{"at":"2026-05-14T14:00:00.123Z","certificate_id":"cer_01J9ZK3V8Q0000000000000000","commitment":"${commitment}",` +
      '"format":"touchmark/log-event/1","reason":"rights_dispute","registry":"trackorigin","type":"certificate.revoked","version":2}',
  );
  assert.match(text({ ...EVENT, isSandbox: true, reason: null }), /"sandbox":true/);
});

test('every event is read back as it was written', () => {
  const fields = {
    type: fc.constantFrom(...LOG_EVENT_TYPES),
    registry: fc.constantFrom('trackorigin' as const, 'origimark' as const),
    certificateId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    isSandbox: fc.boolean(),
    at: fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }),
    commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    reason: fc.option(fc.stringMatching(/^[a-z0-9_]{1,64}$/)),
  };
  const arbitrary = fc.record(fields, { noNullPrototype: true });
  fc.assert(fc.property(arbitrary, (event) => assert.deepEqual(decodeLogEvent(encodeLogEvent(event)), event)));
});

test('nothing that could hold a person or a free text is written', () => {
  for (const change of [
    { reason: 'Ada Lovelace' },
    { reason: 'é' },
    { reason: '' },
    { certificateId: 'ada@example.org' },
    { certificateId: '' },
    { version: 0 },
    { version: 1.5 },
    { at: -1 },
    { at: Number.NaN },
    { commitment: new Uint8Array(31) },
    { type: 'certificate.lost' as LogEvent['type'] },
    { registry: 'orphograph' as LogEvent['registry'] },
  ]) {
    assert.throws(() => encodeLogEvent({ ...EVENT, ...change }), LogEventError, JSON.stringify(change));
  }
});

test('an id is left out for origimark only, and never written as null', () => {
  assert.throws(() => encodeLogEvent({ ...EVENT, certificateId: null }), LogEventError);
  const event: LogEvent = { ...EVENT, registry: 'origimark', certificateId: null };
  assert.doesNotMatch(text(event), /certificate_id/);
  assert.deepEqual(decodeLogEvent(encodeLogEvent(event)), event);
  assert.throws(
    () => decodeLogEvent(bytes(text(event).replace('"commit', '"certificate_id":null,"commit'))),
    LogEventError,
  );
  assert.throws(() => decodeLogEvent(bytes(text(event).replace('origimark', 'trackorigin'))), LogEventError);
});

test('every other spelling of a leaf is refused', () => {
  const leaf = text(EVENT);
  for (const other of [
    ` ${leaf}`,
    leaf.replace('"version":2', '"version":"2"'),
    leaf.replace('"version":2', '"version":2.0'),
    leaf.replace('.123Z', 'Z'),
    leaf.replace('14:00:00.123Z', '16:00:00.123+02:00'),
    leaf.replace('abab', 'ABAB'),
    leaf.replace('event/1', 'event/2'),
    leaf.replace('"type"', '"sandbox":false,"type"'),
    leaf.replace('"type"', '"title":"x","type"'),
    leaf.replace('"reason":"rights_dispute"', '"reason":null'),
    '[]',
    'null',
    '{}',
    '',
  ]) {
    assert.throws(() => decodeLogEvent(bytes(other)), LogEventError, other);
  }
  assert.throws(() => decodeLogEvent(Uint8Array.of(0xff)), LogEventError);
});

const FOLDER = new URL('../../vectors/log-event/', import.meta.url);

function readCases<Case>(kind: 'valid' | 'invalid'): Case[] {
  const folder = new URL(`${kind}/`, FOLDER);
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
}

for (const { name, event, leaf, leafHash } of readCases<{
  name: string;
  event: LogEvent & { commitment: string };
  leaf: string;
  leafHash: string;
}>('valid')) {
  test(`vector, valid: ${name}`, () => {
    const expected = { ...event, commitment: decodeHex(event.commitment)! };
    assert.equal(encodeHex(encodeLogEvent(expected)), leaf);
    assert.deepEqual(decodeLogEvent(decodeHex(leaf)!), expected);
    assert.equal(encodeHex(hashLeaf(decodeHex(leaf)!)), leafHash);
  });
}

for (const { name, leaf, error } of readCases<{ name: string; leaf: string; error: string }>('invalid')) {
  test(`vector, invalid: ${name}`, () => assert.throws(() => decodeLogEvent(decodeHex(leaf)!), { code: error }));
}
