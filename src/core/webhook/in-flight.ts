/** Requests of this process that are under way; each holds a connection. */
const MAX_IN_FLIGHT = 1_024;
/** Of them, those of one account: two receivers at full speed. However many of its receivers hang, others have room. */
const MAX_IN_FLIGHT_PER_ACCOUNT = 64;

/** Counts requests, by the account that they are for. */
export class InFlight {
  #total = 0;
  /** Those with none are missing. */
  readonly #byAccount = new Map<string, number>();

  get isFull(): boolean {
    return this.#total >= MAX_IN_FLIGHT;
  }

  hasRoomFor(accountId: string): boolean {
    return !this.isFull && (this.#byAccount.get(accountId) ?? 0) < MAX_IN_FLIGHT_PER_ACCOUNT;
  }

  add(accountId: string): void {
    this.#total++;
    this.#byAccount.set(accountId, (this.#byAccount.get(accountId) ?? 0) + 1);
  }

  remove(accountId: string): void {
    this.#total--;
    const left = this.#byAccount.get(accountId)! - 1;
    if (left === 0) this.#byAccount.delete(accountId);
    else this.#byAccount.set(accountId, left);
  }
}
