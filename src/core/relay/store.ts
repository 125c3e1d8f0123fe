/** A message on its way to an author's mailbox. */
export interface RelayMail {
  /** A UUID. */
  readonly id: string;
  /** Whose certificate it is about: an account of this server. */
  readonly accountId: string;
  readonly certId: string;
  readonly message: string;
  /** Where the sender wants an answer; null: nowhere. */
  readonly replyTo: string | null;
  /** Of the link that blocks. */
  readonly blockToken: string;
  /** How often it was tried. */
  readonly attempts: number;
}

export interface RelayWriter {
  /** Whether its author wants no more messages about this certificate; the answer holds until the transaction ends. */
  isBlocked(certId: string): Promise<boolean>;
  /** For good; again changes nothing. */
  block(certId: string, now: number): Promise<void>;
  insertMail(mail: Omit<RelayMail, 'attempts'>, now: number): Promise<void>;
  /** Takes mails that are due until the lease ends. */
  claimMails(now: number, leaseUntil: number, limit: number): Promise<readonly RelayMail[]>;
  postponeMail(id: string, dueAt: number): Promise<void>;
  deleteMail(id: string): Promise<void>;
}
