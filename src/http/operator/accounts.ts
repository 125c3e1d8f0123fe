import { Type } from 'typebox';
import type { AccountReader } from '../../core/account/store.ts';
import type { Integrators } from '../../core/registry/integrators.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { App } from '../shared/app.ts';
import { type Cursors, cutPage } from '../shared/cursor.ts';
import { presentTime } from '../shared/present-time.ts';
import type { OperatorOf } from './guard.ts';
import { ErrorBody, listOf, oneOf, orNull, pageQuery, parseLimit, REFUSALS, strict } from './schemas.ts';
import { parseReason } from './wire.ts';

export interface AccountRouteParts {
  readonly registry: Pick<RegistryReader, 'listIntegrators'>;
  readonly accounts: Pick<AccountReader, 'list'>;
  readonly integrators: Integrators;
  readonly cursors: Cursors;
}

const tags = ['operator'];
const BODY_MAX_BYTES = 4 * 1024;
const EMAIL_MAX_CHARS = 254;

const ListedAccount = Type.Object({
  id: Type.String(),
  email: Type.String(),
  email_verified: Type.Boolean(),
  role: oneOf(['member', 'operator']),
  display_name: Type.String(),
  handle: orNull(),
  created_at: Type.String(),
});
const ListedIntegrator = Type.Object({ account_id: Type.String(), note: Type.String(), added_at: Type.String() });

/** Who there is, and who may register renditions. */
export function registerAccounts(app: App, parts: AccountRouteParts, operatorOf: OperatorOf): void {
  const { registry, accounts, integrators, cursors } = parts;

  const list = {
    summary: 'Accounts, by id',
    tags,
    querystring: Type.Object({
      ...pageQuery,
      email: Type.Optional(Type.String({ description: 'Start of the address', maxLength: EMAIL_MAX_CHARS })),
    }),
    response: { 200: listOf('accounts', ListedAccount), ...REFUSALS },
  };
  app.get('/api/operator/accounts', { schema: list }, async ({ query }) => {
    const email = query.email?.toLowerCase() ?? '';
    const name = JSON.stringify(['operator accounts', email]);
    const limit = parseLimit(query.limit);
    const after = cursors.parse(name, query.cursor)?.id ?? '';
    const page = cutPage(await accounts.list(email, after, limit + 1), limit, ({ id }) =>
      cursors.format(name, { at: 0, id }),
    );
    const items = page.items.map((account) => ({
      id: account.id,
      email: account.email,
      email_verified: account.isEmailVerified,
      role: account.role,
      display_name: account.displayName,
      handle: account.handle,
      created_at: presentTime(account.createdAt),
    }));
    return { accounts: items, next_cursor: page.nextCursor };
  });

  const listAllowed = {
    summary: 'Accounts that may register renditions',
    tags,
    querystring: Type.Object(pageQuery),
    response: { 200: listOf('integrators', ListedIntegrator), ...REFUSALS },
  };
  app.get('/api/operator/integrators', { schema: listAllowed }, async ({ query }) => {
    const name = 'operator integrators';
    const limit = parseLimit(query.limit);
    const after = cursors.parse(name, query.cursor)?.id ?? '';
    const page = cutPage(await registry.listIntegrators(after, limit + 1), limit, ({ accountId }) =>
      cursors.format(name, { at: 0, id: accountId }),
    );
    return { integrators: page.items.map(presentIntegrator), next_cursor: page.nextCursor };
  });

  const ById = Type.Object({ account_id: Type.String() });
  const allow = {
    summary: 'Let an account register renditions',
    tags,
    params: ById,
    body: Type.Object({ note: Type.String({ description: 'Who it is: 1 to 1,000 characters' }) }, strict),
    response: { 200: ListedIntegrator, 404: ErrorBody, ...REFUSALS },
  };
  const path = '/api/operator/integrators/:account_id';
  app.put(path, { schema: allow, bodyLimit: BODY_MAX_BYTES }, async (request) => {
    const note = parseReason(request.body.note, 'note');
    const { account_id: accountId } = request.params;
    return presentIntegrator(await integrators.allow({ accountId, operatorId: operatorOf(request), note }));
  });

  const remove = {
    summary: 'Let an account register renditions no longer',
    tags,
    params: ById,
    response: { 204: Type.Null(), 404: ErrorBody, ...REFUSALS },
  };
  app.delete(path, { schema: remove }, async (request, reply) => {
    await integrators.remove({ accountId: request.params.account_id, operatorId: operatorOf(request) });
    reply.code(204);
    return null;
  });
}

function presentIntegrator(integrator: { accountId: string; note: string; addedAt: number }) {
  return { account_id: integrator.accountId, note: integrator.note, added_at: presentTime(integrator.addedAt) };
}
