import assert from 'node:assert/strict';
import { findBarriers, findOverflow, keepShot, type WatchedPage } from './browser.ts';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
const LOOKS = [
  { name: 'phone-light', viewport: PHONE, colorScheme: 'light', isFirstOfSize: true },
  { name: 'phone-dark', viewport: PHONE, colorScheme: 'dark', isFirstOfSize: false },
  { name: 'desktop-dark', viewport: DESKTOP, colorScheme: 'dark', isFirstOfSize: true },
  { name: 'desktop-light', viewport: DESKTOP, colorScheme: 'light', isFirstOfSize: false },
] as const;

/**
 * Loads each page, and looks at it on a phone and on a desktop, light and dark: it has one first heading, fits the
 * screen, keeps nobody out and has nothing to complain about. Each look is kept as a picture, in each width once of the
 * whole page.
 *
 * @param pages Addresses by the names of their pictures.
 */
export async function walk(
  { page, complaints }: WatchedPage,
  url: string,
  pages: Readonly<Record<string, string>>,
  status = 200,
): Promise<void> {
  for (const [name, path] of Object.entries(pages)) {
    const response = await page.goto(url + path);
    await page.locator('[data-needs-script]').waitFor({ state: 'detached' });
    assert.equal(response!.status(), status, path);
    assert.equal(await page.locator('h1').count(), 1, `${path} has one first heading`);
    for (const { name: look, viewport, colorScheme, isFirstOfSize } of LOOKS) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const overflow = await findOverflow(page);
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide, ${look}`);
      // Each size and each set of colours once: both together find little more, and take twice as long.
      if (isFirstOfSize) assert.deepEqual(await findBarriers(page), [], `${path}, ${look}`);
      await keepShot(page, `${name}-${look}`, { isWhole: isFirstOfSize });
    }
  }
  assert.deepEqual(complaints, []);
}
