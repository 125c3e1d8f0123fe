import type { FastifyRequest, LightMyRequestResponse } from 'fastify';
import type { App } from '../../http/shared/app.ts';
import type { FoundForm } from '../pages/form.ts';
import { describeRefusal } from './describe-refusal.ts';
import { askOwnApi, readJson } from './own-api.ts';
import { type Problems, readForm } from './read-form.ts';

/** What came of a posted form. */
export type Taken =
  | { readonly kind: 'refused'; readonly status: number; readonly problems: Problems }
  | { readonly kind: 'secret'; readonly secret: string; readonly cookies: readonly string[] }
  | { readonly kind: 'moved'; readonly goTo: string; readonly cookies: readonly string[] }
  /** `text` is null where the page itself shows what has changed. */
  | { readonly kind: 'done'; readonly text: string | null; readonly cookies: readonly string[] };

/** Sends what was posted as JSON to the form's route, which alone decides. */
export async function takeForm(
  app: App,
  request: FastifyRequest,
  { form, fields }: FoundForm,
  posted: URLSearchParams,
): Promise<Taken> {
  const read = readForm(fields, posted);
  if (!read.ok) return { kind: 'refused', status: 400, problems: read.problems };
  const { api, method = 'POST', after = {} } = form;
  const token = form.byToken === undefined ? null : await askOwnApi(app, request, { url: '/api/auth/token' });
  if (token !== null && token.statusCode >= 400) return refuse(token, fields);
  const answer = await askOwnApi(app, request, {
    method,
    url: api,
    headers: {
      ...(method !== 'DELETE' && { 'content-type': 'application/json' }),
      ...(token !== null && { authorization: `Bearer ${token.json().token}` }),
    },
    ...(method !== 'DELETE' && { payload: JSON.stringify(read.body) }),
  });
  if (answer.statusCode >= 400) return refuse(answer, fields);
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  const body = readJson(answer) as Readonly<Record<string, unknown>> | null;
  if (after.reveals) return { kind: 'secret', secret: String(body?.secret), cookies };
  if (after.goTo === undefined) return { kind: 'done', text: after.say ?? null, cookies };
  const end = after.append === undefined ? '' : encodeURIComponent(String(body?.[after.append]));
  return { kind: 'moved', goTo: after.goTo + end, cookies };
}

function refuse(answer: LightMyRequestResponse, fields: FoundForm['fields']): Taken {
  const { statusCode: status, headers } = answer;
  const refusal = { status, retryAfterSeconds: Number(headers['retry-after']), body: readJson(answer) };
  return { kind: 'refused', status, problems: describeRefusal(refusal, fields) };
}
