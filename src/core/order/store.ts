import type { ChainTip, PaymentOutput } from '../chain.ts';
import type { Order, PaidOrder } from './order.ts';

/** How far the chain was looked through for payments. */
export interface ScanState {
  /** Null before the first look. */
  readonly best: ChainTip | null;
  /** When the chain was last known to hold nothing beyond `best`, epoch ms; 0 before. */
  readonly checkedAt: number;
}

/** A block that was looked through, and what it pays to somebody. */
export interface ScannedBlock extends ChainTip {
  /** Epoch ms, as the miner gave it. */
  readonly time: number;
  readonly outputs: readonly PaymentOutput[];
}

/** A pack's token on its way to who bought it. The one place where a token is kept, until the mail was taken. */
export interface PackMail {
  readonly credentialId: string;
  readonly email: string;
  readonly secret: string;
  readonly credits: number;
  readonly attempts: number;
}

export interface OrderReader {
  find(id: string): Promise<PaidOrder | null>;
  readScan(): Promise<ScanState>;
  /** Blocks that were looked through, highest first, as far back as reorganisations are followed. */
  listScanned(): Promise<readonly ChainTip[]>;
  /** Whether an order, paid or not, expires, or expired, after `since`. */
  isAnyExpiring(since: number): Promise<boolean>;
  /**
   * Orders without their pack that expire, or expired, after `since`, or have a payment that is in no block: those
   * first, then the newest.
   */
  listUnsettled(since: number, limit: number): Promise<readonly PaidOrder[]>;
  /** Ids of orders without their pack for which blocks up to `height` hold enough. */
  listPayable(height: number, limit: number): Promise<readonly string[]>;
}

export interface OrderWriter {
  /** Until the transaction ends no other one gets past this: what follows sees the scan as it is. */
  lockScan(): Promise<ScanState>;
  markChecked(now: number): Promise<void>;
  /** Goes on from `tip` and forgets the blocks before. */
  jumpScan(tip: ChainTip, now: number): Promise<void>;
  isAnyExpiring(since: number): Promise<boolean>;
  /**
   * Adds a block above `parentHeight`. Blocks above that were replaced: payments in them are in no block any more,
   * unless the pack was issued.
   */
  addScanned(parentHeight: number, block: ScannedBlock, now: number): Promise<void>;

  /** Orders of an account that are neither settled nor expired. */
  countOpen(accountId: string, now: number): Promise<number>;
  /** The next index of a wallet; each is given once. */
  takeIndex(walletId: string): Promise<number>;
  insert(order: Order, walletId: string, index: number): Promise<void>;
  /** Locks the order. */
  find(id: string): Promise<PaidOrder | null>;
  settle(id: string, credentialId: string, now: number): Promise<void>;
  /**
   * Sets which payments of an order are in no block: those of `outputs` are added, others stay only when `keepsOthers`.
   * Ones that are in a block stay so.
   */
  setUnconfirmed(id: string, outputs: readonly PaymentOutput[], keepsOthers: boolean, now: number): Promise<void>;

  insertMail(mail: Omit<PackMail, 'attempts'>, now: number): Promise<void>;
  /** Takes mails that are due, for as long as until `leaseUntil`. */
  claimMails(now: number, leaseUntil: number, limit: number): Promise<readonly PackMail[]>;
  postponeMail(credentialId: string, dueAt: number): Promise<void>;
  deleteMail(credentialId: string): Promise<void>;
}
