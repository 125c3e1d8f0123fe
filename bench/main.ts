import { benchAnchor } from './anchor.ts';
import { benchAuth } from './auth.ts';

/** `npm run bench -- <name> [--quick]`: prints a table and writes `bench/results/<name>.json`. */
const BENCHMARKS: Record<string, () => Promise<void>> = { anchor: benchAnchor, auth: benchAuth };

const run = BENCHMARKS[process.argv[2] ?? ''];
if (run === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(BENCHMARKS).join(' | ')}> [--quick]`);
  process.exitCode = 3;
} else {
  await run();
}
