import { equalBytes } from '../../base/bytes.ts';
import { mapConcurrently } from '../../base/concurrency.ts';
import { encodeHex } from '../../base/hex.ts';
import type { PaymentAddress, PaymentOutput } from '../../core/chain.ts';
import { BitcoinError } from '../../proof/bitcoin/error.ts';
import { type BitcoinTransaction, parseTransaction } from '../../proof/bitcoin/transaction.ts';

/**
 * Transactions read in one look: some seconds' work for a node nearby. Between two looks come far fewer; only a view
 * that starts with addresses to watch has a whole mempool before it, and gets through it in several looks.
 */
const MAX_READS = 5_000;
/** A node answers 16 calls at once by default, and others ask it too. */
const READ_CONCURRENCY = 4;

const NOTHING: readonly PaymentOutput[] = [];

/** A node's mempool by its ids and transactions. */
export interface MempoolSource {
  /** Display order, lower-case hex. */
  listTxids(): Promise<readonly string[]>;
  /** Null for one that is not there any more. */
  readTransaction(txid: string): Promise<Uint8Array | null>;
}

/**
 * Finds outputs to addresses in the mempool of a node that cannot be asked for an address. Each transaction is read
 * once: one that is older than an address cannot pay to it.
 */
export class MempoolView {
  /** What each transaction in the mempool pays to addresses that were asked for when it came. */
  #known: ReadonlyMap<string, readonly PaymentOutput[]> = new Map();

  async look(source: MempoolSource, addresses: readonly PaymentAddress[]): Promise<PaymentOutput[]> {
    const txids = await source.listTxids();
    const seen = new Map<string, readonly PaymentOutput[]>();
    const unread: string[] = [];
    for (const txid of txids) {
      const outputs = this.#known.get(txid);
      if (outputs !== undefined) seen.set(txid, outputs);
      else if (addresses.length === 0) seen.set(txid, NOTHING);
      else if (unread.length < MAX_READS) unread.push(txid);
    }
    const wanted = new Map(addresses.map(({ scriptPubKey }) => [encodeHex(scriptPubKey), scriptPubKey]));
    await mapConcurrently(unread, READ_CONCURRENCY, async (txid) => {
      const raw = await source.readTransaction(txid);
      if (raw !== null) seen.set(txid, findOutputs(raw, wanted));
    });
    this.#known = seen;
    return [...seen.values()].flatMap((outputs) =>
      outputs.filter(({ scriptPubKey }) => addresses.some((address) => equalBytes(address.scriptPubKey, scriptPubKey))),
    );
  }
}

function findOutputs(raw: Uint8Array, wanted: ReadonlyMap<string, Uint8Array>): readonly PaymentOutput[] {
  const transaction = parseOrNull(raw);
  if (transaction === null) return NOTHING;
  const found = transaction.outputs.flatMap(({ scriptPubKey, valueSats }, vout) => {
    const script = wanted.get(encodeHex(scriptPubKey));
    return script === undefined ? [] : [{ scriptPubKey: script, txid: transaction.txid, vout, valueSats }];
  });
  return found.length === 0 ? NOTHING : found;
}

function parseOrNull(raw: Uint8Array): BitcoinTransaction | null {
  try {
    return parseTransaction(raw);
  } catch (error) {
    if (error instanceof BitcoinError) return null;
    throw error;
  }
}
