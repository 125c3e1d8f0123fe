import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type Asset, prepareBody, type Served } from './site-assets.ts';

const NAMES = [
  'home',
  'verify',
  'certificate',
  'docs',
  'file-form',
  'hash-worker',
  'print-worker',
  'service-worker',
  'embed-widget',
] as const;
type ScriptName = (typeof NAMES)[number];

/** The scripts of pages as `build/islands.ts` has built them. */
export interface Scripts {
  /** Every file, by an address that never changes its content. */
  readonly assets: readonly Asset[];
  readonly paths: Readonly<Record<ScriptName, string>>;
  /** Addresses of what comes with each script at once, itself among them. */
  readonly loads: Readonly<Record<ScriptName, readonly string[]>>;
  /** Those that stand at an address of their own as well. */
  readonly bodies: Readonly<Record<ScriptName, Served>>;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Reads a folder of built scripts. */
export async function readScripts(folder: string): Promise<Scripts> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  const files: readonly string[] = manifest.files;
  const bodies = new Map<string, Served>();
  for (const file of files) bodies.set(file, prepareBody(await readFile(join(folder, file))));
  const pathOf = (file: string) => `/static/${file}`;
  const ofEach = <T>(make: (name: ScriptName) => T) =>
    Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<ScriptName, T>;
  return {
    assets: files.map((file) => ({
      path: pathOf(file),
      mediaType: MEDIA_TYPES[extname(file)]!,
      body: bodies.get(file)!,
    })),
    paths: ofEach((name) => pathOf(manifest.scripts[name])),
    loads: ofEach((name) => manifest.loads[name].map(pathOf)),
    bodies: ofEach((name) => bodies.get(manifest.scripts[name])!),
  };
}
