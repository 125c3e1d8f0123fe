import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encodeHex } from '../../base/hex.ts';
import { createAuthenticator } from './authenticator.ts';
import { hashSecret } from './mint.ts';
import { generateSecret } from './secret.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));

test('a flood of invented keys neither grows memory nor pushes out the keys that work', async () => {
  const real = generateSecret('origimark', random);
  const asked = new Map<string, number>();
  const authenticator = createAuthenticator({
    clock: { now: () => 1_700_000_000_000, sleep: async () => {} },
    sha256Hex: (text) => hash('sha256', text, 'hex'),
    uses: { note() {}, close: async () => {} },
    keys: {
      async findByDigests(digests) {
        for (const digest of digests) asked.set(encodeHex(digest), (asked.get(encodeHex(digest)) ?? 0) + 1);
        const found = digests.filter((digest) => encodeHex(digest) === encodeHex(hashSecret(real)));
        return found.map((digest) => ({
          digest,
          credential: {
            id: 'id',
            accountId: 'account',
            kind: 'origimark',
            displayPrefix: 'om_live_',
            name: null,
            scopes: null,
            createdAt: 0,
            lastUsedAt: null,
            expiresAt: null,
            revokedAt: null,
          },
        }));
      },
      lastRevision: async () => 0,
      listChanges: async () => [],
      listOfAccount: async () => [],
    },
  });
  const ask = (secret: string) => authenticator.authenticate(secret, ['origimark']);
  const timesAsked = (secret: string) => asked.get(encodeHex(hashSecret(secret)));

  assert.equal((await ask(real)).ok, true);
  const first = generateSecret('origimark', random);
  await ask(first);
  await ask(first);
  assert.equal(timesAsked(first), 1);
  for (let i = 0; i < 51; i++) {
    await Promise.all(Array.from({ length: 1000 }, () => ask(generateSecret('origimark', random))));
  }
  await ask(first);
  assert.equal(timesAsked(first), 2, 'it had to make room');
  assert.equal((await ask(real)).ok, true);
  assert.equal(timesAsked(real), 1);
});
