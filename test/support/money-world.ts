import { HDKey } from '@scure/bip32';
import { Address, OutScript, TEST_NETWORK, Transaction } from '@scure/btc-signer';
import { systemRandom } from '../../src/app/system.ts';
import { reverseBytes } from '../../src/base/bytes.ts';
import type { Clock } from '../../src/base/clock.ts';
import { encodeHex } from '../../src/base/hex.ts';
import type { Account, Mail, Mailer } from '../../src/core/account/account.ts';
import type { PaymentChain } from '../../src/core/chain.ts';
import { createOrderDesk, type OrderDesk } from '../../src/core/order/desk.ts';
import { PackMailWorker } from '../../src/core/order/pack-mail.ts';
import { createReceivingWallet } from '../../src/core/order/receiving-wallet.ts';
import { OrderWatcher } from '../../src/core/order/watcher.ts';
import type { Store } from '../../src/core/store.ts';
import type { RegtestChain, UnspentOutput } from '../../src/sandbox/regtest-chain.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { listCoins, PRIVATE_KEY, WALLET_SCRIPT } from './regtest-wallet.ts';

const TEST_VERSIONS = { public: 0x045f1cf6, private: 0x045f18bc };
/** The account m/84'/1'/0' of a made-up seed, as a wallet shows it. */
const ACCOUNT = HDKey.fromMasterSeed(new Uint8Array(32).fill(3), TEST_VERSIONS).derive("m/84'/1'/0'");
export const ACCOUNT_PUBLIC_KEY = ACCOUNT.publicExtendedKey;

/** 50 receipts for $29 at $58,000 a bitcoin. */
export const PRICE_SATS = 50_000;
const MINUTE_MS = 60_000;

export const BUYER: Account = {
  id: 'buyer',
  email: 'buyer@example.org',
  isEmailVerified: true,
  role: 'member',
  createdAt: 0,
};

export interface MoneyWorld extends AsyncDisposable {
  readonly database: Database;
  readonly store: Store;
  readonly desk: OrderDesk;
  /** Its time is the real one when the world is made. */
  readonly clock: Clock & { time: number };
  /** Mails that were taken. */
  readonly mails: Mail[];
  /** Makes the mail server fail. */
  isMailDown: boolean;
  /** Wraps every transaction. */
  around: <T>(transact: () => Promise<T>) => Promise<T>;
  watch(): Promise<number>;
  sendMail(): Promise<void>;
}

export async function createMoneyWorld(
  engine: Engine,
  chain: PaymentChain,
  { confirmations = 2 }: { confirmations?: number } = {},
): Promise<MoneyWorld> {
  const cleanup = new AsyncDisposableStack();
  const { location } = cleanup.use(await createTestDatabase(engine));
  const database = cleanup.use(await openDatabase(location));
  const stored = createStore(database);
  const clock: Clock & { time: number } = { time: Date.now(), now: () => clock.time, sleep: async () => {} };
  const mails: Mail[] = [];
  const mailer: Mailer = {
    async send(mail) {
      if (world.isMailDown) throw new Error('mail server down');
      mails.push(mail);
    },
  };
  const store: Store = { ...stored, transact: (work) => world.around(() => stored.transact(work)) };
  const parts = { store, chain, clock, random: systemRandom };
  const watcher = new OrderWatcher({ ...parts, confirmations });
  const worker = new PackMailWorker({ store, mailer, clock });
  const never = new AbortController().signal;
  const world: MoneyWorld = {
    database,
    store,
    clock,
    mails,
    isMailDown: false,
    around: (transact) => transact(),
    desk: createOrderDesk({
      ...parts,
      wallet: createReceivingWallet(ACCOUNT_PUBLIC_KEY, 'regtest'),
      packs: [{ name: 'pack', credits: 50, usdCents: 2_900 }],
      usdPerBtc: 58_000,
    }),
    async watch() {
      const { settled } = await watcher.run(never);
      return settled;
    },
    sendMail: () => worker.run(never),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
  return world;
}

export const HOUR_MS = 60 * MINUTE_MS;

const REGTEST_ADDRESSES = { ...TEST_NETWORK, bech32: 'bcrt' };

/** Pays from the wallet to an address; the rest goes back. `coin` names what is spent, for double spends. */
export async function pay(
  chain: RegtestChain,
  address: string,
  sats: number,
  { feeSats = 1_000, coin }: { feeSats?: number; coin?: UnspentOutput } = {},
): Promise<{ txid: Uint8Array; coin: UnspentOutput }> {
  const [input = coin] = coin ? [coin] : await listCoins(chain);
  const transaction = new Transaction();
  transaction.addInput({
    txid: encodeHex(reverseBytes(input!.txid)),
    index: input!.vout,
    sequence: 0xfffffffd,
    witnessUtxo: { script: WALLET_SCRIPT, amount: BigInt(input!.valueSats) },
  });
  transaction.addOutput({ script: OutScript.encode(Address(REGTEST_ADDRESSES).decode(address)), amount: BigInt(sats) });
  transaction.addOutput({ script: WALLET_SCRIPT, amount: BigInt(input!.valueSats - sats - feeSats) });
  transaction.sign(PRIVATE_KEY);
  transaction.finalize();
  return { txid: await chain.submit(transaction.extract()), coin: input! };
}
