import type { Generated } from 'kysely';

export interface RelayTables {
  relay_mail: {
    id: string;
    account_id: string;
    cert_id: string;
    message: string;
    reply_to: string | null;
    block_token: string;
    attempts: Generated<number>;
    due_at: Date;
  };
  relay_block: { cert_id: string; blocked_at: Date };
}
