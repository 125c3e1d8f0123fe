import type { CliIo } from './io.ts';
import { showName } from './io.ts';

/** Often enough to look alive, seldom enough to cost nothing. */
const REDRAW_MS = 100;
/** Below this a file is done before a bar could be read. */
const LARGE_FILE_BYTES = 32 * 1024 * 1024;
const BAR_CHARACTERS = 24;
const ERASE_LINE = '\r\u001b[2K';

/** One line on the terminal that says how far the work is. */
export interface Progress {
  /** File `index` of `count`, `done` of `size` bytes read. */
  update(name: string, index: number, count: number, done: number, size: number): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

const SILENT: Progress = { update() {}, clear() {} };

/** A progress line, or one that stays silent where nobody watches or nobody wants it. */
export function createProgress(io: CliIo, isWanted: boolean): Progress {
  if (!isWanted || !io.isTerminal) return SILENT;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    update(name, index, count, done, size) {
      const now = io.clock.now();
      if (now - drawnAt < REDRAW_MS || (count < 2 && size < LARGE_FILE_BYTES)) return;
      drawnAt = now;
      isDrawn = true;
      const share = size === 0 ? 1 : Math.min(1, done / size);
      const filled = Math.round(share * BAR_CHARACTERS);
      const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_CHARACTERS - filled)}`;
      const line = `[${bar}] ${index + 1}/${count} ${Math.floor(100 * share)}% ${showName(name)}`;
      io.err(`${ERASE_LINE}${line.slice(0, Math.max(20, io.columns - 1))}`);
    },
    clear() {
      if (isDrawn) io.err(ERASE_LINE);
      isDrawn = false;
    },
  };
}
