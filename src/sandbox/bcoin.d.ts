/** The parts of bcoin 1.0.2 that the sandbox uses. Hashes are lower-case hex in internal byte order. */
declare module 'bcoin' {
  interface Tx {
    readonly inputs: readonly { readonly prevout: { readonly hash: string; readonly index: number } }[];
    readonly outputs: readonly unknown[];
    hash(encoding: 'hex'): string;
    toRaw(): Buffer;
  }
  interface Script {
    toRaw(): Buffer;
  }
  interface Address {
    readonly type: number;
  }
  interface Coin {
    readonly hash: string;
    readonly index: number;
    readonly value: number;
    readonly height: number;
    readonly script: Script;
  }
  interface Block {
    readonly txs: readonly Tx[];
  }
  interface ChainEntry {
    readonly hash: string;
    readonly height: number;
    toRaw(): Buffer;
  }
  interface TxMeta {
    readonly tx: Tx;
    readonly height: number;
    readonly block: string | null;
  }
  interface MempoolEntry {
    readonly tx: Tx;
    readonly size: number;
    readonly fee: number;
    hash(encoding: 'hex'): string;
  }
  interface Chain {
    readonly tip: ChainEntry;
    add(block: Block): Promise<ChainEntry | null>;
    getEntry(hashOrHeight: string | number): Promise<ChainEntry | null>;
    getHash(height: number): Promise<string | null>;
    getBlock(hash: string): Promise<Block | null>;
    getRawBlock(hash: string): Promise<Buffer | null>;
    isMainChain(entry: ChainEntry): Promise<boolean>;
  }
  interface Mempool {
    readonly options: { maxOrphans: number };
    readonly map: ReadonlyMap<string, MempoolEntry>;
    /** The hashes of missing parents, or `null` when the transaction was taken. */
    addTX(tx: Tx): Promise<readonly string[] | null>;
    getEntry(hash: string): MempoolEntry | undefined;
    hasEntry(hash: string): boolean;
    getSpent(hash: string, index: number): MempoolEntry | undefined;
    getDescendants(entry: MempoolEntry): MempoolEntry[];
    evictEntry(entry: MempoolEntry): void;
  }
  interface MiningJob {
    readonly attempt: { time: number; items: unknown[]; fees: number };
    refresh(): void;
    mineAsync(): Promise<Block>;
  }
  type RpcCall = (this: unknown, params: unknown[], help?: boolean) => Promise<unknown>;

  interface FullNodeOptions {
    readonly network: 'regtest';
    readonly memory: boolean;
    readonly prefix?: string;
    readonly workers: boolean;
    readonly listen: boolean;
    readonly indexTx: boolean;
    readonly indexAddress: boolean;
    readonly httpHost: string;
    readonly httpPort: number;
    readonly apiKey: string;
    readonly logConsole: boolean;
    readonly logFile: boolean;
  }
  class FullNode {
    constructor(options: FullNodeOptions);
    readonly chain: Chain;
    readonly mempool: Mempool;
    readonly miner: { createJob(parent: ChainEntry | null, payTo: Address): Promise<MiningJob> };
    readonly rpc: { readonly calls: Record<string, RpcCall> };
    readonly http: { readonly http: { closeAllConnections(): void }; address(): { readonly port: number } };
    ensure(): Promise<void>;
    open(): Promise<void>;
    close(): Promise<void>;
    getMeta(hash: string): Promise<TxMeta | null>;
    getCoinsByAddress(address: Address): Promise<Coin[]>;
  }

  const bcoin: {
    readonly FullNode: typeof FullNode;
    readonly Network: { get(name: 'regtest'): { readonly addressPrefix: { bech32: string } } };
    readonly Address: { new (): Address; fromScript(script: Script): Address | null };
    readonly Script: { fromRaw(raw: Buffer): Script };
    readonly TX: { fromRaw(raw: Buffer): Tx };
  };

  export type { Address, FullNode, MempoolEntry, RpcCall, Tx };
  export default bcoin;
}
