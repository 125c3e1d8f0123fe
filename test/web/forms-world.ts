import assert from 'node:assert/strict';
import type { LightMyRequestResponse } from 'fastify';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { fillForm } from '../support/page-form.ts';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** One plan is sold by card. */
export const SHOP = {
  TOUCHMARK_STRIPE_WEBHOOK_SECRET: 'whsec_abcdefghijklmnopqrstuvwxyz',
  TOUCHMARK_STRIPE_PRODUCTS: 'proofd-pro=plink_pro',
  TOUCHMARK_STRIPE_OFFERS: 'proofd-pro=12.50@https://pay.example.org/pro?x=1',
};

type Fields = Readonly<Record<string, string | readonly string[]>>;
type Who = Pick<Person, 'cookie'>;

/** A server whose pages are used by a browser without scripts. */
export interface FormsWorld extends AsyncDisposable {
  readonly server: ComposedServer;
  readonly owner: Person;
  readonly operator: Person;
  /** Without a cookie for nobody. */
  get(url: string, who?: Who): Promise<LightMyRequestResponse>;
  /** The text of a page that is there. */
  read(url: string, who?: Who): Promise<string>;
  /** Posts fields as they are given, in the owner's name unless headers say otherwise. */
  post(
    url: string,
    fields: Fields,
    headers?: Readonly<Record<string, string>>,
    remoteAddress?: string,
  ): Promise<LightMyRequestResponse>;
  /** Opens a page, fills in one of its forms, and sends it with everything else that stands in it. */
  press(url: string, form: string, typed: Fields, who?: Who): Promise<LightMyRequestResponse>;
}

export async function openFormsWorld(): Promise<FormsWorld> {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await startComposedServer('pglite', SHOP));
  const [owner, operator] = await Promise.all([server.signUp(), server.signUp()]);
  await server.store.transact(({ account }) => account.setRole(operator.email, 'operator'));
  const started = cleanup.move();

  const headersOf = (who?: Who): Readonly<Record<string, string>> => (who === undefined ? {} : { cookie: who.cookie });
  const get: FormsWorld['get'] = (url, who) => server.ask({ url, headers: headersOf(who) });
  const read: FormsWorld['read'] = async (url, who) => {
    const { statusCode, body, headers } = await get(url, who);
    assert.equal(statusCode, 200, `${url}: ${headers.location ?? body}`);
    return body;
  };
  const send = (
    url: string,
    fields: URLSearchParams,
    headers: Readonly<Record<string, string>>,
    remoteAddress?: string,
  ) =>
    server.ask({
      method: 'POST',
      url,
      headers: { origin: server.origin, 'content-type': FORM_TYPE, ...headers },
      payload: fields.toString(),
      ...(remoteAddress !== undefined && { remoteAddress }),
    });
  return {
    server,
    owner,
    operator,
    get,
    read,
    post(url, fields, headers = headersOf(owner), remoteAddress) {
      const pairs = Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
      return send(url, new URLSearchParams(pairs as [string, string][]), headers, remoteAddress);
    },
    async press(url, form, typed, who) {
      return send(url, fillForm(await read(url, who), form, typed), headersOf(who));
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** What a page says beside a field, or of a whole form. */
export function problemIn(body: string, form: string, field = ''): string {
  const place =
    field === ''
      ? new RegExp(`<form id="${form}".*?<p class="error" role="alert">([^<]*)<`, 's')
      : new RegExp(`id="${form}-${field.replaceAll('.', '\\.')}-error"[^>]*>([^<]*)<`);
  return place.exec(body)?.[1] ?? '';
}
