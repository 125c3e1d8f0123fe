import { Type } from 'typebox';
import type { Submission } from '../../core/anchor/receipt.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { App } from '../shared/app.ts';
import { cacheControlOf, type FindReceipt } from './find-receipt.ts';
import { READ_ERRORS, Receipt, ReceiptParams } from './schemas.ts';
import { presentReceipt, presentTime } from './wire.ts';

const schema = {
  summary: 'A receipt with what it proves, what it does not, and how to check it',
  tags: ['orphograph'],
  params: ReceiptParams,
  response: {
    200: Type.Object({
      ...Receipt.properties,
      what_this_proves: Type.String(),
      what_this_does_not_prove: Type.Array(Type.String()),
      how_to_verify: Type.String(),
    }),
    ...READ_ERRORS,
  },
};

/** `GET /api/receipt/{receipt_id}/summary` */
export function registerSummary(app: App, findReceipt: FindReceipt, network: BitcoinNetwork): void {
  app.get('/api/receipt/:receipt_id/summary', { schema, config: { cors: true } }, async (request, reply) => {
    const { stored, proofs } = await findReceipt(request);
    reply.header('cache-control', cacheControlOf(stored.receipt.isPrivate, 'no-cache'));
    return {
      ...presentReceipt(stored, proofs),
      what_this_proves: sayWhatIsProven(stored),
      what_this_does_not_prove: sayWhatIsNot(stored, network),
      how_to_verify:
        `Download /api/receipt/${stored.receipt.id}.zip and keep it with the file. ` +
        '"touchmark verify" checks the archive against the file and the Bitcoin block headers of your choice; any ' +
        'OpenTimestamps client checks each .ots file in it. Neither has to ask or believe this server.',
    };
  });
}

function sayWhatIsProven({ receipt, round, submissions }: StoredReceipt): string {
  const recorded = `This server recorded the SHA-256 digest at ${presentTime(receipt.createdAt)}`;
  switch (round.status) {
    case 'pending': {
      const accepted = new Set(submissions.filter(({ proof }) => proof !== null).map(({ calendar }) => calendar)).size;
      return (
        `Nothing by Bitcoin yet. ${recorded}, and ${accepted} ${accepted === 1 ? 'calendar has' : 'calendars have'} ` +
        'promised to commit it to the Bitcoin chain. Until a block holds it, there is only their word for the time.'
      );
    }
    case 'partial':
      return (
        `Not yet what it will. ${recorded}, and at least one proof names a Bitcoin block, but this server has not yet ` +
        'found that block, with enough blocks on top of it, in the chain. Whoever checks that block need not wait.'
      );
    case 'pinned':
      return (
        'A file with this SHA-256 digest existed, exactly as it is, before ' +
        `${describeEarliestBlock(submissions)} was mined, because the block commits to the digest. This server checked ` +
        'the path from the digest to the block and found the block deep enough in the chain.'
      );
  }
}

function describeEarliestBlock(submissions: readonly Submission[]): string {
  const blocks = submissions.flatMap(({ state, block }) => (state === 'confirmed' && block !== null ? [block] : []));
  const earliest = blocks.sort((a, b) => a.height - b.height)[0];
  if (earliest === undefined) return 'the block named in the proofs';
  return `Bitcoin block ${earliest.height}, whose header gives its time as ${presentTime(earliest.time * 1000)},`;
}

function sayWhatIsNot({ receipt }: StoredReceipt, network: BitcoinNetwork): string[] {
  return [
    ...(network === 'mainnet'
      ? []
      : [
          `Anything at all outside a test: this server anchors to the ${network} chain, whose blocks cost nothing to make.`,
        ]),
    'Who made the file, who submitted its digest, or who owns it or any right in it.',
    'That the file is original, or that what it shows or says is true.',
    'That the file did not exist earlier. The time is the latest at which it can have come into being.',
    'An exact time. The time in a block header is its miner’s and can be off by up to about two hours.',
    `That the recorded time of submission${receipt.label === null ? '' : ', the label'}${
      receipt.sha512 === null ? '' : ', the SHA-512 digest'
    } or anything else in this document but the SHA-256 digest is so: Bitcoin attests to that digest only.`,
    'That a court or authority accepts it; that is for its own rules of evidence to say.',
  ];
}
