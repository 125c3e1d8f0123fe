import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CliIo, EXIT, showName, worstExitCode } from './io.ts';
import { createProgress } from './progress.ts';

function watchedIo(isTerminal: boolean): { io: CliIo; written: string[]; pass(ms: number): void } {
  const written: string[] = [];
  let now = 0;
  const io: CliIo = {
    out: () => assert.fail('progress is not a result'),
    err: (text) => written.push(text),
    isTerminal,
    columns: 40,
    env: { server: null, apiKey: null, dataFolder: '', calendarLookups: [] },
    clock: { now: () => now, sleep: async () => {} },
    random: (length) => new Uint8Array(length),
    signal: new AbortController().signal,
    exitCode: EXIT.success,
  };
  return {
    io,
    written,
    pass: (ms) => {
      now += ms;
    },
  };
}

const LARGE = 1024 ** 3;

test('progress of a large file fits in a line and is taken away again', () => {
  const { io, written, pass } = watchedIo(true);
  const progress = createProgress(io, true);
  progress.update('a-file-with-a-rather-long-name.bin', 0, 1, LARGE / 4, LARGE);
  pass(1000);
  progress.update('a-file-with-a-rather-long-name.bin', 0, 1, LARGE / 2, LARGE);
  progress.clear();
  assert.match(written[0]!, /1\/1 25%/);
  assert.match(written[1]!, /1\/1 50%/);
  assert.ok(written.every((text) => text.replace('\r\u001b[2K', '').length < 40));
  assert.equal(written.at(-1), '\r\u001b[2K');
});

test('nothing is drawn for one small file, where nobody watches, or where nobody wants it', () => {
  for (const [isTerminal, isWanted, size] of [
    [true, true, 1000],
    [false, true, LARGE],
    [true, false, LARGE],
  ] as const) {
    const { io, written } = watchedIo(isTerminal);
    const progress = createProgress(io, isWanted);
    progress.update('file', 0, 1, 10, size);
    progress.clear();
    assert.deepEqual(written, []);
  }
});

test('a name cannot play tricks on a terminal or pass for two lines', () => {
  for (const name of ['photo.jpg', 'with space.txt', 'ünï 🎞.txt', '-dash']) assert.equal(showName(name), name);
  for (const name of ['a\nb', '\u001b[31mred', 'right\u202eto-left', ' lead', 'trail ', '"quoted"', '']) {
    assert.match(showName(name), /^"[\x20-\x7e]*"$/);
  }
});

test('of several results the one that asks most for attention decides', () => {
  assert.equal(worstExitCode([]), EXIT.success);
  assert.equal(worstExitCode([EXIT.success, EXIT.pending]), EXIT.pending);
  assert.equal(worstExitCode([EXIT.pending, EXIT.cannotCheck]), EXIT.cannotCheck);
  assert.equal(worstExitCode([EXIT.cannotCheck, EXIT.failure, EXIT.success]), EXIT.failure);
});
