import type { Account, Mail, Mailer, Sessions } from '../../src/core/account/account.ts';

export function accountOf(id: string): Account {
  return { id, email: `${id}@example.org`, isEmailVerified: true, role: 'member', createdAt: 0 };
}

/** Whoever sends `Cookie: session=<account id>` is signed in as that account. */
export const COOKIE_SESSIONS: Sessions = {
  async find({ cookie }) {
    const id = typeof cookie === 'string' ? /^session=([a-z0-9-]+)$/.exec(cookie)?.[1] : undefined;
    return id === undefined ? null : accountOf(id);
  },
};

/** Keeps what is sent, unless it is told to fail. */
export interface TestMailer extends Mailer {
  readonly sent: Mail[];
  fault: Error | null;
}

export function createTestMailer(): TestMailer {
  const mailer: TestMailer = {
    sent: [],
    fault: null,
    async send(mail) {
      if (mailer.fault !== null) throw mailer.fault;
      mailer.sent.push(mail);
    },
  };
  return mailer;
}
