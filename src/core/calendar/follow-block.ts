import { concatBytes, equalBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import type { BitcoinBlock } from '../../proof/bitcoin/block.ts';
import { bitcoinMerkleBranch } from '../../proof/bitcoin/merkle.ts';
import type { BitcoinTransaction } from '../../proof/bitcoin/transaction.ts';
import type { Outpoint, Stamp, StampVersion } from './stamp.ts';
import type { ChainAdvance, MinedStamp } from './store.ts';
import { COMMITMENT_SCRIPT_PREFIX, DUST_SATS } from './wallet.ts';
import { encodeAppend, encodeBitcoinAttestation, encodePath, encodePrepend, SHA256D } from './wire.ts';

/** Outputs as small as this would be spent for less than spending them costs; anybody can send thousands of them. */
const COIN_MIN_SATS = 10 * DUST_SATS;

/** What a block means to one calendar, found transaction by transaction. */
export interface BlockFindings {
  readonly coins: ChainAdvance['coins'];
  readonly spends: ChainAdvance['spends'];
  readonly mined: readonly MinedStamp[];
}

/** The coins and transactions of a calendar, to be recognised in blocks. Learns new coins as it reads. */
export interface BlockFollower {
  read(block: BitcoinBlock, height: number): BlockFindings;
}

export function createBlockFollower(
  scriptPubKey: Uint8Array,
  coins: readonly Outpoint[],
  stamps: readonly Stamp[],
): BlockFollower {
  const outpoints = new Set(coins.map(outpointKey));
  const versions = new Map(
    stamps.flatMap(({ id, versions }) =>
      versions.map((version) => [encodeHex(version.txid), { stampId: id, version }] as const),
    ),
  );

  return {
    read({ transactions }, height) {
      const found: {
        coins: ChainAdvance['coins'][number][];
        spends: ChainAdvance['spends'][number][];
        mined: MinedStamp[];
      } = { coins: [], spends: [], mined: [] };
      for (const [index, transaction] of transactions.entries()) {
        const coinbase = index === 0;
        // What outlives the block is copied, or a coin of 32 bytes would hold on to megabytes.
        const txid = transaction.txid.slice();
        for (const [vout, output] of transaction.outputs.entries()) {
          if (output.valueSats < COIN_MIN_SATS || !equalBytes(output.scriptPubKey, scriptPubKey)) continue;
          outpoints.add(outpointKey({ txid, vout }));
          found.coins.push({ txid, vout, valueSats: output.valueSats, coinbase, minedHeight: height });
        }
        for (const { previousTxid, previousVout } of transaction.inputs) {
          const spent = { txid: previousTxid.slice(), vout: previousVout };
          if (outpoints.has(outpointKey(spent))) found.spends.push({ ...spent, height });
        }
        const ours = versions.get(encodeHex(txid));
        if (ours) {
          const tail = composeTail(transactions, index, ours.version.tip, height);
          const { version, toPosition } = ours.version;
          found.mined.push({ stampId: ours.stampId, version, toPosition, height, tail });
        }
      }
      return found;
    },
  };
}

/** Serialised path from a stamp's tip, through its transaction and the block's tree, to the Bitcoin attestation. */
function composeTail(
  transactions: readonly BitcoinTransaction[],
  index: number,
  tip: StampVersion['tip'],
  height: number,
): Uint8Array {
  const { strippedBytes } = transactions[index]!;
  const start = findCommitment(strippedBytes, tip);
  const branch = bitcoinMerkleBranch(
    transactions.map(({ txid }) => txid),
    index,
  );
  return concatBytes(
    encodePrepend(strippedBytes.subarray(0, start)),
    encodeAppend(strippedBytes.subarray(start + tip.length)),
    SHA256D,
    encodePath(branch, SHA256D),
    encodeBitcoinAttestation(height),
  );
}

/** Where the tip stands in the transaction. Our own layout: the last output, before the four lock-time bytes. */
function findCommitment(transaction: Uint8Array, tip: Uint8Array): number {
  const start = transaction.length - 4 - tip.length;
  const carried = concatBytes(COMMITMENT_SCRIPT_PREFIX, tip);
  if (!equalBytes(transaction.subarray(start - COMMITMENT_SCRIPT_PREFIX.length, start + tip.length), carried)) {
    throw new Error('a transaction of this calendar does not carry its tip');
  }
  return start;
}

function outpointKey({ txid, vout }: Outpoint): string {
  return `${encodeHex(txid)}:${vout}`;
}
