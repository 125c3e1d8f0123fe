import { cutPage, olderPath } from '../own-reply.ts';
import type { Page } from '../pages/layout.ts';
import { renderTracks } from '../pages/owner/tracks.ts';
import { formatPosition, parsePosition } from '../registry/position.ts';
import type { Asked, OwnerPagesParts } from './surface.ts';

const PER_PAGE = 25;

export async function showTracks({ submissions }: OwnerPagesParts, { account, query }: Asked): Promise<Page> {
  const found = await submissions.list(account.id, parsePosition(query.before), PER_PAGE + 1);
  const { items, older } = cutPage(found, PER_PAGE, ({ createdAt, id }) =>
    olderPath('/account/tracks', formatPosition(createdAt, id)),
  );
  return renderTracks({ submissions: items, older });
}
