import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkProfile, type Profile, ProfileError } from './profile.ts';

const EMPTY: Profile = { handle: null, displayName: 'Ada', bio: null, location: null, avatarUrl: null };

test('what was accepted once is accepted again, unchanged', () => {
  const text = fc.option(fc.string({ unit: 'binary', maxLength: 90 }));
  const typed = fc.record({
    handle: fc.option(fc.string({ unit: fc.constantFrom(...'aZ09-_ '), maxLength: 34 })),
    displayName: fc.string({ unit: 'binary', maxLength: 90 }),
    bio: text,
    location: text,
    avatarUrl: fc.option(fc.oneof(fc.webUrl({ validSchemes: ['https', 'http'] }), fc.string())),
  });
  fc.assert(
    fc.property(typed, (profile) => {
      let checked: Profile;
      try {
        checked = checkProfile(profile);
      } catch (error) {
        assert.ok(error instanceof ProfileError);
        return;
      }
      assert.deepEqual(checkProfile(checked), checked);
      assert.ok(checked.avatarUrl === null || checked.avatarUrl.startsWith('https://'));
      assert.ok(Buffer.from(JSON.stringify(checked)).toString().isWellFormed());
    }),
  );
});

test('a handle is lower case and plain', () => {
  for (const handle of ['ada', 'ADA', 'a-b-c', 'a_b', '0x0', 'x'.repeat(30)]) {
    assert.equal(checkProfile({ ...EMPTY, handle }).handle, handle.toLowerCase());
  }
  for (const handle of ['ab', '-ab', 'ab-', 'a--b', 'a b', 'a/b', 'ädä', 'x'.repeat(31), 'а-cyrillic', 'a.b']) {
    assert.throws(() => checkProfile({ ...EMPTY, handle }), { code: 'handle-invalid' }, handle);
  }
  assert.throws(() => checkProfile({ ...EMPTY, handle: 'Operator' }), { code: 'handle-taken' });
});

test('a picture is an https address and nothing else', () => {
  for (const avatarUrl of [
    'http://a.example/x',
    'javascript:alert(1)',
    'data:image/png;base64,AA',
    'https://u:p@a.example',
    '//a.example',
    'x',
  ]) {
    assert.throws(() => checkProfile({ ...EMPTY, avatarUrl }), { code: 'avatar-url-invalid' }, avatarUrl);
  }
  assert.equal(
    checkProfile({ ...EMPTY, avatarUrl: 'https://a.example/"><b>' }).avatarUrl,
    'https://a.example/%22%3E%3Cb%3E',
  );
});

test('text that would lie about what follows it is refused', () => {
  for (const displayName of ['', '  ', 'a\nb', 'a\u202eb', 'a\u0000b', '\ud800', 'x'.repeat(81)]) {
    assert.throws(() => checkProfile({ ...EMPTY, displayName }), { code: 'display-name-invalid' });
  }
  assert.equal(checkProfile({ ...EMPTY, bio: ' a\r\nb ' }).bio, 'a\nb');
  assert.equal(checkProfile({ ...EMPTY, displayName: '🜨'.repeat(80) }).displayName.length, 160);
});
