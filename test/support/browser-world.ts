import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';
import { findFreePort } from './postgres.ts';
import { createSandboxPeople, type SandboxPeople } from './registry-people.ts';
import { type SandboxFile, startSandbox } from './server-process.ts';

/** A sandbox with people in it, and a browser to look at it. */
export interface BrowserWorld extends AsyncDisposable {
  readonly url: string;
  readonly browser: Browser;
  readonly keys: SandboxFile['keys'];
  readonly account: SandboxFile['account'];
  readonly people: SandboxPeople;
  /** Nobody's page. @param allowed As of `openPage`. */
  open(options?: BrowserContextOptions, allowed?: readonly RegExp[]): Promise<WatchedPage>;
  /** The page of who is signed in. */
  openAs(
    who: 'account' | 'operator',
    options?: BrowserContextOptions,
    allowed?: readonly RegExp[],
  ): Promise<WatchedPage>;
}

export const PHONE = { viewport: { width: 390, height: 844 } } as const;
export const DESKTOP = { viewport: { width: 1280, height: 800 } } as const;

/** Null where no browser starts. */
export async function openBrowserWorld(): Promise<BrowserWorld | null> {
  const browser = await launchBrowser();
  if (browser === null) return null;
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => browser.close());
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-browser-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  cleanup.use(await startSandbox(folder, port, { TOUCHMARK_FREE_ANCHORS_PER_DAY: 'unlimited' }));
  const sandbox = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
  const people = createSandboxPeople(sandbox);
  const sessions = new Map<string, Promise<string>>();
  const open: BrowserWorld['open'] = (options = DESKTOP, allowed = []) => openPage(browser, url, options, allowed);
  const disposal = cleanup.move();
  return {
    url,
    browser,
    keys: sandbox.keys,
    account: sandbox.account,
    people,
    open,
    async openAs(who, options, allowed) {
      const watched = await open(options, allowed);
      const session = sessions.get(who) ?? people.signIn(who);
      sessions.set(who, session);
      const cookies = (await session).split('; ').map((cookie) => {
        const at = cookie.indexOf('=');
        return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url };
      });
      await watched.page.context().addCookies(cookies);
      return watched;
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
