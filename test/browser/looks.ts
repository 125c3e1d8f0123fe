import { test } from 'node:test';
import type { BrowserWorld } from '../support/browser-world.ts';
import { walk } from '../support/walk.ts';
import type { Certificates } from './certified.ts';

const KEEP = 'keep nobody out, run nothing of what people wrote, ask nobody else and fit every screen';
/** A page that is missing is a line in the console of every browser. */
const MISSING = [/status of 404/];

/** Every page, as every kind of screen shows it. */
export function testLooks(world: BrowserWorld, ids: Certificates): void {
  test(`pages of the site ${KEEP}`, async () => {
    await using watched = await world.open();
    await walk(watched, world.url, {
      home: '/',
      verify: '/verify',
      pricing: '/pricing',
      status: '/status.html',
      'sign-in': '/account/sign-in',
      'sign-up': '/account/sign-up',
      forgot: '/account/forgot',
    });
  });

  test(`pages in place of what is missing ${KEEP}`, async () => {
    await using watched = await world.open({}, MISSING);
    const pages = {
      'unknown-digest': `/verify/${'ab'.repeat(32)}`,
      'unknown-certificate': '/cert/cer_01M7ZNXNZT2ZRRJD37ZAZHEKF0',
      'not-found': '/nothing/here',
    };
    await walk(watched, world.url, pages, 404);
  });

  test(`pages of certificates and people ${KEEP}`, async () => {
    await using watched = await world.open();
    await walk(watched, world.url, {
      'cert-work': `/cert/${ids.third}`,
      'cert-revoked': `/cert/${ids.second}`,
      'cert-hostile': `/cert/${ids.hostile}`,
      'cert-private': `/cert/${ids.hidden}`,
      'cert-track': `/cert/${ids.track}`,
      'cert-timestamp': `/cert/${ids.timestamp}`,
      artist: '/u/ada-weber',
      registry: '/registry',
      'registry-found': '/registry?q=weber&work_type=photograph',
      recordings: '/registry/recordings?q=north',
    });
  });

  test(`pages of an owner ${KEEP}`, async () => {
    await using watched = await world.openAs('account');
    await walk(watched, world.url, {
      account: '/account',
      works: '/account/works',
      'new-work': '/account/works/new',
      tracks: '/account/tracks',
      'new-track': '/account/tracks/new',
      timestamps: '/account/timestamps',
      keys: '/account/keys',
      webhooks: '/account/webhooks',
      usage: '/account/usage',
      credits: '/account/credits',
      vault: '/account/vault',
      profile: '/account/profile',
    });
  });

  test(`pages of operators ${KEEP}`, async () => {
    await using watched = await world.openAs('operator');
    await walk(watched, world.url, {
      review: '/operator',
      submission: `/operator/submissions/${ids.waiting}`,
      'operator-certificates': '/operator/certificates',
      'operator-certificate': `/operator/certificates/${ids.track}`,
      accounts: '/operator/accounts',
      integrators: '/operator/integrators',
      policies: '/operator/policies',
      health: '/operator/health',
      actions: '/operator/actions',
    });
  });

  test(`pages of the documentation ${KEEP}`, async () => {
    await using watched = await world.open();
    await watched.page.goto(`${world.url}/docs`);
    const links = watched.page.locator('.docs-nav a');
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
    await walk(watched, world.url, Object.fromEntries(paths.map((path) => [`docs-${path.split('/').at(-1)}`, path])));
  });
}
