import { WebhookError } from '../../core/webhook/error.ts';
import { cutPage, olderPath, readText } from '../own-reply.ts';
import type { Page } from '../pages/layout.ts';
import { renderWebhook, renderWebhooks } from '../pages/owner/webhooks.ts';
import type { Asked, OwnerPagesParts } from './surface.ts';

const PER_PAGE = 25;
/** What is offered to be sent again. */
const FAILED_WITHIN_MS = 7 * 24 * 60 * 60 * 1000;
const ATTEMPT_ID = /^whd_[0-9A-HJKMNP-TV-Z]{26}$/;

export async function showWebhooks({ webhooks }: OwnerPagesParts, { account }: Asked): Promise<Page> {
  const owner = { accountId: account.id, isSandbox: null };
  const [trackorigin, origimark] = await Promise.all([
    webhooks.trackorigin.list(owner),
    webhooks.origimark.list(owner),
  ]);
  return renderWebhooks({ trackorigin, origimark });
}

export async function showWebhook(
  { webhooks, clock }: OwnerPagesParts,
  { account, query, params }: Asked,
): Promise<Page | null> {
  const { contract, id } = params as { contract: string; id: string };
  if (contract !== 'trackorigin' && contract !== 'origimark') return null;
  const typed = readText(query, 'before') ?? '';
  const before = ATTEMPT_ID.test(typed) ? typed : null;
  const owner = { accountId: account.id, isSandbox: null };
  try {
    const [own, found] = await Promise.all([
      webhooks[contract].find(owner, id),
      webhooks[contract].deliveries(owner, id, { before, outcome: null, limit: PER_PAGE + 1 }),
    ]);
    const { items, older } = cutPage(found, PER_PAGE, (last) =>
      olderPath(`/account/webhooks/${contract}/${id}`, last.id),
    );
    const failedSince = new Date(clock.now() - FAILED_WITHIN_MS).toISOString();
    return renderWebhook({ contract, own, attempts: items, older, failedSince });
  } catch (error) {
    if (error instanceof WebhookError) return null;
    throw error;
  }
}
