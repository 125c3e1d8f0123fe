import type { FullNode, MempoolEntry, Tx } from 'bcoin';
import { CodedError } from '../base/coded-error.ts';
import { parseTransaction } from '../proof/bitcoin/transaction.ts';

/** Least fee rate of Bitcoin Core's default policy, for entering the mempool and for each replacement. */
export const RELAY_FEE_SATS_PER_VBYTE = 1;

/** The largest sequence number that signals replaceability (BIP 125). */
const REPLACEABLE_SEQUENCE_MAX = 0xfffffffd;
/** Most transactions one replacement may push out (BIP 125 rule 5). */
const REPLACED_TRANSACTIONS_MAX = 100;

export type RefusalCode = 'undecodable' | 'missing-inputs' | 'rejected' | 'already-in-chain';

/** The node did not take a transaction; the message is a reason in the style of Bitcoin Core. */
export class TransactionRefusal extends CodedError<RefusalCode> {}

/**
 * Hands a raw transaction to the node under the rules of a Bitcoin Core mempool that bcoin lacks: replacement by fee
 * (BIP 125), a least fee, no parking of transactions whose parents are unknown. Taking one twice is no error.
 */
export async function submitTransaction(node: FullNode, rawTransaction: Uint8Array, decodeTx: (raw: Buffer) => Tx) {
  const { mempool } = node;
  const tx = decodeStrictly(rawTransaction, decodeTx);
  const hash = tx.hash('hex');
  if (mempool.hasEntry(hash)) return;
  const rivals = findRivals(node, tx);
  const replaced = [...new Set(rivals.flatMap((rival) => [rival, ...mempool.getDescendants(rival)]))];
  checkReplaceable(node, tx, rivals, replaced);
  for (const rival of rivals) mempool.evictEntry(rival);
  try {
    await addToMempool(node, tx);
    checkFee(mempool.getEntry(hash)!, rivals, replaced);
  } catch (error) {
    const entry = mempool.getEntry(hash);
    if (entry) mempool.evictEntry(entry);
    for (const { tx: former } of replaced) await addToMempool(node, former);
    throw error;
  }
}

function decodeStrictly(rawTransaction: Uint8Array, decodeTx: (raw: Buffer) => Tx): Tx {
  try {
    parseTransaction(rawTransaction);
    return decodeTx(Buffer.from(rawTransaction));
  } catch (cause) {
    throw new TransactionRefusal('undecodable', 'TX decode failed', { cause });
  }
}

async function addToMempool(node: FullNode, tx: Tx): Promise<void> {
  let missing: readonly string[] | null;
  try {
    missing = await node.mempool.addTX(tx);
  } catch (cause) {
    const { type, code, reason } = cause as { type?: string; code?: string; reason?: string };
    if (type !== 'VerifyError') throw cause;
    throw code === 'alreadyknown'
      ? new TransactionRefusal('already-in-chain', 'Transaction outputs already in utxo set', { cause })
      : new TransactionRefusal('rejected', reason ?? 'rejected', { cause });
  }
  if (missing) throw new TransactionRefusal('missing-inputs', 'bad-txns-inputs-missingorspent');
}

/** The transactions in the mempool that spend what `tx` spends. */
function findRivals(node: FullNode, tx: Tx): MempoolEntry[] {
  const rivals = new Set<MempoolEntry>();
  for (const { prevout } of tx.inputs) {
    const rival = node.mempool.getSpent(prevout.hash, prevout.index);
    if (rival) rivals.add(rival);
  }
  return [...rivals];
}

function checkReplaceable(
  node: FullNode,
  tx: Tx,
  rivals: readonly MempoolEntry[],
  replaced: readonly MempoolEntry[],
): void {
  if (rivals.length === 0) return;
  if (!rivals.every(({ tx: rival }) => signalsReplacement(rival))) {
    throw new TransactionRefusal('rejected', 'txn-mempool-conflict');
  }
  if (replaced.length > REPLACED_TRANSACTIONS_MAX) {
    throw new TransactionRefusal('rejected', 'too many potential replacements');
  }
  const replacedHashes = new Set(replaced.map((entry) => entry.hash('hex')));
  const rivalParents = new Set(rivals.flatMap((rival) => rival.tx.inputs.map(({ prevout }) => prevout.hash)));
  for (const { prevout } of tx.inputs) {
    if (replacedHashes.has(prevout.hash)) throw new TransactionRefusal('rejected', 'bad-txns-spends-conflicting-tx');
    if (node.mempool.hasEntry(prevout.hash) && !rivalParents.has(prevout.hash)) {
      throw new TransactionRefusal('rejected', 'replacement-adds-unconfirmed');
    }
  }
}

function signalsReplacement(tx: Tx): boolean {
  return parseTransaction(tx.toRaw()).inputs.some(({ sequence }) => sequence <= REPLACEABLE_SEQUENCE_MAX);
}

function checkFee(entry: MempoolEntry, rivals: readonly MempoolEntry[], replaced: readonly MempoolEntry[]): void {
  const relayFee = entry.size * RELAY_FEE_SATS_PER_VBYTE;
  if (entry.fee < relayFee) throw new TransactionRefusal('rejected', 'min relay fee not met');
  if (rivals.length === 0) return;
  const replacedFees = replaced.reduce((sum, { fee }) => sum + fee, 0);
  const isRateBetter = rivals.every((rival) => entry.fee * rival.size > rival.fee * entry.size);
  if (!isRateBetter || entry.fee < replacedFees + relayFee) {
    throw new TransactionRefusal('rejected', 'insufficient fee');
  }
}
