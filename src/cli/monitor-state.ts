import type { RandomBytes } from '../base/clock.ts';
import { FileError } from './file-error.ts';
import { UsageError } from './io.ts';
import { readRegularFile } from './regular-file.ts';
import { writeFileAtomically } from './write-file.ts';

/** What a monitor remembers of a log. */
export interface MonitorState {
  /** The keys that its checkpoints are believed by, as text. */
  readonly keys: readonly string[];
  /** The signed note of the newest checkpoint that was checked; null before the first. */
  readonly note: string | null;
}

const FORMAT = 'touchmark/monitor/1';
const STATE_MAX_BYTES = 4 * 1024 * 1024;

/** Null when there is no such file. Errors: UsageError when it is something else; FileError. */
export async function readMonitorState(path: string): Promise<MonitorState | null> {
  try {
    const bytes = await readRegularFile(path, STATE_MAX_BYTES);
    const { format, keys, note } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const isKeys = Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key === 'string');
    if (format === FORMAT && isKeys && (note === null || typeof note === 'string')) return { keys, note };
    throw new UsageError(`${path} is not the state of a monitor`);
  } catch (error) {
    if (error instanceof FileError && error.code === 'no-such-file') return null;
    // To begin anew by itself would be to forget what the log has signed.
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new UsageError(`${path} is not the state of a monitor`);
    }
    throw error;
  }
}

export function writeMonitorState(path: string, state: MonitorState, random: RandomBytes): Promise<void> {
  return writeFileAtomically(path, `${JSON.stringify({ format: FORMAT, ...state }, null, 2)}\n`, random);
}
