import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { readPythonVerifier } from '../../src/app/documents.ts';
import { createPdfRenderer } from '../../src/app/pdf.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { createCertificateFiles } from '../../src/http/certificate-files/index.ts';
import { createServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import type { CertificateDossier } from '../../src/proof/bundle/dossier.ts';
import { makeDossier } from '../../test/support/dossier.ts';

const AT_ONCE = 8;
/** Each tenth work has so many versions: its chain has 0.7 MB. */
const MANY_VERSIONS = 2_000;

export interface Streamed {
  readonly perSecond: number;
  readonly archivesMb: number;
  /** What is still in memory then, before and after, garbage collected. */
  readonly grownMb: number;
}

/** Downloads proof bundles over HTTP from a server in this process, and throws them away. */
export async function streamBundles(count: number): Promise<Streamed> {
  const { dossier } = makeDossier();
  const large: CertificateDossier = {
    ...dossier,
    chain: Array.from({ length: MANY_VERSIONS }, (_, i) => ({ ...dossier.chain[0]!, version: i + 1 })),
  };
  const server = createServer({
    surfaces: [
      createCertificateFiles({
        findState: async () => null,
        dossiers: { compile: async (id) => (id.endsWith('0') ? large : dossier) },
        limiter: new MemoryLimiter({ maxKeys: 10, clock: systemClock }),
        pageLimit: { name: 'page-address', count: 1_000_000, periodMs: 1000 },
        publicUrl: 'https://touchmark.example',
        renderPdf: createPdfRenderer(),
        verifier: readPythonVerifier(),
      }),
    ],
    ...{ clock: systemClock, random: systemRandom, logger: createLogger({ level: 'silent' }) },
    ...{ registry: new Registry(), readiness: {}, trustedProxies: [], version: '0.0.0' },
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  try {
    await download(url, Math.ceil(count / 10));
    const before = await measureMemory();
    const start = performance.now();
    const bytes = await download(url, count);
    const perSecond = Math.round((1000 * count) / (performance.now() - start));
    const grown = (await measureMemory()) - before;
    return { perSecond, archivesMb: Math.round(bytes / 1e6), grownMb: Math.round(grown / 1e5) / 10 };
  } finally {
    await server.close();
  }
}

async function download(url: string, count: number): Promise<number> {
  let next = 0;
  let bytes = 0;
  const client = async () => {
    for (let i = next++; i < count; i = next++) {
      const { body } = await fetch(`${url}/cert/cer_${i}/proof-bundle.zip`);
      for await (const chunk of body!) bytes += chunk.length;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return bytes;
}

async function measureMemory(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  // Connections and their buffers end in a turn of their own.
  await setTimeout(100);
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
