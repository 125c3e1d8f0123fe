import { olderPath, readText } from '../own-reply.ts';
import { findTimestampUsage } from '../own-usage.ts';
import type { Page } from '../pages/layout.ts';
import { renderTimestamps } from '../pages/owner/timestamps.ts';
import type { Asked, OwnerPagesParts } from './surface.ts';

const PER_PAGE = 25;
/** Moments end in the year 2286 here. */
const MOMENT = /^\d{1,13}$/;

export async function showTimestamps(
  { timestamps, timestampUsage, scripts: { paths } }: OwnerPagesParts,
  { account, query }: Asked,
): Promise<Page> {
  const before = readText(query, 'before') ?? '';
  const [page, usage] = await Promise.all([
    timestamps.list({
      accountId: account.id,
      status: 'all',
      // A position that nobody was given starts at the top.
      before: MOMENT.test(before) ? Number(before) : null,
      limit: PER_PAGE,
    }),
    findTimestampUsage(timestampUsage, account.id),
  ]);
  return renderTimestamps({
    script: paths['file-form'],
    hashWorker: paths['hash-worker'],
    usage,
    timestamps: page.timestamps,
    older: page.nextBefore === null ? null : olderPath('/account/timestamps', String(page.nextBefore)),
  });
}
