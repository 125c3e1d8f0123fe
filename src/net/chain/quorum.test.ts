import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainReader } from '../../core/chain.ts';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';
import { type ChainSourceFault, createQuorumChain } from './quorum.ts';

type Branch = readonly string[];

function hashOf(name: string): Uint8Array {
  const hash = new Uint8Array(32);
  hash.set(new TextEncoder().encode(name));
  return hash;
}

/** A source whose best chain is a list of block names. */
function sourceOf(branch: Branch): ChainReader {
  return {
    network: 'regtest',
    tip: async () => ({ height: branch.length - 1, hash: hashOf(branch.at(-1)!) }),
    blockHash: async (height) => (branch[height] === undefined ? null : hashOf(branch[height])),
    blockHeader: async (hash) =>
      branch.some((name) => hashOf(name).join() === hash.join()) ? new Uint8Array(80).fill(hash[0]!) : null,
  };
}

const down: ChainReader = {
  network: 'regtest',
  tip: async () => Promise.reject(new ChainError('chain-unreachable', 'down')),
  blockHash: async () => Promise.reject(new ChainError('chain-unreachable', 'down')),
  blockHeader: async () => Promise.reject(new ChainError('chain-unreachable', 'down')),
};

const silent: ChainReader = {
  network: 'regtest',
  tip: () => new Promise(() => {}),
  blockHash: () => new Promise(() => {}),
  blockHeader: () => new Promise(() => {}),
};

function quorumOf(needed: number, ...chains: readonly ChainReader[]) {
  const faults: ChainSourceFault[] = [];
  const chain = createQuorumChain({
    network: 'regtest',
    sources: chains.map((source, index) => ({ name: `source ${index}`, chain: source })),
    needed,
    onFault: (fault) => faults.push(fault),
  });
  return { chain, faults };
}

const honest = sourceOf(['genesis', 'a', 'b']);
const liar = sourceOf(['genesis', 'x', 'y', 'z']);

test('a lying minority is outvoted and reported, wherever it stands in the list', async () => {
  for (const [index, sources] of [
    [liar, honest, honest],
    [honest, liar, honest],
    [honest, honest, liar],
  ].entries()) {
    const { chain, faults } = quorumOf(2, ...sources);
    assert.deepEqual(await chain.blockHash(2), hashOf('b'));
    await new Promise(setImmediate);
    assert.deepEqual(faults, [{ kind: 'dissent', source: `source ${index}`, height: 2, hash: hashOf('y') }]);
  }
});

test('the tip is the highest height that enough sources have reached', async () => {
  const late = sourceOf(['genesis', 'a']);
  assert.deepEqual(await quorumOf(2, honest, late, honest).chain.tip(), { height: 2, hash: hashOf('b') });
  assert.deepEqual(await quorumOf(2, honest, late, late).chain.tip(), { height: 1, hash: hashOf('a') });
  assert.deepEqual(await quorumOf(2, liar, honest, honest).chain.tip(), { height: 2, hash: hashOf('b') });
});

test('while sources differ about the newest block the tip is the last one they share', async () => {
  const fork = sourceOf(['genesis', 'a', 'other b']);
  assert.deepEqual(await quorumOf(2, honest, fork).chain.tip(), { height: 1, hash: hashOf('a') });
});

test('without a quorum there is no answer', async () => {
  const { chain } = quorumOf(2, honest, liar, sourceOf(['genesis', 'p', 'q']));
  await assert.rejects(chain.blockHash(2), { code: 'chain-disagreement' });
  assert.deepEqual(await chain.blockHash(0), hashOf('genesis'));
});

test('sources that disagree deeper than a fork goes have no tip in common', async () => {
  const branch = (name: string) => sourceOf(Array.from({ length: 20 }, (_, height) => `${name}${height}`));
  await assert.rejects(quorumOf(2, branch('a'), branch('b')).chain.tip(), { code: 'chain-disagreement' });
});

test('a height above the tip is agreed upon too', async () => {
  assert.equal(await quorumOf(2, honest, honest, liar).chain.blockHash(3), null);
});

test('a source that is late is no dissenter', async () => {
  const { chain, faults } = quorumOf(2, sourceOf(['genesis']), honest, honest);
  assert.deepEqual(await chain.blockHash(2), hashOf('b'));
  assert.deepEqual(faults, []);
});

test('a source that is down is reported and does not matter while enough others answer', async () => {
  const { chain, faults } = quorumOf(2, honest, down, honest);
  assert.deepEqual(await chain.tip(), { height: 2, hash: hashOf('b') });
  assert.ok(faults.some((fault) => fault.kind === 'failure' && fault.source === 'source 1'));
});

test('too few answers are a lack of sources, not a disagreement', async () => {
  const { chain } = quorumOf(2, honest, down, down);
  await assert.rejects(chain.tip(), { code: 'chain-unreachable' });
  await assert.rejects(chain.blockHash(1), { code: 'chain-unreachable' });
  await assert.rejects(quorumOf(1, down).chain.blockHeader(hashOf('a')), { code: 'chain-unreachable' });
});

test('a source that never answers holds up neither hashes nor headers', async () => {
  const { chain } = quorumOf(2, silent, honest, honest);
  assert.deepEqual(await chain.blockHash(1), hashOf('a'));
  assert.ok(await chain.blockHeader(hashOf('a')));
});

test('one source with the header is enough, and none means unknown', async () => {
  const { chain } = quorumOf(2, honest, honest, liar);
  assert.ok(await chain.blockHeader(hashOf('z')));
  assert.equal(await chain.blockHeader(hashOf('nowhere')), null);
});

test('fewer than a majority cannot be a quorum', () => {
  assert.throws(() => quorumOf(2, honest, honest, honest, honest), RangeError);
  assert.throws(() => quorumOf(0), RangeError);
  assert.throws(() => quorumOf(3, honest, honest), RangeError);
});

test('an aborted question rejects with the reason of the abort and blames no one', async () => {
  const reason = new Error('shutting down');
  const aborting: ChainReader = {
    ...silent,
    blockHash: (_, signal) =>
      new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(reason))),
  };
  const { chain, faults } = quorumOf(2, aborting, aborting);
  const controller = new AbortController();
  const asked = chain.blockHash(1, controller.signal);
  controller.abort(reason);
  await assert.rejects(asked, reason);
  assert.deepEqual(faults, []);
});
