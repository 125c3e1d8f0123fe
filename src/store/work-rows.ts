import type { Kysely, Selectable } from 'kysely';
import type { WorkVersion } from '../core/works/work.ts';
import type { Schema } from './schema.ts';
import type { WorkTable, WorkVersionTable } from './work-tables.ts';

export type WorkVersionRow = Selectable<WorkVersionTable> & Pick<Selectable<WorkTable>, 'privacy'>;

/** Versions with the privacy level of their work. */
export function selectVersions(kysely: Kysely<Schema>) {
  return kysely
    .selectFrom('work_version')
    .innerJoin('work', 'work.id', 'work_version.work_id')
    .selectAll('work_version')
    .select('work.privacy');
}

export async function listVersions(kysely: Kysely<Schema>, workId: string): Promise<readonly WorkVersion[]> {
  const rows = await selectVersions(kysely).where('work_id', '=', workId).orderBy('version').execute();
  return rows.map(readVersion);
}

export function readVersion(row: WorkVersionRow): WorkVersion {
  return {
    certId: row.cert_id,
    workId: row.work_id,
    version: row.version,
    ownerId: row.account_id,
    hash: row.hash,
    title: { value: row.title, salt: row.title_salt },
    author: row.author_salt && {
      value: { first_name: row.author_first_name!, last_name: row.author_last_name!, country: row.author_country },
      salt: row.author_salt,
    },
    workType: row.work_type,
    sourceLanguage: row.source_language,
    creationDate: row.creation_date,
    privacy: row.privacy,
    ownership: row.ownership,
    issuedAt: row.issued_at.getTime(),
    listedAs: row.place,
  };
}
