import type { Clock } from './clock.ts';

/**
 * Repeats `pass` until `signal` aborts, `intervalMs` after the end of the one before. What a pass throws goes to
 * `onError` and the loop goes on. Resolves when the last pass has ended.
 */
export async function repeat(
  pass: (signal: AbortSignal) => Promise<unknown>,
  options: { intervalMs: number; clock: Clock; signal: AbortSignal; onError: (error: unknown) => void },
): Promise<void> {
  while (!options.signal.aborted) {
    await pass(options.signal).catch(options.onError);
    await options.clock.sleep(options.intervalMs, options.signal);
  }
}
