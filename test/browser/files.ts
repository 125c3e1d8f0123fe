import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function upload(name: string, content: string | Buffer = randomBytes(100)): Upload {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
}

/** Files for the page's drop zone. */
export async function give(page: Page, ...files: readonly Upload[]): Promise<void> {
  await page.setInputFiles('input[type=file][aria-label=Files]', files as Upload[]);
}

/** The file of a form. */
export async function choose(page: Page, name: string, content: Buffer): Promise<void> {
  await page.setInputFiles('input[type=file]', { name, mimeType: 'application/octet-stream', buffer: content });
}

export async function download(page: Page, button: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return readFile(await file.path());
}

/** What the answers are called, once there are so many. */
export async function verdictsOf(page: Page, count: number): Promise<(string | null)[]> {
  await page
    .locator('.result')
    .nth(count - 1)
    .waitFor();
  return page.locator('[data-verdict]').evaluateAll((all) => all.map((one) => one.getAttribute('data-verdict')));
}

/** A melody in mono, 16 bits. */
export function makeWav(seconds: number): Buffer {
  const rate = 22_050;
  const data = Buffer.alloc(seconds * rate * 2);
  for (let i = 0; i < seconds * rate; i++) {
    const pitch = 220 * 2 ** ((Math.floor(i / rate) * 5) / 12);
    data.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * pitch * i) / rate)), i * 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
