/** operator: may use the operator console. */
export type AccountRole = 'member' | 'operator';

/** Somebody who signed up. */
export interface Account {
  readonly id: string;
  /** Lower case. */
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly role: AccountRole;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** Who a request's session belongs to: the cookie of a browser, or the session bearer of a native client. */
export interface Sessions {
  /** Null for no session, an expired one, or an invalid one. */
  find(headers: SessionHeaders): Promise<Account | null>;
}

/** Header names in lower case, as Node gives them. */
export type SessionHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Sends mail; resolves when the next server has taken it. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
}

/** Plain text; lines of any length. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Where a POST ends mails of this kind (RFC 8058). */
  readonly unsubscribeUrl?: string;
}
