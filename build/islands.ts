import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Rollup } from 'vite';

/** Scripts of pages, by the name under which pages ask for them. */
const MODULES = {
  home: 'src/web/islands/home.tsx',
  verify: 'src/web/islands/verify.tsx',
  certificate: 'src/web/islands/certificate.tsx',
  docs: 'src/web/islands/docs.ts',
  'file-form': 'src/web/islands/file-form.ts',
};
/** Scripts that run by themselves and may not import anything when they do. */
const SINGLE_FILES = {
  'hash-worker': 'src/web/islands/hash-worker.ts',
  'print-worker': 'src/web/islands/print-worker.ts',
  'service-worker': 'src/web/islands/service-worker.ts',
  'embed-widget': 'src/web/widgets/embed-widget.ts',
};
const root = join(import.meta.dirname, '..');

/** What the server reads: which file each script is in, and what was compiled into them. */
interface Manifest {
  readonly scripts: Record<string, string>;
  /** Every file, those that scripts share among them. */
  readonly files: readonly string[];
  /** Relative to the project. */
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
    ...(await Promise.all(
      Object.entries(SINGLE_FILES).map(([name, path]) => bundle({ [name]: path }, { format: 'iife' })),
    )),
  ].flat();
  const inputs = new Set<string>();
  const scripts: Record<string, string> = {};
  for (const chunk of outputs) {
    await put(join(folder, chunk.fileName), chunk.code);
    if (chunk.isEntry) scripts[chunk.name] = chunk.fileName;
    for (const id of chunk.moduleIds) if (id.startsWith(root)) inputs.add(relative(root, id));
  }
  const manifest: Manifest = { scripts, files: outputs.map(({ fileName }) => fileName), inputs: [...inputs].sort() };
  await put(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function bundle(
  input: Record<string, string>,
  { format }: { format: 'es' | 'iife' },
): Promise<Rollup.OutputChunk[]> {
  const entries = Object.entries(input).map(([name, path]) => [name, join(root, path)]);
  const result = (await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    // Repairs of broken Opus by a neural network of 4 MB, which nothing here asks for.
    resolve: { alias: { '@wasm-audio-decoders/opus-ml': join(root, 'build/no-opus-ml.ts') } },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      // Workers may import nothing, so what they need is within them.
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      reportCompressedSize: false,
      rollupOptions: {
        // Of the helper around imports, which does nothing where all is in one file.
        checks: { emptyImportMeta: false },
        input: Object.fromEntries(entries),
        output: {
          format,
          entryFileNames: '[name]-[hash].js',
          chunkFileNames: '[name]-[hash].js',
          ...(format === 'es' && { hashCharacters: 'hex' }),
        },
      },
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  })) as Rollup.RollupOutput;
  return result.output.filter((chunk): chunk is Rollup.OutputChunk => chunk.type === 'chunk');
}

async function put(path: string, content: string): Promise<void> {
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
