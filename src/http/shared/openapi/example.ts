import type { Schema } from './document.ts';

const DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ULID = '01KS9QWHV7PHETYGQAYMHB3DM6';
const UUID = '0190a000-0000-7000-8000-000000000001';
const TIME = '2026-05-14T14:00:00.000Z';

/** What a field of this name usually holds. Types that do not fit are not used. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  hash: DIGEST,
  hash_hex: DIGEST,
  sha256: DIGEST,
  sha256_hash: DIGEST,
  sha256_hex: DIGEST,
  sha512_hex: `${DIGEST}${DIGEST}`,
  cert_id: 'cer_test_synthetic',
  cert_ids: ['cer_test_synthetic'],
  ids: 'cer_test_synthetic',
  receipt_id: 'abcDEF0123456789',
  order_id: 'btc_abcDEF0123456789',
  certificate_id: 'TS-7K3QX9',
  event_id: `evt_${ULID}`,
  request_id: `req_${ULID}`,
  account_id: 'x7sK0aWqv1',
  id: UUID,
  work_id: UUID,
  handle: 'mara-vex',
  display_name: 'Mara Vex',
  artist: 'Mara Vex',
  email: 'mara@example.org',
  title: 'Lighthouse',
  name: 'Lighthouse',
  filename: 'lighthouse.wav',
  file_type: 'audio/wav',
  client_label: 'lighthouse.wav',
  url: 'https://hooks.example.org/touchmark',
  public_url: '/cert/cer_test_synthetic',
  key_id: 'k_2f6a1c',
  fingerprint: 'AAAAAA==',
  limit: '25',
  page: 1,
  sequence: 42,
  since_sequence: '0',
  height: '0',
  duration_ms: 187_000,
  retry_after_seconds: 60,
  month: '2026-05',
  author_first_name: 'Mara',
  author_last_name: 'Vex',
  author_country: 'SI',
  source_language: 'en',
  creation_date: '2026-04-15',
  standard: 'TO-1.0',
  verdict: 'verified',
  header: '00'.repeat(80),
  release_date: '2026-04-15',
  isrc: 'GBA1B2400001',
  upc: '123456789012',
};

/** Fields of these ends are moments. */
const MOMENT = /(?:_at|_until|_since|^at|^before)$/;

/** A value that the schema allows, as telling as its names make it. */
export function exampleOf(schema: Schema, name = ''): unknown {
  if (schema.examples !== undefined) return schema.examples[0];
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0]!, name);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type === 'object' || schema.properties !== undefined) return exampleOfObject(schema);
  const sample = SAMPLES[name];
  if (fits(sample, type, schema)) return sample;
  switch (type) {
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, name.replace(/s$/, ''))];
    case 'string':
      return exampleText(schema, name);
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 0);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function exampleOfObject({ properties = {}, patternProperties = {} }: Schema): Record<string, unknown> {
  const [byAnyName] = Object.values(patternProperties);
  const entries = byAnyName === undefined ? [] : [['cer_test_synthetic', exampleOf(byAnyName)] as const];
  return Object.fromEntries([
    ...entries,
    ...Object.entries(properties).map(([name, schema]) => [name, exampleOf(schema, name)] as const),
  ]);
}

function fits(sample: unknown, type: string | undefined, { pattern, format }: Schema): boolean {
  if (Array.isArray(sample)) return type === 'array';
  if (type === 'integer') return Number.isInteger(sample);
  if (type !== 'string' || typeof sample !== 'string') return false;
  return (pattern === undefined || new RegExp(pattern, 'u').test(sample)) && (format !== 'uuid' || sample === UUID);
}

function exampleText({ format, pattern }: Schema, name: string): string {
  if (format === 'uuid') return UUID;
  if (format === 'uri') return String(SAMPLES.url);
  if (format === 'date') return '2026-05-14';
  if (format === 'date-time' || (MOMENT.test(name) && pattern === undefined)) return TIME;
  return (
    ['text', '1', DIGEST, '1.abcDEF0123456789'].find(
      (text) => pattern === undefined || new RegExp(pattern, 'u').test(text),
    ) ?? ''
  );
}
