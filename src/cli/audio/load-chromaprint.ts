import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Chromaprint, loadChromaprint } from '../../audio/chromaprint.ts';

/** Chromaprint from the installed package. */
export async function loadInstalledChromaprint(): Promise<Chromaprint> {
  const path = fileURLToPath(import.meta.resolve('@unimusic/chromaprint/dist/chromaprint.wasm'));
  return loadChromaprint(await readFile(path));
}
