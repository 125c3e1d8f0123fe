import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FileError } from './file-error.ts';
import { Neighbours } from './neighbours.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-neighbours-'));
});
after(() => rm(folder, { recursive: true }));

async function touch(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(folder, name), '');
}

async function listBeside(work: string): Promise<string[]> {
  return (await new Neighbours().evidenceOf(join(folder, work))).toSorted();
}

test('a work has its receipt, its proof, and one proof a calendar, and nothing of its neighbours', async () => {
  await touch('a.jpg', 'a.jpg.touchmark.json', 'a.jpg.ots', 'a.jpg.alice.ots', 'a.jpg.not a calendar.ots');
  await touch('a.jpg.copy', 'a.jpg.copy.alice.ots', 'a.jpg.json', 'xa.jpg.ots', '.ots');
  assert.deepEqual(await listBeside('a.jpg'), ['a.jpg.alice.ots', 'a.jpg.ots', 'a.jpg.touchmark.json']);
  assert.deepEqual(await listBeside('a.jpg.copy'), ['a.jpg.copy.alice.ots']);
  assert.deepEqual(await listBeside('a'), []);
});

test('a proof whose work is there is not taken for one of a shorter name by a calendar', async () => {
  await touch('b', 'b.png.ots');
  assert.deepEqual(await listBeside('b'), ['b.png.ots']);
  await touch('b.png');
  assert.deepEqual(await listBeside('b'), []);
  assert.deepEqual(await listBeside('b.png'), ['b.png.ots']);
});

test('a folder with any number of works is read once', async () => {
  const neighbours = new Neighbours();
  await touch('c.ots');
  assert.deepEqual(await neighbours.evidenceOf(join(folder, 'c')), ['c.ots']);
  await touch('d.ots');
  assert.deepEqual(await neighbours.evidenceOf(join(folder, 'd')), []);
});

test('a folder that is not there is said for every work in it', async () => {
  const neighbours = new Neighbours();
  for (const work of ['e', 'f']) {
    await assert.rejects(neighbours.evidenceOf(join(folder, 'missing', work)), FileError);
  }
});
