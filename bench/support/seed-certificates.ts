import type pg from 'pg';
import { listTerms, listWords } from '../../src/core/works/author-words.ts';
import { PLACES_PER_MS, WORK_TYPES } from '../../src/core/works/work.ts';

/** What was seeded has numbers from 1. */
export const trackIdOf = (n: number) => `cer_${String(n).padStart(26, '0')}`;

/** The digest of the work with this number, in SQL. */
const DIGEST = 'sha256(int8send(n::bigint))';
const TRACK_ID = "'cer_' || lpad(n::text, 26, '0')";
const WORK_ID = "('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid";
const CERTIFICATE_UUID = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";
/** One every thirty seconds, so that a million are about a year. */
const FIRST_DAY = Date.parse('2025-01-01T00:00:00Z');
const TIME = `to_timestamp(${FIRST_DAY / 1000} + n * 30)`;
const PLACE = `(${FIRST_DAY}::bigint + n::bigint * 30000) * ${PLACES_PER_MS}`;
/** Few types have most of the works. */
const TYPE = `(array['${WORK_TYPES.join("','")}'])[1 + floor(${WORK_TYPES.length} * power((n * 7919::bigint % 10007) / 10007.0, 3))::int]`;

const FIRST_NAMES = [
  ...['Maria', 'Ana', 'José', 'Mohammed', 'Wei', 'Olga', 'Jean', 'Łukasz', 'Elisabeth', 'Aleksandra', 'Tomáš', 'Søren'],
  ...['Giovanni', 'Marie', 'Amélie', 'Ivan', 'Yuki', 'Noah', 'Emma', 'Zoë', 'Kwame', 'Aisha', 'Björn', 'Marco'],
];
const SYLLABLES = [
  'mar',
  'san',
  'ko',
  'val',
  'ber',
  'tin',
  'ro',
  'del',
  'wic',
  'ström',
  'ač',
  'ell',
  'ni',
  'garc',
  'tho',
];

/** A few thousand names of three syllables, none of which is rare. */
const LAST_NAMES = SYLLABLES.flatMap((one) =>
  SYLLABLES.flatMap((two) => SYLLABLES.map((three) => `${one.charAt(0).toUpperCase()}${one.slice(1)}${two}${three}`)),
);

/** Live certificates of tracks, each of another recording. */
export async function seedTracks(client: pg.Client, count: number): Promise<void> {
  const manifest = `format(
    '{"artist":{"display_name":"Artist %1$s","handle":"artist%1$s","id":"art_%2$s"},"cert_id":"cer_%2$s",'
    '"declarations":{"ai_used":false},"format":"touchmark/manifest/1","issued_at":"2026-05-26T08:13:42.000Z",'
    '"master":{"duration_ms":201000,"sha256":"%3$s"},"registry":"trackorigin","standard":"TO-1.0",'
    '"track":{"id":"trk_%2$s","title":"A title of the usual length %1$s"},"verdict":"verified","version":1}',
    n, lpad(n::text, 26, '0'), encode(${DIGEST}, 'hex'))`;
  await client.query(insertCertificates(count, { id: TRACK_ID, registry: 'trackorigin', manifest }));
  await client.query('vacuum analyze certificate');
}

/** Listed works of public authors, one version each, with everything that the registry finds them by. */
export async function seedWorks(client: pg.Client, count: number): Promise<void> {
  const manifest = `format(
    '{"author_commitment":"%1$s","cert_id":"%2$s","format":"touchmark/manifest/1","hash":"%1$s",'
    '"issued_at":"2026-05-26T08:13:42.000Z","ownership_type":"sole","registry":"origimark","title_commitment":"%1$s",'
    '"version":1,"work_id":"%3$s","work_type":"text","work_version":1}',
    encode(${DIGEST}, 'hex'), ${CERTIFICATE_UUID}, ${WORK_ID})`;
  await client.query(insertCertificates(count, { id: `${CERTIFICATE_UUID}::text`, registry: 'origimark', manifest }));
  await createNames(client, 'bench_first', FIRST_NAMES);
  await createNames(client, 'bench_last', LAST_NAMES);
  await client.query(
    `create temporary table bench_author as
     select n, ${TYPE} as work_type, ${PLACE} as place, 1 + (n * 31 % ${FIRST_NAMES.length})::int as first_name,
       1 + floor(${LAST_NAMES.length} * power((n * 104729::bigint % 1000003) / 1000003.0, 2))::int as last_name
     from generate_series(1, ${count}) as n`,
  );
  await client.query(
    `insert into work (id, account_id, privacy, last_version, last_cert_id)
     select ${WORK_ID}, 'account-' || n % 1000, 'public', 1, ${CERTIFICATE_UUID} from generate_series(1, ${count}) as n`,
  );
  await client.query(
    `insert into work_version (
       work_id, version, cert_id, account_id, hash, work_type, ownership, title, title_salt, author_first_name,
       author_last_name, author_country, author_salt, issued_at, place, author_words)
     select ${WORK_ID}, 1, ${CERTIFICATE_UUID}, 'account-' || n % 1000, ${DIGEST}, work_type, 'sole', 'A title ' || n,
       ${DIGEST}, one.name, other.name, null, ${DIGEST}, ${TIME}, place,
       ' ' || array_to_string(one.words, ' ') || ' ' || array_to_string(other.words, ' ') || ' '
     from bench_author join bench_first one on one.id = first_name join bench_last other on other.id = last_name`,
  );
  await client.query(
    `insert into work_hash (hash, cert_id, account_id, is_released)
     select ${DIGEST}, ${CERTIFICATE_UUID}, 'account-' || n % 1000, false from generate_series(1, ${count}) as n`,
  );
  await client.query(
    `insert into work_term (term, work_type, place)
     select term, work_type, place from bench_author
     join (
       select one.id as first_name, other.id as last_name, term.term from bench_first one cross join bench_last other
       cross join lateral (select unnest(one.terms) union select unnest(other.terms)) as term (term)
     ) as named using (first_name, last_name)
     order by term, work_type, place`,
  );
  await client.query(
    `insert into work_count (day, work_type, count)
     select to_char(${TIME} at time zone 'UTC', 'YYYY-MM-DD'), work_type, count(*) from bench_author group by 1, 2`,
  );
  await client.query(`update work_place set last_place = (select max(place) from bench_author)`);
  for (const table of ['certificate', 'work', 'work_version', 'work_hash', 'work_term', 'work_count']) {
    await client.query(`vacuum analyze ${table}`);
  }
}

async function createNames(client: pg.Client, table: string, names: readonly string[]): Promise<void> {
  await client.query(`create temporary table ${table} (id int, name text, words text[], terms text[])`);
  for (const [i, name] of names.entries()) {
    const words = listWords(name);
    await client.query(`insert into ${table} values ($1, $2, $3, $4)`, [i + 1, name, words, listTerms(words)]);
  }
}

function insertCertificates(count: number, { id, registry, manifest }: Record<'id' | 'registry' | 'manifest', string>) {
  return `insert into certificate (
      id, registry, is_sandbox, version, status, account_id, work_sha256, manifest_json, key_id, signature, salt,
      commitment, issued_at, updated_at, issued_sequence, sequence, version_sequence)
    select ${id}, '${registry}', false, 1, 'active', 'account-' || n % 1000, ${DIGEST}, ${manifest}, 'key_bench',
      decode(repeat('ab', 64), 'hex'), ${DIGEST}, ${DIGEST}, ${TIME}, ${TIME}, n, n, n
    from generate_series(1, ${count}) as n`;
}
