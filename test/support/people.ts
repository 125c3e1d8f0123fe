import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Accounts } from '../../src/app/accounts.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import type { Keys } from '../../src/core/key/keys.ts';
import type { Store } from '../../src/core/store.ts';
import { send } from './send.ts';

export const PASSWORD = 'correct horse battery';

/** A new account, signed in once. */
export interface SignedIn {
  readonly id: string;
  readonly email: string;
  /** Of `Authorization: Bearer`, and the `Cookie` header of the same session. */
  readonly session: string;
  readonly cookie: string;
}

export async function signUp(url: string, accounts: Pick<Accounts, 'ensure'>, store: Store): Promise<SignedIn> {
  const email = `${randomUUID()}@example.org`;
  await accounts.ensure({ email, password: PASSWORD, name: 'Mara Vex' });
  const { id } = (await store.account.findByEmail(email))!;
  const { status, headers } = await send('POST', `${url}/api/auth/sign-in/email`, { email, password: PASSWORD });
  const session = headers.get('set-auth-token');
  assert.ok(session, `sign-in answered ${status}`);
  return { id, email, session, cookie: cookiesOf(headers) };
}

/** What an answer sets, as later requests send it. */
export function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0]!)
    .join('; ');
}

/** The secret of a new key of each kind, under the names that the kinds are given. */
export async function mintKeys<Name extends string>(
  { service }: Keys,
  accountId: string,
  kinds: Readonly<Record<Name, CredentialKind>>,
): Promise<Record<Name, string>> {
  const secrets: [string, string][] = [];
  for (const [name, kind] of Object.entries<CredentialKind>(kinds)) {
    const { secret } = await service.mint({ accountId, kind, name: null, scopes: null, expiresAt: null });
    secrets.push([name, secret]);
  }
  return Object.fromEntries(secrets) as Record<Name, string>;
}
