import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Guide } from '../../src/web/docs/guides.ts';
import type { SandboxFile } from '../support/server-process.ts';

const TIMEOUT_MS = 60_000;
const ROOT = join(import.meta.dirname, '..', '..');
/** Languages that guides have, and what runs them; `text` and `html` are to be looked at only. */
const RUNNERS = {
  sh: { file: 'example.sh', command: 'bash', args: ['-euo', 'pipefail'] },
  ts: { file: 'example.ts', command: process.execPath, args: [] },
  python: { file: 'example.py', command: 'python3', args: [] },
} as const;
export type Language = keyof typeof RUNNERS;
export const LANGUAGES = Object.keys(RUNNERS) as Language[];
export const SHOWN_ONLY = ['text', 'html'];

/** Where the package's names lead in a checkout. */
const PACKAGE: Readonly<Record<string, string>> = {
  'touchmark/api': 'src/api/index.ts',
  'touchmark/client': 'src/client/index.ts',
};

/** The blocks of a guide in one language, as the reader would run them one after the other. */
export function blocksOf(guide: Guide, language: string): readonly string[] {
  return guide.tokens.flatMap((token) =>
    token.type === 'code' && token.lang === language ? [String(token.text)] : [],
  );
}

/** Runs a guide's examples in `folder`, which has a sandbox's data in `.touchmark`. Rejects with what they wrote. */
export async function runExamples(guide: Guide, language: Language, folder: string): Promise<string> {
  const { file, command, args } = RUNNERS[language];
  const work = await mkdtemp(join(folder, `${guide.slug}-`));
  let source = blocksOf(guide, language).join('\n\n');
  if (language === 'ts') {
    source = source.replace(/^(import [^;]*? from )'(touchmark\/\w+)';$/gm, (_, start, name) => {
      return `${start}'${pathToFileURL(join(ROOT, PACKAGE[name]!)).href}';`;
    });
    source = mergeImports(source);
  }
  await writeFile(join(work, file), source);
  // The guide that reads the sandbox's file does it from where the sandbox was started.
  const cwd = guide.slug === 'start' ? folder : work;
  const { stdout } = await promisify(execFile)(command, [...args, join(work, file)], {
    cwd,
    timeout: TIMEOUT_MS,
    env: { ...process.env, ...(await readEnvironment(folder)) },
  });
  return stdout;
}

/** A page may begin anew and import once more what it has. */
function mergeImports(source: string): string {
  const seen = new Set<string>();
  return source.replace(/^import .*;$\n?/gm, (line) => {
    if (seen.has(line)) return '';
    seen.add(line);
    return line;
  });
}

async function readEnvironment(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, '.touchmark', 'sandbox.json'), 'utf8');
  const { base_url, keys } = JSON.parse(text) as SandboxFile;
  return {
    TOUCHMARK_URL: base_url,
    ORPHOGRAPH_KEY: keys.orphograph.api_key,
    PROOFD_KEY: keys.proofd.api_key,
    ORIGIMARK_KEY: keys.origimark.api_key,
    TRACKORIGIN_KEY: keys.trackorigin.secret_test,
  };
}
