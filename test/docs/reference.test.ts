import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { OPERATOR_COMMANDS } from '../../src/app/commands/index.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { COMMANDS } from '../../src/cli/program.ts';
import { runProgram } from '../../src/cli/run.ts';
import { readCliEnv } from '../../src/config/cli-env.ts';
import { LIMIT_NAMES } from '../../src/core/limit/limits.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFile(join(ROOT, path), 'utf8');
const namesIn = (text: string, form: RegExp) =>
  [...new Set(Array.from(text.matchAll(form), ([, name]) => name!))].sort();

/** Of the settings' tables: names in the first cell of a row. */
function namesInRows(text: string, form: RegExp): string[] {
  const cells = text.split('\n').filter((line) => line.startsWith('| `'));
  return namesIn(cells.map((line) => line.split(' | ')[0]!).join('\n'), form);
}

test('every setting that the code reads is in the tables, and no other', async () => {
  let code = '';
  for await (const path of glob('src/config/*.ts', { cwd: ROOT, exclude: (name) => name.endsWith('.test.ts') })) {
    code += await read(path);
  }
  const form = /[`'](TOUCHMARK_[A-Z0-9_]+|DATABASE_URL|HOST|PORT)[`']/g;
  const ofClient = ['TOUCHMARK_API_KEY', 'TOUCHMARK_SERVER'];
  const described = namesInRows(await read('docs/operations/configuration.md'), form);
  assert.deepEqual([...described, ...ofClient].sort(), namesIn(code, form));
  const cli = namesIn(await read('docs/operations/cli.md'), form);
  for (const name of ofClient) assert.ok(cli.includes(name), name);
});

test('every limit is in the table', async () => {
  const described = namesInRows(await read('docs/operations/configuration.md'), /`([a-z-]+)`/g);
  assert.deepEqual(
    LIMIT_NAMES.filter((name) => !described.includes(name)),
    [],
  );
});

test('the help of every command has an example, and the documents know the command', async () => {
  const documents = `${await read('docs/operations/cli.md')}${await read('docs/operations/configuration.md')}`;
  const known = documents + (await read('docs/operations/log.md'));
  const program = await help();
  for (const name of commandsIn(program)) {
    assert.match(known, new RegExp(`\`(?:touchmark )?${name}[ \`]`), `${name} is in no document`);
    const text = await help(name);
    assert.match(text, /\nExamples?:\n {2}\S/, `${name} has no example`);
    for (const inner of text.includes('\nCommands:\n') ? commandsIn(text) : []) {
      assert.match(await help(name, inner), /\nExamples?:\n {2}\S/, `${name} ${inner} has no example`);
    }
  }
});

function commandsIn(text: string): string[] {
  const names = namesIn(text.slice(text.indexOf('\nCommands:\n')), /^ {2}([a-z-]+)\b/gm);
  return names.filter((name) => name !== 'help');
}

async function help(...command: string[]): Promise<string> {
  let text = '';
  const io: CliIo = {
    out: (part) => (text += part),
    err: () => {},
    isTerminal: false,
    columns: 80,
    env: readCliEnv({}),
    clock: systemClock,
    random: systemRandom,
    signal: AbortSignal.timeout(10_000),
    exitCode: 0,
  };
  const about = { name: 'touchmark', description: '', version: '' };
  await runProgram(about, [...COMMANDS, ...OPERATOR_COMMANDS], [...command, '--help'], io);
  return text;
}

test('links between documents lead to a file and to a heading in it', async () => {
  const slugOf = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  for await (const path of glob(['*.md', 'docs/**/*.md', 'vectors/*.md'], { cwd: ROOT })) {
    const links = namesIn(await read(path), /\]\((?!https?:)([^)\s]+)\)/g);
    for (const link of links) {
      const [file = '', heading] = link.split('#');
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      if (!target.endsWith('.md')) {
        assert.ok((await Array.fromAsync(glob(target, { cwd: ROOT }))).length === 1, `${path}: ${link}`);
        continue;
      }
      const headings = namesIn(await read(target), /^#+ (.*)$/gm).map(slugOf);
      assert.ok(heading === undefined || headings.includes(heading), `${path}: ${link}`);
    }
  }
});

test('decisions are numbered without gaps, in the name of the file and in its title', async () => {
  const files = (await Array.fromAsync(glob('docs/decisions/*.md', { cwd: ROOT }))).sort();
  for (const [index, path] of files.entries()) {
    assert.equal(Number(path.slice('docs/decisions/'.length).slice(0, 4)), index + 1, path);
    assert.match(await read(path), new RegExp(`^# ${index + 1}\\. `), path);
  }
});
