import { Type } from 'typebox';
import type { AccountReader } from '../../core/account/store.ts';
import type { App } from '../shared/app.ts';
import { CredentialFault } from '../shared/credentials.ts';
import { presentTime } from '../shared/present-time.ts';
import type { Admission } from './admission.ts';
import { ErrorBody } from './schemas.ts';

const orNull = () => Type.Unsafe<string | null>({ type: ['string', 'null'] });

const schema = {
  summary: 'Whose secret key this is',
  tags: ['trackorigin'],
  response: {
    200: Type.Object({
      account_id: Type.String(),
      handle: orNull(),
      display_name: Type.String(),
      key: Type.Object({
        id: Type.String(),
        type: Type.Literal('secret'),
        mode: Type.Union([Type.Literal('live'), Type.Literal('test')]),
        prefix: Type.String(),
        name: orNull(),
        created_at: Type.String(),
      }),
    }),
    401: ErrorBody,
    402: ErrorBody,
    403: ErrorBody,
    429: ErrorBody,
  },
};

/** `GET /api/v1/me` */
export function registerMe(app: App, accounts: Pick<AccountReader, 'findProfile'>, admission: Admission): void {
  app.get('/api/v1/me', { schema, onRequest: admission.admit('secret-key') }, async (request, reply) => {
    const { accountId, credential, isLive } = admission.callerOf(request)!;
    const profile = await accounts.findProfile(accountId);
    if (profile === null) throw new CredentialFault('credential-unknown', 'the account was deleted');
    reply.header('cache-control', 'no-store');
    return {
      account_id: accountId,
      handle: profile.handle,
      display_name: profile.displayName,
      key: {
        id: credential.id,
        type: 'secret' as const,
        mode: isLive ? ('live' as const) : ('test' as const),
        prefix: credential.displayPrefix,
        name: credential.name,
        created_at: presentTime(credential.createdAt),
      },
    };
  });
}
