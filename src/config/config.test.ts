import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './config.ts';
import { ConfigError } from './env.ts';

/** What of the configuration is logged at every start, and shown to browsers or named in proofs. */
const PUBLIC: Readonly<Record<string, (address: string) => Record<string, string>>> = {
  TOUCHMARK_URL: (address) => ({ TOUCHMARK_URL: address }),
  TOUCHMARK_WEB_ESPLORA: (address) => ({ TOUCHMARK_WEB_ESPLORA: address }),
  TOUCHMARK_CALENDARS: (address) => ({ TOUCHMARK_CALENDARS: `a=${address}` }),
  TOUCHMARK_OWN_CALENDARS: (address) => ({ TOUCHMARK_OWN_CALENDARS: `a=${address}` }),
  TOUCHMARK_TOKEN_SOURCES: (address) => ({
    TOUCHMARK_TOKEN_SOURCES: `a=${address}`,
    TOUCHMARK_TOKEN_ROOTS_FILE: 'roots.pem',
  }),
};

for (const [name, envOf] of Object.entries(PUBLIC)) {
  test(`${name} takes no address with a secret in it, and does not repeat the secret`, () => {
    for (const address of ['https://user:hunter2@example.org', 'https://example.org/?key=hunter2', 'hunter2']) {
      assert.throws(
        () => readConfig(envOf(address)),
        (error: Error) =>
          error instanceof ConfigError && error.message.includes(name) && !error.message.includes('hunter2'),
        address,
      );
    }
    assert.match(JSON.stringify(readConfig(envOf('https://example.org/at/'))), /"https:\/\/example\.org\/at"/);
  });
}
