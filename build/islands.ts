import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Rollup } from 'vite';

/** Scripts of pages, by the name under which pages ask for them. */
const MODULES = {
  home: 'src/web/islands/home.tsx',
  verify: 'src/web/islands/verify.tsx',
  certificate: 'src/web/islands/certificate.tsx',
  docs: 'src/web/islands/docs.ts',
  'file-form': 'src/web/islands/file-form.ts',
};
/** A worker of its own modules: each decoder of sound is a file that is loaded for its format. */
const PRINT_WORKER = { 'print-worker': 'src/web/islands/print-worker.ts' };
/** Scripts that run by themselves and may not import anything when they do. */
const SINGLE_FILES = {
  'hash-worker': 'src/web/islands/hash-worker.ts',
  'service-worker': 'src/web/islands/service-worker.ts',
  'embed-widget': 'src/web/widgets/embed-widget.ts',
};
const root = join(import.meta.dirname, '..');
const packages = join(root, 'node_modules') + sep;

/** What the server reads: which file each script is in, and what was compiled into them. */
interface Manifest {
  readonly scripts: Record<string, string>;
  /** By the same names: the files that come with each script at once, itself among them. */
  readonly loads: Record<string, readonly string[]>;
  /** Every file, those that scripts share and those that they load later among them. */
  readonly files: readonly string[];
  /** Of the project, relative to it; packages are as `package-lock.json` says. */
  readonly inputs: readonly string[];
}

/**
 * Builds the pages' scripts into `folder`, with names that hold the digest of their content. The manifest is put there
 * last, so that whoever reads it finds everything it names, also when two processes build at once.
 */
export async function buildIslands(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const outputs = [
    await bundle(MODULES, { format: 'es' }),
    await bundle(PRINT_WORKER, { format: 'es' }),
    ...(await Promise.all(
      Object.entries(SINGLE_FILES).map(([name, path]) => bundle({ [name]: path }, { format: 'iife' })),
    )),
  ].flat();
  const inputs = new Set<string>();
  const scripts: Record<string, string> = {};
  const loads: Record<string, readonly string[]> = {};
  const chunks = new Map(outputs.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  for (const file of outputs) await put(join(folder, file.fileName), file.type === 'chunk' ? file.code : file.source);
  for (const chunk of chunks.values()) {
    if (chunk.isEntry) {
      scripts[chunk.name] = chunk.fileName;
      loads[chunk.name] = [...listImports(chunk.fileName, chunks)];
    }
    for (const id of chunk.moduleIds) {
      if (id.startsWith(root) && !id.startsWith(packages)) inputs.add(relative(root, id));
    }
  }
  const files = [...new Set(outputs.map(({ fileName }) => fileName))];
  const manifest: Manifest = { scripts, loads, files, inputs: [...inputs].sort() };
  await put(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** A file and all that it imports, and what these import. */
function listImports(
  name: string,
  chunks: ReadonlyMap<string, Rollup.OutputChunk>,
  found = new Set<string>(),
): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of chunks.get(name)?.imports ?? []) listImports(imported, chunks, found);
  return found;
}

async function bundle(
  input: Record<string, string>,
  { format }: { format: 'es' | 'iife' },
): Promise<Rollup.RollupOutput['output']> {
  // Only who builds needs it: a server of a fresh build runs without the packages for development.
  const { build } = await import('vite');
  const entries = Object.entries(input).map(([name, path]) => [name, join(root, path)]);
  const result = (await build({
    root,
    base: '/static/',
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    // Repairs of broken Opus by a neural network of 4 MB, which nothing here asks for.
    resolve: { alias: { '@wasm-audio-decoders/opus-ml': join(root, 'build/no-opus-ml.ts') } },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      // The policy of our scripts lets them fetch from this server and nothing else, data addresses among it.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      rollupOptions: {
        // Of the helper around imports, which does nothing where all is in one file.
        checks: { emptyImportMeta: false },
        input: Object.fromEntries(entries),
        output: {
          format,
          entryFileNames: '[name]-[hash].js',
          chunkFileNames: '[name]-[hash].js',
          assetFileNames: '[name]-[hash][extname]',
          ...(format === 'es' && { hashCharacters: 'hex' }),
        },
      },
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  })) as Rollup.RollupOutput;
  return result.output;
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

/** False when the folder has no build, or one that is older than what was built into it or than what builds it. */
export async function isFresh(folder: string): Promise<boolean> {
  try {
    const path = join(folder, 'manifest.json');
    const { mtimeMs } = await stat(path);
    const manifest: Manifest = JSON.parse(await readFile(path, 'utf8'));
    const files = new Set(await readdir(folder));
    if (!manifest.files.every((name) => files.has(name))) return false;
    const sources = ['build/islands.ts', 'package-lock.json', ...manifest.inputs];
    const times = await Promise.all(sources.map(async (source) => (await stat(join(root, source))).mtimeMs));
    return times.every((time) => time < mtimeMs);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** `node build/islands.ts FOLDER`: brings the folder up to date. */
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2]!;
  if (!(await isFresh(folder))) await buildIslands(folder);
}
