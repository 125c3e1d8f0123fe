import type { LedgerWriter } from './ledger.ts';
import type { CallPolicy } from './policy.ts';
import { callPurse, paidCalls, type UsageCount, type UsageState, type UsageWriter } from './usage.ts';

export interface SettleWriters {
  readonly usage: UsageWriter;
  readonly ledger: LedgerWriter;
}

/**
 * Brings counts of a node to the accounts and debits what they cost: a credit with the call that goes beyond what is
 * free and what is paid. A count that was reported before, in part or as a whole, adds only what is new; so this can be
 * repeated whenever it is not known whether it happened. Resolves with the states, in order; they are not saved yet.
 */
export async function settleCounts(
  { usage, ledger }: SettleWriters,
  counts: readonly UsageCount[],
  { nodeId, policy, now }: { nodeId: string; policy: CallPolicy; now: number },
): Promise<UsageState[]> {
  const settled: UsageState[] = [];
  for (const [i, state] of (await usage.lock(nodeId, counts)).entries()) {
    const counted = Math.max(state.counted, counts[i]!.calls);
    const calls = state.calls + counted - state.counted;
    const paidAhead = state.paidAhead - (paidCalls(calls, policy) - paidCalls(state.calls, policy));
    const creditsDue = paidAhead < 0 ? Math.ceil(-paidAhead / policy.callsPerCredit) : 0;
    const taken = creditsDue === 0 ? 0 : await debit(ledger, state, creditsDue, now);
    settled.push({
      ...state,
      calls,
      counted,
      granted: Math.max(state.granted, counted),
      paidAhead: paidAhead + taken * policy.callsPerCredit,
      creditsDebited: state.creditsDebited + taken,
    });
  }
  return settled;
}

async function debit(ledger: LedgerWriter, state: UsageState, amount: number, now: number): Promise<number> {
  const { taken } = await ledger.spendUpTo({
    purse: callPurse(state.accountId),
    amount,
    reason: 'api_paid_calls',
    reference: `api_paid_calls:${state.creditsDebited + 1}`,
    now,
  });
  return taken;
}
