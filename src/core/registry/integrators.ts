import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import type { Store, Writers } from '../store.ts';
import type { ActionState, ActionType, Integrator } from './action.ts';
import { RegistryError } from './error.ts';

const ULID_RANDOM_BYTES = 10;

/** Which account, by whom, and who that is in the operator's words. */
export interface IntegratorOrder {
  readonly accountId: string;
  readonly operatorId: string;
  readonly note: string;
}

/** The accounts that may register renditions. */
export interface Integrators {
  /** Once more replaces the note. Errors: RegistryError `account-unknown`. */
  allow(order: IntegratorOrder): Promise<Integrator>;
  /** Errors: RegistryError `integrator-unknown`. */
  remove(order: Pick<IntegratorOrder, 'accountId' | 'operatorId'>): Promise<void>;
}

export function createIntegrators(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): Integrators {
  const { store, clock, random } = parts;

  function logAction(
    { registry }: Pick<Writers, 'registry'>,
    about: { readonly accountId: string; readonly operatorId: string; readonly at: number; readonly reason: string },
    change: { readonly type: ActionType; readonly before: ActionState; readonly after: ActionState },
  ): Promise<void> {
    const { at, operatorId, reason, accountId: subject } = about;
    const id = `act_${encodeUlid(at, random(ULID_RANDOM_BYTES))}`;
    return registry.insertAction({ id, at, operatorId, subject, reason, ...change });
  }

  return {
    async allow({ accountId, operatorId, note }) {
      if ((await store.account.find(accountId)) === null) {
        throw new RegistryError('account-unknown', 'no account has this id');
      }
      return store.transact(async (writers) => {
        const at = clock.now();
        const known = await writers.registry.lockIntegrator(accountId);
        const integrator = { accountId, note, addedAt: known?.addedAt ?? at };
        await writers.registry.saveIntegrator(integrator);
        const change = {
          type: 'integrator.allowed',
          before: { allowed: known !== null, note: known?.note ?? null },
          after: { allowed: true, note },
        } as const;
        await logAction(writers, { accountId, operatorId, at, reason: note }, change);
        return integrator;
      });
    },

    remove: ({ accountId, operatorId }) =>
      store.transact(async (writers) => {
        const known = await writers.registry.lockIntegrator(accountId);
        if (known === null) throw new RegistryError('integrator-unknown', 'the account is on no list');
        await writers.registry.removeIntegrator(accountId);
        const change = {
          type: 'integrator.removed',
          before: { allowed: true, note: known.note },
          after: { allowed: false },
        } as const;
        await logAction(writers, { accountId, operatorId, at: clock.now(), reason: known.note }, change);
      }),
  };
}
