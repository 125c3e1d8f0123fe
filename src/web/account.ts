import type { FastifyRequest } from 'fastify';
import type { Account, Sessions } from '../core/account/account.ts';
import type { EntryPosition, LedgerReader, PurseId } from '../core/meter/ledger.ts';
import type { App } from '../http/shared/app.ts';
import type { Surface } from '../http/shared/surface.ts';
import { registerAssets } from './assets.ts';
import { acceptFormsOnly } from './forms/form-body.ts';
import { servePage } from './forms/page-route.ts';
import { type OverviewParts, PURSES_MAX, showOverview } from './overview.ts';
import { parseOwnPath } from './own-path.ts';
import { olderPath, presentError, type Query, readText, signInPath } from './own-reply.ts';
import { listOwnSessions } from './own-sessions.ts';
import { findSubscriptions, findUsage } from './own-usage.ts';
import { type Offers, renderCredits } from './pages/credits.ts';
import { renderForgot } from './pages/forgot.ts';
import { renderKeys } from './pages/keys.ts';
import { type Page, renderOpenPage, renderOwnPage, type SectionPath } from './pages/layout.ts';
import type { PasswordChars } from './pages/password.ts';
import { renderProfile } from './pages/profile.ts';
import { renderReset } from './pages/reset.ts';
import { isNotice, renderSignIn } from './pages/sign-in.ts';
import { renderSignUp } from './pages/sign-up.ts';
import { renderUsage } from './pages/usage.ts';
import { renderClosedVault, renderVault } from './pages/vault.ts';

export interface AccountPagesParts extends OverviewParts {
  readonly sessions: Sessions;
  readonly publicUrl: string;
  readonly ledger: Pick<LedgerReader, 'listPurses' | 'listAccountEntries'>;
  readonly passwordChars: PasswordChars;
  readonly offers: Offers;
}

const ENTRIES_PER_PAGE = 50;
const RECEIPTS_PER_PAGE = 25;

const TOKEN = /^[A-Za-z0-9_-]{1,200}$/;
const ORDER_ID = /^btc_[A-Za-z0-9_-]{1,32}$/;
const DIGEST_PREFIX = /^[0-9a-f]{0,64}$/;
const LABEL_MAX_CHARS = 200;
/** Moments end in the year 2286 here, and sequences where a column of integers does. */
const RECEIPT_POSITION = /^(0|[1-9]\d{0,12})\.([A-Za-z0-9_-]{16})$/;
const ENTRY_POSITION = /^(0|[1-9]\d{0,12})\.([1-9]\d{0,8})\.((?:pack|trackorigin):[!-~]{1,200})$/;

/** What an account's owner sees in a browser. */
export function createAccountPages(parts: AccountPagesParts): Surface {
  return {
    pathPrefixes: ['/account', '/static/account.'],
    presentError,
    register(app) {
      acceptFormsOnly(app);
      registerAssets(app);
      registerOpenPages(app, parts);
      registerOwnPages(app, parts);
    },
  };
}

function registerOpenPages(app: App, { sessions, publicUrl, passwordChars }: AccountPagesParts): void {
  const open = (path: string, render: (query: Query) => Page | { readonly goTo: string }) =>
    servePage(app, {
      path,
      publicUrl,
      show: async (request) => {
        const page = render(request.query as Query);
        return 'goTo' in page ? page : { page: renderOpenPage(page) };
      },
    });

  servePage(app, {
    path: '/account/sign-in',
    publicUrl,
    show: async (request) => {
      const query = request.query as Query;
      const next = parseOwnPath(readText(query, 'next') ?? '') ?? '/account';
      if ((await sessions.find(request.headers)) !== null) return { goTo: next };
      const notice = query.error === undefined ? readText(query, 'notice') : 'link-ended';
      return { page: renderOpenPage(renderSignIn({ next, notice: isNotice(notice) ? notice : null })) };
    },
  });
  open('/account/sign-up', () => renderSignUp(passwordChars));
  open('/account/forgot', ({ error }) => renderForgot({ linkEnded: error !== undefined }));
  open('/account/reset', (query) => {
    const token = readText(query, 'token');
    if (token !== null && TOKEN.test(token)) return renderReset(token, passwordChars);
    return { goTo: `/account/forgot${query.error === undefined ? '' : '?error'}` };
  });
}

function registerOwnPages(app: App, parts: AccountPagesParts): void {
  const { sessions, publicUrl, accounts, keys, clock, passwordChars } = parts;

  const own = (path: SectionPath, render: (account: Account, request: FastifyRequest) => Promise<Page | null>) =>
    servePage(app, {
      path,
      publicUrl,
      show: async (request) => {
        const account = await sessions.find(request.headers);
        const page = account && (await render(account, request));
        if (account === null || page === null) return { goTo: signInPath(request) };
        return { page: renderOwnPage(page, account, path) };
      },
    });

  own('/account', (account) => showOverview(parts, account));
  own('/account/profile', async (account, request) => {
    const { error, link } = request.query as Query;
    const [profile, listed] = await Promise.all([accounts.findProfile(account.id), listOwnSessions(app, request)]);
    return (
      profile &&
      renderProfile({
        account,
        profile,
        passwordChars,
        sessions: listed,
        link: error !== undefined ? 'ended' : link === 'opened' ? 'opened' : null,
      })
    );
  });
  own('/account/keys', async ({ id }) => {
    const [listed, subscriptions] = await Promise.all([keys.list(id), findSubscriptions(parts, id)]);
    const products = new Set(subscriptions.map(({ product }) => product));
    return renderKeys({ keys: listed, products, now: clock.now() });
  });
  own('/account/usage', async ({ id }) => renderUsage(await findUsage(parts, id)));
  own('/account/credits', (account, { query }) => showCredits(parts, account, query as Query));
  own('/account/vault', ({ id }, { query }) => showVault(parts, id, query as Query));
}

async function showCredits(parts: AccountPagesParts, { id, email }: Account, query: Query): Promise<Page> {
  const { ledger, keys, offers } = parts;
  // One more than is shown tells whether there is a next page.
  const [subscriptions, purses, listed, found] = await Promise.all([
    findSubscriptions(parts, id),
    ledger.listPurses(id, PURSES_MAX),
    keys.list(id),
    ledger.listAccountEntries(id, parseEntryPosition(readText(query, 'before')), ENTRIES_PER_PAGE + 1),
  ]);
  const entries = found.slice(0, ENTRIES_PER_PAGE);
  const last = entries.at(-1);
  const order = readText(query, 'order');
  return renderCredits({
    accountId: id,
    email,
    subscriptions,
    purses,
    keys: listed,
    entries,
    older:
      found.length > entries.length && last !== undefined ? olderPath('/account/credits', presentEntry(last)) : null,
    offers,
    orderId: order !== null && ORDER_ID.test(order) ? order : null,
  });
}

async function showVault(parts: AccountPagesParts, accountId: string, query: Query): Promise<Page> {
  const { subscriptions, anchors, clock } = parts;
  if ((await subscriptions.findActive(accountId, 'orphograph', clock.now())) === null) return renderClosedVault();
  const filters = {
    digest: (readText(query, 'q') ?? '').trim().slice(0, 64),
    label: (readText(query, 'label') ?? '').replace(/[\p{Cc}\p{Cs}]/gu, '').slice(0, LABEL_MAX_CHARS),
    isPrivate: readText(query, 'private') ?? '',
  };
  const digestPrefix = filters.digest.toLowerCase();
  if (!DIGEST_PREFIX.test(digestPrefix)) {
    const digestError = 'Only the digits 0 to 9 and the letters a to f.';
    return renderVault({ filters, digestError, receipts: [], older: null });
  }
  const found = await anchors.listOwned({
    accountId,
    before: parseReceiptPosition(readText(query, 'before')),
    digestPrefix: digestPrefix || null,
    label: filters.label || null,
    isPrivate: filters.isPrivate === 'true' ? true : filters.isPrivate === 'false' ? false : null,
    limit: RECEIPTS_PER_PAGE + 1,
  });
  const receipts = found.slice(0, RECEIPTS_PER_PAGE);
  const last = receipts.at(-1)?.receipt;
  const fields = { q: filters.digest, label: filters.label, private: filters.isPrivate };
  const hasOlder = found.length > receipts.length && last !== undefined;
  const older = hasOlder ? olderPath('/account/vault', `${last.createdAt}.${last.id}`, fields) : null;
  return renderVault({ filters, digestError: null, receipts, older });
}

function presentEntry({ createdAt, sequence, purse }: EntryPosition): string {
  return `${createdAt}.${sequence}.${purse}`;
}

/** A position that nobody was given starts at the top. */
function parseEntryPosition(text: string | null): EntryPosition | null {
  const [, createdAt, sequence, purse] = ENTRY_POSITION.exec(text ?? '') ?? [];
  if (purse === undefined) return null;
  return { createdAt: Number(createdAt), sequence: Number(sequence), purse: purse as PurseId };
}

function parseReceiptPosition(text: string | null): { createdAt: number; id: string } | null {
  const [, createdAt, id] = RECEIPT_POSITION.exec(text ?? '') ?? [];
  return id === undefined ? null : { createdAt: Number(createdAt), id };
}
