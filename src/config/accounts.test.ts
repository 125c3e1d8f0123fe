import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJwtIssuers, readMailServer } from './accounts.ts';

const SECRET = 'x'.repeat(32);
const issuer = (more: object) => ({ name: 'one', issuer: 'https://a.example', audience: 'b', ...more });

test('issuers are read as they are documented, and nothing that would weaken them is taken', () => {
  const read = (...items: object[]) => readJwtIssuers({ TOUCHMARK_JWT_ISSUERS: JSON.stringify(items) });
  assert.deepEqual(readJwtIssuers({}), []);
  assert.deepEqual(read(issuer({ jwks: 'https://a.example/jwks' }))[0]!.keys, {
    jwksUrl: 'https://a.example/jwks',
    algorithms: ['RS256', 'ES256', 'EdDSA'],
  });
  const [shared] = read(issuer({ secret: SECRET }));
  assert.deepEqual(shared!.keys, { secret: new TextEncoder().encode(SECRET) });
  const bad = [
    issuer({}),
    issuer({ secret: 'short' }),
    issuer({ secret: SECRET, jwks: 'https://a.example' }),
    issuer({ secret: SECRET, algorithms: ['none'] }),
    issuer({ jwks: 'http://a.example/jwks' }),
    issuer({ jwks: 'file:///etc/passwd' }),
    issuer({ jwks: 'https://a.example', algorithms: ['HS256'] }),
    issuer({ jwks: 'https://a.example', algorithms: ['none'] }),
    issuer({ jwks: 'https://a.example', algorithms: [] }),
    issuer({ secret: SECRET, name: 'A:b' }),
    issuer({ secret: SECRET, audience: '' }),
    issuer({ secret: SECRET, issuers: 'typo' }),
  ];
  for (const item of bad) assert.throws(() => read(item), { code: 'bad-config' }, JSON.stringify(item));
  assert.throws(() => read(issuer({ secret: SECRET }), issuer({ secret: SECRET })), { code: 'bad-config' });
  for (const text of ['{', '{}', '5', 'x']) {
    assert.throws(() => readJwtIssuers({ TOUCHMARK_JWT_ISSUERS: text }), { code: 'bad-config' });
  }
});

test('a mail server needs an address and a sender', () => {
  const TOUCHMARK_SMTP_URL = 'smtp://user:pass@mail.example:587';
  assert.equal(readMailServer({}), null);
  for (const from of ['a@example.com', 'Touchmark <a@example.com>']) {
    assert.deepEqual(readMailServer({ TOUCHMARK_SMTP_URL, TOUCHMARK_MAIL_FROM: from }), {
      url: TOUCHMARK_SMTP_URL,
      from,
    });
  }
  for (const env of [
    { TOUCHMARK_SMTP_URL },
    { TOUCHMARK_MAIL_FROM: 'a@example.com' },
    { TOUCHMARK_SMTP_URL: 'http://mail.example', TOUCHMARK_MAIL_FROM: 'a@example.com' },
    { TOUCHMARK_SMTP_URL, TOUCHMARK_MAIL_FROM: 'a@example.com, b@example.com' },
  ]) {
    assert.throws(() => readMailServer(env), { code: 'bad-config' });
  }
});
