import type { Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** Takes a handle for an account or an artist, for as long as the row is there; false when somebody else has it. */
export async function claimHandle(transaction: Transaction<Schema>, handle: string, ownerId: string): Promise<boolean> {
  const owner = await transaction
    .insertInto('account_handle')
    .values({ handle, account_id: ownerId })
    // Changes nothing, but waits for whoever is claiming it at this moment, and answers with the owner.
    .onConflict((conflict) => conflict.column('handle').doUpdateSet({ handle }))
    .returning('account_id')
    .executeTakeFirstOrThrow();
  return owner.account_id === ownerId;
}
