/** A token about a digest, with all that is needed to check it later. Times are epoch ms. */
export interface StoredToken {
  /** SHA-256 of what was stamped. */
  readonly digest: Uint8Array;
  /** Name of the authority in the configuration. */
  readonly authority: string;
  /** CMS SignedData in DER: the `.tsr` without the status around it. */
  readonly token: Uint8Array;
  /** What the token says. */
  readonly time: number;
  /** DER, from the signer to its root. */
  readonly chain: readonly Uint8Array[];
  /** Lists of revoked certificates (CRL) in DER, as the issuers had them when the token was made. */
  readonly revocations: readonly Uint8Array[];
}

/** A digest that waits for a token. */
export interface PendingToken {
  readonly digest: Uint8Array;
  /** How often it was tried. */
  readonly attempts: number;
  /** Until when it is ours. */
  readonly leaseUntil: number;
}

/** What an envelope is made of, with the number of its event in the public log. */
export interface LoggedEnvelope {
  readonly sequence: number;
  readonly manifestJson: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

export interface TokenReader {
  find(digest: Uint8Array): Promise<StoredToken | null>;
  /** Time of the newest token by an authority; null when it gave none. */
  newestTime(authority: string): Promise<number | null>;
  /** How many digests wait. */
  countPending(): Promise<number>;
}

export interface TokenWriter {
  /** Keeps tokens and takes their digests from the queue. A second one for the same digest changes nothing. */
  put(tokens: readonly StoredToken[]): Promise<void>;
  /** Digests that have a token, or wait already, are left as they are. */
  enqueue(digests: readonly Uint8Array[], now: number): Promise<void>;
  /** Takes digests that are due for whoever asks, until `leaseUntil`. */
  claimDue(now: number, leaseUntil: number, limit: number): Promise<readonly PendingToken[]>;
  /** Gives a claimed digest back, to be tried at `dueAt`; nothing happens when the lease was lost. */
  postpone(pending: PendingToken, dueAt: number): Promise<void>;
  /** Envelopes after the cursor in the order of the log; those of erased certificates are left out. */
  readEnvelopes(limit: number): Promise<readonly LoggedEnvelope[]>;
  /** Moves the cursor behind an event. */
  saveCursor(sequence: number): Promise<void>;
}
