import type { CertificateReader } from '../certificate/store.ts';
import { type AuthorQuery, parseAuthorQuery } from './author-words.ts';
import type { Certified } from './certifier.ts';
import { WorkError } from './error.ts';
import { firstPlaceOf } from './registry-entry.ts';
import type { PageQuery, RegistryFilter, WorkReader } from './store.ts';
import { WORK_TYPES, type WorkType, type WorkVersion } from './work.ts';

/** What pages can be counted to; further on a list is followed from place to place. */
export const COUNTED_MAX = 10_000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** A search as somebody typed it; null: whatever. */
export interface RegistrySearch {
  /** Words that words of an author's name start with. */
  readonly author: string | null;
  readonly workType: WorkType | null;
  /** First day in the registry, `YYYY-MM-DD`, UTC. */
  readonly from: string | null;
  /** Last day. */
  readonly to: string | null;
}

export interface Listing {
  readonly items: readonly Certified[];
  /** Of all pages. */
  readonly total: number;
  /** Whether it is all of them, or only as far as was counted. */
  readonly isTotalExact: boolean;
  /** Whether there are more after these. */
  readonly hasMore: boolean;
}

/** What can be read of works. Errors of those that take an id: `certificate-unknown`, `work-unknown`. */
export interface Works {
  find(certId: string): Promise<Certified>;
  findByHash(hash: Uint8Array): Promise<Certified | null>;
  /** All versions, oldest first. */
  chain(workId: string): Promise<readonly Certified[]>;
  browse(search: RegistrySearch, page: PageQuery<number>): Promise<Listing>;
  listOwned(ownerId: string, page: PageQuery<string>): Promise<Listing>;
}

export function createWorks({ work, certificate }: { work: WorkReader; certificate: CertificateReader }): Works {
  /** What is committed in one transaction is seen by two reads, unless the first came before it and the second after. */
  async function join(versions: readonly WorkVersion[]): Promise<readonly Certified[]> {
    if (versions.length === 0) return [];
    const records = await certificate.findMany(versions.map(({ certId }) => certId));
    const byId = new Map(records.map((record) => [record.id, record]));
    return versions.map((version) => ({ version, certificate: byId.get(version.certId)! }));
  }

  async function list(
    read: (page: { limit: number }) => Promise<readonly WorkVersion[]>,
    count: Promise<number>,
    limit: number,
  ): Promise<Listing> {
    const [found, total] = await Promise.all([read({ limit: limit + 1 }), count]);
    return {
      items: await join(found.slice(0, limit)),
      total,
      isTotalExact: true,
      hasMore: found.length > limit,
    };
  }

  return {
    async find(certId) {
      const version = await work.find(certId);
      if (version === null) throw new WorkError('certificate-unknown', 'nobody has this certificate');
      return (await join([version]))[0]!;
    },

    async findByHash(hash) {
      const version = await work.findByHash(hash);
      return version && (await join([version]))[0]!;
    },

    async chain(workId) {
      const versions = await work.listVersions(workId);
      if (versions.length === 0) throw new WorkError('work-unknown', 'nobody has this work');
      return join(versions);
    },

    async browse(search, page) {
      const author = search.author === null ? null : parseAuthorQuery(search.author);
      // Nothing but signs: no word starts with them.
      if (search.author !== null && author === null) return NOTHING;
      const filter = makeFilter(search, author);
      const listing = await list(
        ({ limit }) => work.browse(filter, { ...page, limit }),
        work.count(filter, COUNTED_MAX + 1),
        page.limit,
      );
      return author === null ? listing : cap(listing);
    },

    listOwned: async (ownerId, page) =>
      cap(
        await list(
          ({ limit }) => work.listOwned(ownerId, { ...page, limit }),
          work.countOwned(ownerId, COUNTED_MAX + 1),
          page.limit,
        ),
      ),
  };
}

function makeFilter({ workType, from, to }: RegistrySearch, author: AuthorQuery | null): RegistryFilter {
  const days = { from: from ?? FIRST_DAY, to: to ?? LAST_DAY };
  return {
    author,
    workTypes: workType === null ? WORK_TYPES : [workType],
    days,
    places: { from: firstPlaceOf(Date.parse(days.from)), end: firstPlaceOf(Date.parse(days.to) + DAY_MS) },
  };
}

const FIRST_DAY = '0001-01-01';
const LAST_DAY = '9999-12-31';

const NOTHING: Listing = { items: [], total: 0, isTotalExact: true, hasMore: false };

function cap(listing: Listing): Listing {
  return listing.total <= COUNTED_MAX ? listing : { ...listing, total: COUNTED_MAX, isTotalExact: false };
}
