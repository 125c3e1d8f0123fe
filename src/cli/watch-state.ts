import { join } from 'node:path';
import type { RandomBytes } from '../base/clock.ts';
import { FileError } from './file-error.ts';
import { readRegularFile } from './regular-file.ts';
import { writeFileAtomically } from './write-file.ts';

/** A file as it was when it was anchored; times are epoch milliseconds. */
export interface WatchedFile {
  readonly size: number;
  readonly modifiedMs: number;
  readonly receiptId: string;
}

const STATE_NAME = '.touchmark-watch.json';
const FORMAT = 'touchmark-watch/1';
/** Room for a million files. */
const STATE_MAX_BYTES = 256 * 1024 * 1024;

/**
 * What `watch` remembers of a folder, by path below it. Losing it costs time only: the receipts beside the files say
 * the same.
 */
export async function readWatchState(folder: string): Promise<Map<string, WatchedFile>> {
  try {
    const bytes = await readRegularFile(join(folder, STATE_NAME), STATE_MAX_BYTES);
    const state: { format?: unknown; files?: unknown } | null = JSON.parse(new TextDecoder().decode(bytes));
    const isState = state?.format === FORMAT && typeof state.files === 'object' && state.files !== null;
    return new Map(isState ? Object.entries(state.files as Record<string, WatchedFile>) : []);
  } catch (error) {
    const isLost = error instanceof SyntaxError || (error instanceof FileError && error.code === 'no-such-file');
    if (isLost) return new Map();
    throw error;
  }
}

export function writeWatchState(
  folder: string,
  files: ReadonlyMap<string, WatchedFile>,
  random: RandomBytes,
): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, files: Object.fromEntries(files) })}\n`;
  return writeFileAtomically(join(folder, STATE_NAME), text, random);
}
