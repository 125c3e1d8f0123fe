import { parseUuid } from '../../core/works/check-registration.ts';
import { WorkError } from '../../core/works/error.ts';
import { olderPath, readText } from '../own-reply.ts';
import type { Page } from '../pages/layout.ts';
import { renderNewWork, renderWorks } from '../pages/owner/works.ts';
import type { Asked, OwnerPagesParts } from './surface.ts';

const PER_PAGE = 25;

export async function showWorks({ works }: OwnerPagesParts, { account, query }: Asked): Promise<Page> {
  const after = parseUuid(readText(query, 'before'));
  const { items, hasMore } = await works.listOwned(account.id, { order: 'newest', after, offset: 0, limit: PER_PAGE });
  const last = items.at(-1);
  const older = hasMore && last !== undefined ? olderPath('/account/works', last.version.certId) : null;
  return renderWorks({ works: items, older });
}

/** Somebody else's work is as unknown as what nobody has. */
export async function showNewWork(
  { works, scripts: { paths } }: OwnerPagesParts,
  { account, query }: Asked,
): Promise<Page | null> {
  const scripts = { script: paths['file-form'], hashWorker: paths['hash-worker'] };
  const workId = readText(query, 'work_id');
  if (workId === null) return renderNewWork({ ...scripts, previous: null });
  const id = parseUuid(workId);
  const versions = id === null ? [] : await works.chain(id).catch(nothingWhenUnknown);
  const previous = versions.at(-1);
  return previous?.version.ownerId === account.id ? renderNewWork({ ...scripts, previous }) : null;
}

function nothingWhenUnknown(error: unknown): readonly [] {
  if (error instanceof WorkError) return [];
  throw error;
}
