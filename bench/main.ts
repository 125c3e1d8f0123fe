import { benchAnchor } from './anchor.ts';
import { benchAudio } from './audio.ts';
import { benchAuth } from './auth.ts';
import { benchCertificates } from './certificates.ts';
import { benchDocuments } from './documents.ts';
import { benchPages } from './pages.ts';
import { benchWebhooks } from './webhooks.ts';

/** `npm run bench -- <name> [--quick]`: prints a table and writes `bench/results/<name>.json`. */
const BENCHMARKS: Record<string, () => Promise<void>> = {
  anchor: benchAnchor,
  audio: benchAudio,
  auth: benchAuth,
  certificates: benchCertificates,
  webhooks: benchWebhooks,
  documents: benchDocuments,
  pages: benchPages,
};

const run = BENCHMARKS[process.argv[2] ?? ''];
if (run === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(BENCHMARKS).join(' | ')}> [--quick]`);
  process.exitCode = 3;
} else {
  await run();
}
