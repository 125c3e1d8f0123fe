import type { CertificateReader } from '../../core/certificate/store.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import { searchKey } from '../../core/registry/text.ts';
import { listWords, QUERY_MAX_CHARS, QUERY_MAX_WORDS } from '../../core/works/author-words.ts';
import type { Certified } from '../../core/works/certifier.ts';
import { isDay } from '../../core/works/check-registration.ts';
import { registryTime } from '../../core/works/registry-entry.ts';
import { visibleFields, WORK_TYPES } from '../../core/works/work.ts';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../../http/shared/app.ts';
import { type ListedWork, renderRecordingsList, renderWorks, type WorkFilters } from '../pages/registry.ts';
import { sendPage } from '../site.ts';
import { listRecordings } from './list-recordings.ts';
import { formatPosition, parsePosition } from './position.ts';

export interface RegistryRouteParts {
  readonly works: Pick<Works, 'browse'>;
  readonly registry: Pick<RegistryReader, 'listCertificates'>;
  readonly certificates: Pick<CertificateReader, 'findMany'>;
}

const PER_PAGE = 25;
const SHA256 = /^[0-9a-f]{64}$/i;
/** A place in the list, in base 36. */
const PLACE = /^(0|[1-9a-z][0-9a-z]{0,10})$/;
const EMPTY = { works: [], total: 0, isTotalExact: true, older: null };

type Query = Readonly<Record<string, unknown>>;

/** `GET /registry` and `GET /registry/recordings` */
export function registerRegistryPages(app: App, parts: RegistryRouteParts): void {
  app.get('/registry', async (request, reply) => {
    const query = request.query as Query;
    const filters = readFilters(query);
    if (SHA256.test(filters.q)) return reply.redirect(`/verify/${filters.q.toLowerCase()}`, 303);
    const problems = findProblems(filters);
    if (problems.length > 0) return sendPage(reply.code(400), renderWorks({ ...EMPTY, filters, problems }));
    return sendPage(reply, renderWorks(await findWorks(parts.works, filters, parsePlace(query.before))));
  });

  app.get('/registry/recordings', async (request, reply) => {
    const query = request.query as Query;
    const q = readText(query, 'q').slice(0, QUERY_MAX_CHARS);
    if (SHA256.test(q)) return reply.redirect(`/verify/${q.toLowerCase()}`, 303);
    const filter = {
      isSandbox: false,
      isActive: true,
      sha256: null,
      artistId: null,
      titleKey: q === '' ? null : searchKey(q),
    };
    const found = await parts.registry.listCertificates(filter, parsePosition(query.before), PER_PAGE + 1);
    const shown = found.slice(0, PER_PAGE);
    const last = shown.at(-1);
    const older =
      found.length > shown.length && last !== undefined
        ? addressOf('/registry/recordings', { q, before: formatPosition(last.issuedAt, last.id) })
        : null;
    const recordings = await listRecordings(parts.certificates, shown);
    return sendPage(reply, renderRecordingsList({ q, recordings, older }));
  });
}

async function findWorks(works: Pick<Works, 'browse'>, filters: WorkFilters, after: number | null) {
  const search = {
    author: filters.q === '' ? null : filters.q,
    workType: WORK_TYPES.find((type) => type === filters.work_type) ?? null,
    from: filters.date_from || null,
    to: filters.date_to || null,
  };
  const listing = await works.browse(search, { order: 'newest', after, offset: 0, limit: PER_PAGE });
  const last = listing.items.at(-1)?.version.listedAs;
  const older =
    listing.hasMore && last != null ? addressOf('/registry', { ...filters, before: last.toString(36) }) : null;
  const { total, isTotalExact } = listing;
  return { filters, problems: [], works: listing.items.map(presentWork), total, isTotalExact, older };
}

function presentWork({ version, certificate }: Certified): ListedWork {
  const { title, author } = visibleFields(version);
  return {
    id: version.certId,
    title: title?.value ?? null,
    author: author && `${author.value.first_name} ${author.value.last_name}`.trim(),
    workType: version.workType,
    version: version.version,
    registeredAt: version.listedAs === null ? version.issuedAt : registryTime(version.listedAs),
    isActive: certificate.status === 'active',
  };
}

function readFilters(query: Query): WorkFilters {
  const [q, work_type, date_from, date_to] = (['q', 'work_type', 'date_from', 'date_to'] as const).map((name) =>
    readText(query, name),
  );
  return { q: q!, work_type: work_type!, date_from: date_from!, date_to: date_to! };
}

function findProblems({ q, work_type, date_from, date_to }: WorkFilters): readonly string[] {
  const problems: string[] = [];
  if (q.length > QUERY_MAX_CHARS || new Set(listWords(q)).size > QUERY_MAX_WORDS) {
    problems.push(`A name to search for has at most ${QUERY_MAX_CHARS} characters and ${QUERY_MAX_WORDS} words.`);
  }
  if (work_type !== '' && !WORK_TYPES.some((type) => type === work_type)) {
    problems.push('There is no such kind of work.');
  }
  const days = [date_from, date_to].filter((day) => day !== '');
  if (!days.every(isDay)) problems.push('A day is written as year, month and day: 2026-05-14.');
  else if (days.length === 2 && date_from > date_to) problems.push('The first day comes after the last one.');
  return problems;
}

/** What is there more than once, or not at all, is empty. */
function readText(query: Query, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value.trim() : '';
}

function parsePlace(text: unknown): number | null {
  const place = typeof text === 'string' && PLACE.test(text) ? Number.parseInt(text, 36) : Number.NaN;
  return Number.isSafeInteger(place) ? place : null;
}

function addressOf(path: string, fields: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))}`;
}
