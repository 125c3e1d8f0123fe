import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The verifier is something to keep beside one's receipts and to read through: it has to stay small. */
const VERIFIER_MAX_BYTES = 260_000;
const FILE_NAME = 'touchmark-verify.mjs';
const root = join(import.meta.dirname, '..');

/**
 * Builds the verifier into one file that needs nothing but Node 20, with the licence texts of what is in it. The same
 * sources give the same bytes.
 */
export async function buildVerifier(folder: string): Promise<{ path: string; bytes: number }> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['src/verify-main.ts'],
    outfile: FILE_NAME,
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    alias: {
      undici: './build/undici-by-fetch.ts',
      // The one for Node reaches for worker threads, which nothing here uses.
      fflate: 'fflate/browser',
    },
    inject: ['build/old-node.ts'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
  });
  const text = `#!/usr/bin/env node\n${await readLicences(Object.keys(result.metafile.inputs))}${result.outputFiles[0]!.text}`;
  const foreign = result.metafile.outputs[FILE_NAME]!.imports.filter(({ path }) => !path.startsWith('node:'));
  if (foreign.length > 0) throw new Error(`The verifier would need ${foreign.map(({ path }) => path).join(', ')}`);
  const bytes = Buffer.byteLength(text);
  if (bytes > VERIFIER_MAX_BYTES) throw new Error(`The verifier has ${bytes} bytes, over ${VERIFIER_MAX_BYTES}`);
  const path = join(folder, FILE_NAME);
  await writeFile(path, text, { mode: 0o755 });
  return { path, bytes };
}

/** One comment with the name and licence of every package that has code in the file. */
async function readLicences(inputs: readonly string[]): Promise<string> {
  const names = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.slice(1) ?? []));
  const require = createRequire(import.meta.url);
  const notices: string[] = ['Touchmark: verifier. Licensed under the Apache License, Version 2.0.'];
  for (const name of [...names].sort()) {
    const folder = join(root, 'node_modules', name);
    const { version } = require(join(folder, 'package.json'));
    const licence = await readFile(join(folder, 'LICENSE'), 'utf8');
    notices.push(`It contains ${name} ${version}:\n\n${licence.trim()}`);
  }
  return `/*\n${notices.join('\n\n').replaceAll('*/', '* /')}\n*/\n`;
}
