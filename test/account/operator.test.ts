import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createAccountSecret,
  createCalendarSecrets,
  loadAccountSecret,
  loadCalendarSecrets,
} from '../../src/config/secrets.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase } from '../support/databases.ts';
import { runTouchmark } from '../support/run-touchmark.ts';

test('touchmark operator gives the role to an account that is there, and takes it back', async () => {
  await using created = await createTestDatabase('postgres');
  assert.ok('url' in created.location);
  await using database = await openDatabase(created.location);
  const now = new Date();
  await database.kysely
    .insertInto('account_holder')
    .values({
      id: 'a1',
      email: 'ada@example.com',
      email_verified: true,
      role: 'member',
      display_name: 'Ada',
      avatar_url: null,
      bio: null,
      location: null,
      created_at: now,
      updated_at: now,
    })
    .execute();
  const store = createStore(database);
  const env = { DATABASE_URL: created.location.url };
  const given = await runTouchmark(tmpdir(), ['operator', 'Ada@Example.com', '--json'], env);
  assert.equal(given.code, 0, given.err);
  assert.equal((await store.account.find('a1'))?.role, 'operator');
  assert.equal((await runTouchmark(tmpdir(), ['operator', 'ada@example.com', '--revoke'], env)).code, 0);
  assert.equal((await store.account.find('a1'))?.role, 'member');
  const unknown = await runTouchmark(tmpdir(), ['operator', 'nobody@example.com'], env);
  assert.notEqual(unknown.code, 0);
  assert.match(unknown.err, /no account has the address/);
});

test('touchmark artist erase erases one who is there, and says when nobody has the id', async () => {
  await using created = await createTestDatabase('postgres');
  assert.ok('url' in created.location);
  await using database = await openDatabase(created.location);
  await database.kysely
    .insertInto('registry_artist')
    .values({
      ...{ id: 'art_1', account_id: 'a1', is_sandbox: false, is_own: false, handle: 'ada', display_name: 'Ada' },
      ...{ bio: null, location: null, avatar_url: null, certificate_count: 0, created_at: new Date() },
      verified_at: null,
    })
    .execute();
  const env = { DATABASE_URL: created.location.url };
  const run = () => runTouchmark(tmpdir(), ['artist', 'erase', 'art_1', '--json'], env);
  const { code, json, err } = await run();
  assert.deepEqual([code, json], [0, [{ artist: 'art_1', certificates: [] }]], err);
  assert.equal(await createStore(database).registry.findArtist('art_1'), null);
  const again = await run();
  assert.equal(again.code, 3);
  assert.match(again.err, /no artist has the id art_1/);
});

test('the key of accounts is made once, is readable by its owner only, and survives keys of calendars', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-secrets-'));
  try {
    const random = (length: number) => new Uint8Array(length).fill(7);
    const other = (length: number) => new Uint8Array(length).fill(8);
    await assert.rejects(loadAccountSecret(folder), { code: 'bad-config' });
    await createCalendarSecrets(folder, ['main'], random, async () => null);
    assert.equal(await createAccountSecret(folder, random), true);
    assert.equal(await createAccountSecret(folder, other), false);
    await createCalendarSecrets(folder, ['main', 'second'], other, async () => null);
    assert.deepEqual(await loadAccountSecret(folder), random(32));
    assert.equal((await loadCalendarSecrets(folder, ['main', 'second'])).size, 2);
    assert.equal((await stat(join(folder, 'secrets.json'))).mode & 0o777, 0o600);
    assert.match(await readFile(join(folder, 'secrets.json'), 'utf8'), /"accounts"/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
