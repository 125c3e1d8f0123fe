import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type AccountServer, PUBLIC_URL, startAccountServer } from '../support/account-server.ts';
import { ENGINES } from '../support/databases.ts';
import { PASSWORD } from '../support/people.ts';

const AUDIENCE = 'authenticated';
const SECRET = 'a shared secret that is long enough for it';
const seconds = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

type Signer = (input: string) => Buffer;
const hmac =
  (key: string | Buffer): Signer =>
  (input) =>
    createHmac('sha256', key).update(input).digest();
const rs256 =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), key);

function makeToken(header: object, claims: object, signer: Signer | null): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signer === null ? '' : signer(input).toString('base64url')}`;
}

async function listen(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

for (const engine of ENGINES) {
  describe(`JSON Web Tokens on ${engine}`, () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    let fetches = 0;
    let answer: RequestListener;
    let issuer: Awaited<ReturnType<typeof listen>>;
    let server: AccountServer;

    before(async () => {
      const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' };
      answer = (_request, response) => response.end(JSON.stringify({ keys: [jwk] }));
      issuer = await listen((request, response) => {
        fetches++;
        answer(request, response);
      });
      const algorithms = ['RS256'] as const;
      server = await startAccountServer(engine, {
        issuers: [
          {
            name: 'jwks',
            issuer: 'https://idp.example',
            audience: AUDIENCE,
            keys: { jwksUrl: `${issuer.url}/jwks`, algorithms },
          },
          {
            name: 'shared',
            issuer: 'https://shared.example',
            audience: AUDIENCE,
            keys: { secret: Buffer.from(SECRET) },
          },
          {
            name: 'down',
            issuer: 'https://down.example',
            audience: AUDIENCE,
            keys: { jwksUrl: `${issuer.url}/down`, algorithms },
          },
        ],
      });
      await server.register('ada@example.com');
    });
    after(async () => {
      await server[Symbol.asyncDispose]();
      await issuer.close();
    });

    const claims = (iss: string, more: object = {}) => ({
      iss,
      aud: AUDIENCE,
      sub: 'user-1',
      exp: seconds() + 60,
      ...more,
    });
    const verify = (token: string) => server.accounts.tokens.verify(token);
    const refused = async (token: string, refusal = 'invalid') =>
      assert.deepEqual(await verify(token), { ok: false, refusal });

    async function ownToken(): Promise<string> {
      const body = { email: 'ada@example.com', password: PASSWORD };
      const { json } = await server.ask('POST', '/api/auth/sign-in/email', body);
      const issued = await server.ask('GET', '/api/auth/token', undefined, { authorization: `Bearer ${json.token}` });
      return issued.json.token;
    }

    test('our own issuer publishes its keys, and its tokens are accepted by them', async () => {
      const token = await ownToken();
      const account = await server.store.account.findByEmail('ada@example.com');
      assert.deepEqual(await verify(token), {
        ok: true,
        bearer: { ownerId: account!.id, accountId: account!.id, email: 'ada@example.com' },
      });
      const { json } = await server.ask('GET', '/api/auth/jwks');
      assert.deepEqual(
        json.keys.map(({ kty, crv, d }: Record<string, string>) => [kty, crv, d]),
        [['OKP', 'Ed25519', undefined]],
      );
      const [, payload] = token.split('.');
      assert.deepEqual(Object.keys(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toSorted(), [
        ...['aud', 'email', 'exp', 'iat', 'iss', 'sub'],
      ]);
    });

    test('tokens of configured issuers speak for their people, who are nobody of ours', async () => {
      const signed = makeToken(
        { alg: 'RS256', kid: 'k1' },
        claims('https://idp.example', { email: 'Bob@example.com' }),
        rs256(rsa.privateKey),
      );
      assert.deepEqual(await verify(signed), {
        ok: true,
        bearer: { ownerId: 'jwks:user-1', accountId: null, email: 'bob@example.com' },
      });
      const shared = makeToken({ alg: 'HS256' }, claims('https://shared.example'), hmac(SECRET));
      assert.deepEqual(await verify(shared), {
        ok: true,
        bearer: { ownerId: 'shared:user-1', accountId: null, email: null },
      });
    });

    test('no algorithm but the issuer’s own is believed', async () => {
      const idp = claims('https://idp.example');
      for (const alg of ['none', 'None', 'NONE', '']) await refused(makeToken({ alg }, idp, null));
      await refused(makeToken({ alg: 'HS256', kid: 'k1' }, idp, hmac(publicPem)));
      await refused(makeToken({ alg: 'HS256' }, idp, hmac(SECRET)));
      await refused(
        makeToken({ alg: 'RS512', kid: 'k1' }, idp, (input) => sign('sha512', Buffer.from(input), rsa.privateKey)),
      );
      const shared = claims('https://shared.example');
      await refused(makeToken({ alg: 'none' }, shared, null));
      await refused(makeToken({ alg: 'RS256', kid: 'k1' }, shared, rs256(rsa.privateKey)));
      await refused(
        makeToken({ alg: 'HS512' }, shared, (input) => createHmac('sha512', SECRET).update(input).digest()),
      );
      const own = { ...claims(PUBLIC_URL), aud: PUBLIC_URL };
      await refused(makeToken({ alg: 'HS256' }, own, hmac(SECRET)));
      const { json } = await server.ask('GET', '/api/auth/jwks');
      await refused(makeToken({ alg: 'HS256', kid: json.keys[0].kid }, own, hmac(json.keys[0].x)));
      await refused(makeToken({ alg: 'none' }, own, null));
    });

    test('a key that comes with the token is not believed', async () => {
      const mine = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const jwk = mine.publicKey.export({ format: 'jwk' });
      for (const more of [
        { jwk },
        { jku: `${issuer.url}/evil` },
        { kid: '../../evil' },
        { x5u: `${issuer.url}/x` },
        { crit: ['b64'], b64: false },
      ]) {
        await refused(makeToken({ alg: 'RS256', ...more }, claims('https://idp.example'), rs256(mine.privateKey)));
      }
    });

    test('audience, times and subject have to be right, and clocks may differ by a minute', async () => {
      const shared = (more: object) =>
        makeToken({ alg: 'HS256' }, claims('https://shared.example', more), hmac(SECRET));
      assert.equal((await verify(shared({ exp: seconds() - 50 }))).ok, true);
      assert.equal((await verify(shared({ nbf: seconds() + 50 }))).ok, true);
      await refused(shared({ exp: seconds() - 70 }), 'expired');
      await refused(shared({ nbf: seconds() + 70 }));
      for (const more of [{ aud: 'other' }, { aud: undefined }, { exp: undefined }, { sub: undefined }, { sub: '' }]) {
        await refused(shared(more));
      }
      for (const sub of ['a b', 'a\nb', 'x'.repeat(201), 5]) await refused(shared({ sub }));
      assert.equal((await verify(shared({ aud: ['other', AUDIENCE] }))).ok, true);
    });

    test('what is no token, or of nobody configured, is malformed', async () => {
      const token = makeToken({ alg: 'HS256' }, claims('https://nobody.example'), hmac(SECRET));
      for (const text of ['', '.', '..', 'a.b.c', token, 'x'.repeat(100_000), 'é.é.é', `${token}.x`])
        await refused(text, 'malformed');
      const good = makeToken({ alg: 'HS256' }, claims('https://shared.example'), hmac(SECRET));
      await refused(`${good.slice(0, -4)}AAAA`);
    });

    test('a flood of unknown keys does not reach the issuer, and its failure is no fault of the token', async () => {
      const before = fetches;
      for (let i = 0; i < 50; i++) {
        await refused(
          makeToken({ alg: 'RS256', kid: `unknown-${i}` }, claims('https://idp.example'), rs256(rsa.privateKey)),
        );
      }
      assert.ok(fetches - before <= 1);

      answer = (_request, response) => response.end(' '.repeat(100_000));
      const down = makeToken({ alg: 'RS256', kid: 'k1' }, claims('https://down.example'), rs256(rsa.privateKey));
      const beforeDown = fetches;
      for (let i = 0; i < 5; i++) await refused(down, 'issuer-unreachable');
      assert.equal(fetches - beforeDown, 1);
    });
  });
}
