import type { Reading } from '../pages/form.ts';
import type { Problems } from './read-form.ts';

/** What a route answered instead of doing it. */
export interface Refusal {
  readonly retryAfterSeconds: number;
  readonly status: number;
  readonly body: unknown;
}

/** Instead of the messages of routes that are not ours. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['INVALID_EMAIL_OR_PASSWORD', 'This e-mail address and this password do not belong together.'],
  ['INVALID_EMAIL', 'This is not an e-mail address.'],
  ['INVALID_PASSWORD', 'This is not your password.'],
  [
    'EMAIL_NOT_VERIFIED',
    'This address is not confirmed yet. Open the link in the mail we sent you, or ask for a new one below.',
  ],
  ['INVALID_TOKEN', 'This link does not work any more. Ask for a new one below.'],
  ['TOKEN_EXPIRED', 'This link does not work any more. Ask for a new one below.'],
  ['PASSWORD_TOO_SHORT', 'This password is too short.'],
  ['PASSWORD_TOO_LONG', 'This password is too long.'],
]);

/** How better-auth says that an address is none, instead of by a code. */
const NO_ADDRESS = /^\[body\.\w+\] Invalid email address/;

/** The routes' errors in their several forms, said where they belong. */
export function describeRefusal({ status, retryAfterSeconds, body }: Refusal, fields: readonly Reading[]): Problems {
  if (status === 429) return new Map([['', `Too many tries. Try again ${sayWait(retryAfterSeconds)}.`]]);
  const answer = asObject(body);
  const error = asObject(answer.error);
  const listed = asObject(error.details).errors;
  if (Array.isArray(listed) && listed.length > 0) return listProblems(listed.map(asObject), fields);
  const code = [answer.error, error.code, answer.code].find((one) => typeof one === 'string') ?? '';
  const said = error.message ?? answer.message;
  const message = TEXTS.get(NO_ADDRESS.test(String(said)) ? 'INVALID_EMAIL' : code) ?? said;
  const field = fields.find(({ codes = [] }) => codes.includes(code));
  return new Map([[field?.name ?? '', typeof message === 'string' ? message : 'This did not work. Try again later.']]);
}

function listProblems(listed: readonly Readonly<Record<string, unknown>>[], fields: readonly Reading[]): Problems {
  const problems = new Map<string, string>();
  const others: string[] = [];
  for (const { field, message } of listed) {
    const name = String(field).replaceAll('/', '.');
    if (fields.some((one) => one.isShown && one.name === name)) problems.set(name, `This ${message}.`);
    else others.push(`${field} ${message}`.trim());
  }
  if (others.length > 0) problems.set('', `${others.join('; ')}.`);
  return problems;
}

function sayWait(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  if (!(minutes > 0)) return 'later';
  if (minutes > 90) return `in ${Math.ceil(minutes / 60)} hours`;
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
