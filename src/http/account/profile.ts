import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Account, Sessions } from '../../core/account/account.ts';
import { checkProfile, type Profile, ProfileError } from '../../core/account/profile.ts';
import type { Store } from '../../core/store.ts';
import type { App } from '../shared/app.ts';
import { presentTime } from '../shared/present-time.ts';
import { AccountError } from './errors.ts';

const BODY_MAX_BYTES = 16 * 1024;

const textOrNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });

const ProfileFields = {
  handle: textOrNull('3 to 30 lower-case letters and digits, single hyphens and underscores between; unique'),
  bio: textOrNull('At most 1,000 characters; lines may end.'),
  location: textOrNull('At most 80 characters.'),
  avatar_url: textOrNull('An https address of at most 500 characters.'),
};
const DisplayName = Type.String({ description: '1 to 80 characters.' });

const AccountProfile = Type.Object(
  {
    id: Type.String(),
    email: Type.String(),
    role: Type.Union([Type.Literal('member'), Type.Literal('operator')]),
    created_at: Type.String(),
    display_name: DisplayName,
    ...ProfileFields,
  },
  { title: 'AccountProfile' },
);

export const ErrorBody = Type.Object({ code: Type.String(), message: Type.String() }, { title: 'AccountError' });

const getSchema = {
  summary: 'The profile of the account that is signed in',
  tags: ['account'],
  response: { 200: AccountProfile, 401: ErrorBody },
};

const putSchema = {
  summary: 'Replace the profile; what is left out is empty afterwards',
  tags: ['account'],
  body: Type.Object({ display_name: DisplayName, ...mapOptional(ProfileFields) }),
  response: { 200: AccountProfile, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 409: ErrorBody },
};

/** `GET` and `PUT /api/account/profile` */
export function registerProfile(app: App, { store, sessions }: { store: Store; sessions: Sessions }): void {
  app.get('/api/account/profile', { schema: getSchema }, async (request, reply) => {
    const account = await requireAccount(sessions, request);
    const profile = await store.account.findProfile(account.id);
    if (profile === null) throw new ProfileError('account-gone', 'deleted meanwhile');
    return present(reply, account, profile);
  });

  app.put('/api/account/profile', { schema: putSchema, bodyLimit: BODY_MAX_BYTES }, async (request, reply) => {
    const account = await requireAccount(sessions, request);
    const { handle, display_name, bio, location, avatar_url } = request.body;
    const profile = checkProfile({
      handle: handle ?? null,
      displayName: display_name,
      bio: bio ?? null,
      location: location ?? null,
      avatarUrl: avatar_url ?? null,
    });
    const outcome = await store.transact((writers) => writers.account.saveProfile(account.id, profile));
    if (outcome !== 'saved') throw new ProfileError(outcome, 'the profile was not saved');
    return present(reply, account, profile);
  });
}

async function requireAccount(sessions: Sessions, { headers }: FastifyRequest): Promise<Account> {
  const account = await sessions.find(headers);
  if (account === null) throw new AccountError('signed-out', 'no session');
  return account;
}

function present(reply: FastifyReply, account: Account, profile: Profile) {
  reply.header('cache-control', 'no-store');
  return {
    id: account.id,
    email: account.email,
    role: account.role,
    created_at: presentTime(account.createdAt),
    display_name: profile.displayName,
    handle: profile.handle,
    bio: profile.bio,
    location: profile.location,
    avatar_url: profile.avatarUrl,
  };
}

function mapOptional(fields: typeof ProfileFields) {
  return {
    handle: Type.Optional(fields.handle),
    bio: Type.Optional(fields.bio),
    location: Type.Optional(fields.location),
    avatar_url: Type.Optional(fields.avatar_url),
  };
}
