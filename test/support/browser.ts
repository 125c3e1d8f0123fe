import { mkdtemp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium as launcher, type Page } from 'playwright-core';

const SYSTEM_CHROMIUM = '/usr/bin/chromium';

/** The Chromium that npm brings, else the system's; null, said aloud, when neither starts here. */
export async function launchBrowser(): Promise<Browser | null> {
  const reasons: string[] = [];
  for (const find of [() => chromium.executablePath(), async () => SYSTEM_CHROMIUM]) {
    try {
      // Neither has a sandbox of its own when tests run as root.
      const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
      return await launcher.launch({ executablePath: await find(), args, timeout: 20_000 });
    } catch (error) {
      reasons.push(String(error).split('\n')[0]!);
    }
  }
  console.error(`NO BROWSER STARTS HERE, SO NO PAGE IS TESTED: ${reasons.join('; ')}`);
  return null;
}

/** A page that remembers what it must not do. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of scripts, lines in the console, and requests to other origins. */
  readonly complaints: string[];
  /** Bytes of bodies as they are sent, by address: of all that was loaded since this was asked last, be it from a cache. */
  takeSizes(): ReadonlyMap<string, number>;
}

/** @param allowed Complaints that belong to what is tested, such as a page that is meant to be missing. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
  allowed: readonly RegExp[] = [],
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  let sizes = new Map<string, number>();
  const complain = (text: string) => {
    if (!allowed.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  page.on('pageerror', (error) => complain(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complain(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !['blob:', 'data:'].includes(url.protocol)) complain(`request to ${url.origin}`);
  });
  page.on('response', (response) => {
    if (response.status() === 200) sizes.set(response.url(), Number(response.headers()['content-length']));
  });
  return {
    page,
    complaints,
    takeSizes() {
      const taken = sizes;
      sizes = new Map();
      return taken;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

let axeSource: Promise<string> | undefined;

/** What axe-core finds that keeps people out: rule and first element of each. */
export async function findBarriers(page: Page): Promise<string[]> {
  axeSource ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await axeSource);
  return page.evaluate(async () => {
    interface Axe {
      run(options: object): Promise<{ violations: Violation[] }>;
    }
    interface Violation {
      id: string;
      impact: string;
      nodes: { html: string; failureSummary: string }[];
    }
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
  });
}

/** Pixels that the page is wider than the screen. */
export function findOverflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}

let shots: Promise<string> | undefined;

/** Keeps a picture of the page for people to look at; where, is said once. */
export async function keepShot(page: Page, name: string, { isWhole = true } = {}): Promise<void> {
  shots ??= mkdtemp(join(process.env.TOUCHMARK_TEST_SHOTS ?? tmpdir(), 'touchmark-shots-')).then((folder) => {
    console.log(`screenshots: ${folder}`);
    return folder;
  });
  await page.screenshot({ path: join(await shots, `${name}.jpg`), fullPage: isWhole, type: 'jpeg', quality: 70 });
}
