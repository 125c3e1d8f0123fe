import { cutPage, olderPath, type Query, readText } from '../own-reply.ts';
import type { Page } from '../pages/layout.ts';
import { renderAccounts, renderIntegrators } from '../pages/operator/people.ts';
import type { OperatorPagesParts } from './surface.ts';

const PER_PAGE = 25;
const EMAIL_MAX_CHARS = 254;
/** Of an account, by which these lists go on. */
const ACCOUNT_ID = /^[A-Za-z0-9_-]{1,64}$/;

export async function showAccounts({ accounts }: OperatorPagesParts, query: Query): Promise<Page> {
  const email = (readText(query, 'email') ?? '').trim().toLowerCase().slice(0, EMAIL_MAX_CHARS);
  const found = await accounts.list(email, readAfter(query), PER_PAGE + 1);
  const { items, older } = cutPage(found, PER_PAGE, ({ id }) => olderPath('/operator/accounts', id, { email }));
  return renderAccounts({ email, accounts: items, older });
}

export async function showIntegrators({ registry }: OperatorPagesParts, query: Query): Promise<Page> {
  const found = await registry.listIntegrators(readAfter(query), PER_PAGE + 1);
  const { items, older } = cutPage(found, PER_PAGE, ({ accountId }) => olderPath('/operator/integrators', accountId));
  return renderIntegrators({ integrators: items, older });
}

/** An id that nobody has starts at the top. */
function readAfter(query: Query): string {
  const after = readText(query, 'before') ?? '';
  return ACCOUNT_ID.test(after) ? after : '';
}
