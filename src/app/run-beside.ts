/** Starts what goes on beside everything else until `cleanup` ends it, and waits for its end. */
export function runBeside(run: (signal: AbortSignal) => Promise<void>, cleanup: AsyncDisposableStack): void {
  const stop = new AbortController();
  const ended = run(stop.signal);
  cleanup.defer(() => {
    stop.abort();
    return ended;
  });
}
