import { sql, type Transaction } from 'kysely';
import type { RegistryEntry } from '../core/works/registry-entry.ts';
import type { LockedWork, WorkWriter } from '../core/works/store.ts';
import type { Schema } from './schema.ts';
import { listVersions } from './work-rows.ts';

/** More than one call can add on the average, so what is old goes away; few enough to cost nothing. */
const MAX_FORGOTTEN = 500;

export function createWorkWriter(transaction: Transaction<Schema>): WorkWriter {
  return {
    async lock(workIds) {
      const rows = await transaction
        .selectFrom('work')
        .selectAll()
        .where('id', 'in', [...workIds])
        .orderBy('id')
        .forUpdate()
        .execute();
      return rows.map(
        (row): LockedWork => ({
          id: row.id,
          ownerId: row.account_id,
          privacy: row.privacy,
          lastVersion: row.last_version,
          lastCertId: row.last_cert_id,
        }),
      );
    },

    listVersions: (workId) => listVersions(transaction, workId),

    async claim(claims) {
      const { rows } = await sql<{ cert_id: string }>`
        insert into work_hash (hash, cert_id, account_id, is_released)
        select hash, cert_id, account_id, false from unnest(
          ${claims.map(({ hash }) => hash)}::bytea[],
          ${claims.map(({ certId }) => certId)}::uuid[],
          ${claims.map(({ ownerId }) => ownerId)}::text[]
        ) as claim (hash, cert_id, account_id)
        on conflict (hash) do update set cert_id = excluded.cert_id, is_released = false
          where work_hash.is_released and work_hash.account_id = excluded.account_id
        returning cert_id`.execute(transaction);
      return new Set(rows.map(({ cert_id }) => cert_id));
    },

    async release(hash) {
      await transaction.updateTable('work_hash').set({ is_released: true }).where('hash', '=', hash).execute();
    },

    async takePlaces(count, earliest) {
      if (count === 0) return [];
      const { last_place: last } = await transaction
        .updateTable('work_place')
        .set({ last_place: sql<number>`greatest(last_place + 1, ${earliest}::bigint) + ${count - 1}` })
        .returning('last_place')
        .executeTakeFirstOrThrow();
      return Array.from({ length: count }, (_, i) => last - count + 1 + i);
    },

    async insert(entries) {
      await saveWorks(transaction, entries);
      await insertVersions(transaction, entries);
      await insertTerms(transaction, entries);
      await changeCounts(transaction, entries, 1);
    },

    async unlist(entries) {
      await deleteTerms(transaction, entries);
      await transaction
        .updateTable('work_version')
        .set({ place: null, author_words: '' })
        .where(
          'cert_id',
          'in',
          entries.map(({ version }) => version.certId),
        )
        .execute();
      await changeCounts(transaction, entries, -1);
    },

    async unindex(entries) {
      await deleteTerms(transaction, entries);
      await transaction
        .updateTable('work_version')
        .set({ author_words: '' })
        .where(
          'cert_id',
          'in',
          entries.map(({ version }) => version.certId),
        )
        .execute();
    },

    async savePrivacy(workId, privacy) {
      await transaction.updateTable('work').set({ privacy }).where('id', '=', workId).execute();
    },

    async eraseAuthors(workId) {
      await transaction
        .updateTable('work_version')
        .set({ author_first_name: null, author_last_name: null, author_country: null, author_salt: null })
        .where('work_id', '=', workId)
        .execute();
    },

    async noteVerifications(verifications, now, since) {
      await sql`
        delete from work_verification where (cert_id, verifier) in (
          select cert_id, verifier from work_verification where seen_at <= ${new Date(since)}
          order by seen_at limit ${MAX_FORGOTTEN} for update skip locked
        )`.execute(transaction);
      const { rows } = await sql<{ cert_id: string; verifier: Uint8Array }>`
        insert into work_verification (cert_id, verifier, seen_at)
        select cert_id, verifier, ${new Date(now)}::timestamptz from unnest(
          ${verifications.map(({ certId }) => certId)}::uuid[],
          ${verifications.map(({ verifier }) => verifier)}::bytea[]
        ) as noted (cert_id, verifier)
        order by cert_id, verifier
        on conflict (cert_id, verifier) do update set seen_at = excluded.seen_at
          where work_verification.seen_at <= ${new Date(since)}
        returning cert_id, verifier`.execute(transaction);
      return rows.map(({ cert_id: certId, verifier }) => ({ certId, verifier }));
    },
  };
}

async function saveWorks(transaction: Transaction<Schema>, entries: readonly RegistryEntry[]): Promise<void> {
  const versions = entries.map(({ version }) => version);
  const made = versions.filter(({ version }) => version === 1);
  await sql`
    insert into work (id, account_id, privacy, last_version, last_cert_id)
    select id, account_id, privacy, 1, cert_id from unnest(
      ${made.map(({ workId }) => workId)}::uuid[],
      ${made.map(({ ownerId }) => ownerId)}::text[],
      ${made.map(({ privacy }) => privacy)}::text[],
      ${made.map(({ certId }) => certId)}::uuid[]
    ) as made (id, account_id, privacy, cert_id)`.execute(transaction);
  // The last one of each work.
  const newest = [...new Map(versions.map((version) => [version.workId, version])).values()];
  const added = newest.filter(({ version }) => version > 1);
  if (added.length === 0) return;
  await sql`
    update work set last_version = added.version, last_cert_id = added.cert_id from unnest(
      ${added.map(({ workId }) => workId)}::uuid[],
      ${added.map(({ version }) => version)}::integer[],
      ${added.map(({ certId }) => certId)}::uuid[]
    ) as added (id, version, cert_id) where work.id = added.id`.execute(transaction);
}

async function insertVersions(transaction: Transaction<Schema>, entries: readonly RegistryEntry[]): Promise<void> {
  const versions = entries.map(({ version }) => version);
  const authors = versions.map(({ author }) => author?.value ?? null);
  // One array a column: a group of hundreds is one statement with few parameters.
  await sql`
    insert into work_version (
      work_id, version, cert_id, account_id, hash, work_type, source_language, creation_date, ownership, title,
      title_salt, author_first_name, author_last_name, author_country, author_salt, issued_at, place, author_words
    )
    select * from unnest(
      ${versions.map(({ workId }) => workId)}::uuid[],
      ${versions.map(({ version }) => version)}::integer[],
      ${versions.map(({ certId }) => certId)}::uuid[],
      ${versions.map(({ ownerId }) => ownerId)}::text[],
      ${versions.map(({ hash }) => hash)}::bytea[],
      ${versions.map(({ workType }) => workType)}::text[],
      ${versions.map(({ sourceLanguage }) => sourceLanguage)}::text[],
      ${versions.map(({ creationDate }) => creationDate)}::text[],
      ${versions.map(({ ownership }) => ownership)}::text[],
      ${versions.map(({ title }) => title.value)}::text[],
      ${versions.map(({ title }) => title.salt)}::bytea[],
      ${authors.map((author) => author?.first_name ?? null)}::text[],
      ${authors.map((author) => author?.last_name ?? null)}::text[],
      ${authors.map((author) => author?.country ?? null)}::text[],
      ${versions.map(({ author }) => author?.salt ?? null)}::bytea[],
      ${versions.map(({ issuedAt }) => new Date(issuedAt).toISOString())}::timestamptz[],
      ${versions.map(({ listedAs }) => listedAs)}::bigint[],
      ${entries.map(({ authorWords }) => spaced(authorWords))}::text[]
    )`.execute(transaction);
}

function spaced(words: readonly string[]): string {
  return words.length === 0 ? '' : ` ${words.join(' ')} `;
}

async function insertTerms(transaction: Transaction<Schema>, entries: readonly RegistryEntry[]): Promise<void> {
  const rows = termRows(entries);
  if (rows.length === 0) return;
  await sql`
    insert into work_term (term, work_type, place)
    select * from ${unnestTerms(rows)}`.execute(transaction);
}

async function deleteTerms(transaction: Transaction<Schema>, entries: readonly RegistryEntry[]): Promise<void> {
  const rows = termRows(entries);
  if (rows.length === 0) return;
  await sql`
    delete from work_term using ${unnestTerms(rows)} as gone (term, work_type, place)
    where work_term.term = gone.term and work_term.work_type = gone.work_type
      and work_term.place = gone.place`.execute(transaction);
}

interface TermRow {
  readonly term: string;
  readonly workType: string;
  readonly place: number;
}

function termRows(entries: readonly RegistryEntry[]): readonly TermRow[] {
  return entries.flatMap(({ version: { workType, listedAs }, terms }) =>
    terms.map((term) => ({ term, workType, place: listedAs! })),
  );
}

function unnestTerms(rows: readonly TermRow[]) {
  return sql`unnest(
    ${rows.map(({ term }) => term)}::text[],
    ${rows.map(({ workType }) => workType)}::text[],
    ${rows.map(({ place }) => place)}::bigint[]
  )`;
}

async function changeCounts(
  transaction: Transaction<Schema>,
  entries: readonly RegistryEntry[],
  step: 1 | -1,
): Promise<void> {
  const changes = new Map<string, { day: string; workType: string; count: number }>();
  for (const { day, version } of entries) {
    if (day === null) continue;
    const key = `${day} ${version.workType}`;
    const { count } = changes.get(key) ?? { count: 0 };
    changes.set(key, { day, workType: version.workType, count: count + step });
  }
  if (changes.size === 0) return;
  // In one order, so that two transactions never wait for each other.
  const rows = [...changes].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, change]) => change);
  for (const { day, workType, count } of rows) {
    await sql`
      insert into work_count (day, work_type, count) values (${day}, ${workType}, greatest(${count}::bigint, 0))
      on conflict (day, work_type) do update set count = work_count.count + ${count}::bigint`.execute(transaction);
  }
}
