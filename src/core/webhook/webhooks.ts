import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import type { Registry } from '../certificate/certificate.ts';
import { FieldsError } from '../registry/error.ts';
import type { Store, Writers } from '../store.ts';
import type { SequencedEvent } from './envelope.ts';
import { WebhookError } from './error.ts';
import type { WebhookEventType } from './event.ts';
import { keyOf } from './lane-key.ts';
import { generateWebhookSecret, listValid, type SecretBox, sealSecret } from './secret.ts';
import type { AttemptFilter, LaneKey, LoggedAttempt, OwnWebhook, ReplayRange } from './store.ts';
import type { WebhookOwner, WebhookSubscription } from './subscription.ts';
import { composeTestEvent } from './test-event.ts';
import type { CheckUrl } from './transport.ts';

/** More than anybody needs; it bounds what one account can have this server send for one event. */
export const WEBHOOKS_MAX = 100;
/** Rotated more often within the overlap than this, a header would grow without end. */
const SECRETS_MAX = 5;
/** Rows that one request may make; the answer says how many, so that the next one goes on. */
export const REPLAY_MAX = 10_000;

export interface WebhookFields {
  readonly url: string;
  readonly types: readonly WebhookEventType[];
  readonly description: string | null;
  readonly isOrdered: boolean;
}

/** What is said once: a subscription stays of its kind. */
export interface NewWebhookFields extends WebhookFields {
  /** Null: of the kind that its owner sees, or else live. */
  readonly isSandbox: boolean | null;
}

/** The only place where a secret leaves the server. */
export interface NewWebhook {
  readonly subscription: WebhookSubscription;
  readonly secret: string;
}

/** Subscriptions of one contract as their owners manage them. What an owner does not see is `webhook-unknown`. */
export interface WebhookService {
  list(owner: WebhookOwner): Promise<readonly OwnWebhook[]>;
  /** Errors: WebhookError `webhook-unknown`. */
  find(owner: WebhookOwner, id: string): Promise<OwnWebhook>;
  /** Errors: WebhookError `too-many-webhooks`, `account-gone`; FieldsError. */
  create(owner: WebhookOwner, fields: NewWebhookFields): Promise<NewWebhook>;
  /** Errors: WebhookError `webhook-unknown`; FieldsError. */
  update(
    owner: WebhookOwner,
    id: string,
    change: Partial<WebhookFields> & { readonly isEnabled?: boolean },
  ): Promise<OwnWebhook>;
  /** Errors: WebhookError `webhook-unknown`. */
  remove(owner: WebhookOwner, id: string): Promise<void>;
  /** A new secret; those before it sign besides for `overlapMs`. Errors: `webhook-unknown`, `too-many-secrets`. */
  rotate(owner: WebhookOwner, id: string, overlapMs: number): Promise<NewWebhook>;
  /** Sends a synthetic event, once; resolves with its id. Errors: `webhook-unknown`, `webhook-disabled`. */
  test(owner: WebhookOwner, id: string): Promise<string>;
  /** The delivery log. Errors: `webhook-unknown`. */
  deliveries(owner: WebhookOwner, id: string, filter: AttemptFilter): Promise<readonly LoggedAttempt[]>;
  /** Sends the event of an attempt once more. Errors: `delivery-unknown`, `webhook-disabled`. */
  replay(owner: WebhookOwner, deliveryId: string): Promise<void>;
  /** Resolves with how many are sent, `REPLAY_MAX` at most. Errors: `webhook-unknown`, `webhook-disabled`. */
  replayRange(owner: WebhookOwner, id: string, range: ReplayRange): Promise<number>;
  /** What receivers of the account are told, whatever they asked for. */
  events(
    owner: WebhookOwner,
    after: number,
    limit: number,
  ): Promise<{ readonly events: readonly SequencedEvent[]; readonly head: number }>;
}

export function createWebhookService(
  contract: Registry,
  parts: {
    readonly store: Store;
    readonly clock: Clock;
    readonly random: RandomBytes;
    readonly box: SecretBox;
    readonly checkUrl: CheckUrl;
    /** That the delivery log of a subscription may have, see WebhookRetention. */
    readonly logLines: number;
    /** Something is to be delivered. */
    readonly onWork: () => void;
    /** A subscription is no more what it was. */
    readonly onChange: (key: LaneKey) => void;
  },
): WebhookService {
  const { store, clock, random, box, checkUrl, logLines, onWork, onChange } = parts;

  async function lockOwn({ webhook }: Writers, owner: WebhookOwner, id: string): Promise<WebhookSubscription> {
    const subscription = await webhook.lock(owner.accountId, contract, id);
    if (subscription === null || !sees(owner, subscription))
      throw new WebhookError('webhook-unknown', 'the account has no such webhook');
    return subscription;
  }

  async function findOwn(owner: WebhookOwner, id: string): Promise<OwnWebhook> {
    const own = await store.webhook.find(owner.accountId, contract, id);
    if (own === null || !sees(owner, own.subscription))
      throw new WebhookError('webhook-unknown', 'the account has no such webhook');
    return own;
  }

  function assertUrl(url: string | undefined): void {
    const problem = url === undefined ? null : checkUrl(url);
    if (problem !== null) throw new FieldsError([{ field: 'url', message: problem }]);
  }

  return {
    async list(owner) {
      const all = await store.webhook.list(owner.accountId, contract);
      return all.filter(({ subscription }) => sees(owner, subscription));
    },

    find: findOwn,

    async create(owner, fields) {
      assertUrl(fields.url);
      const { accountId } = owner;
      const isSandbox = fields.isSandbox ?? owner.isSandbox ?? false;
      if (!sees(owner, { isSandbox })) {
        throw new FieldsError([{ field: 'mode', message: `must be ${owner.isSandbox ? 'test' : 'live'} here` }]);
      }
      const now = clock.now();
      const id = `whs_${encodeUlid(now, random(10))}`;
      const secret = generateWebhookSecret(random);
      const subscription: WebhookSubscription = {
        ...fields,
        accountId,
        id,
        contract,
        isSandbox,
        secrets: [sealSecret(box, secret, id)],
        disabled: null,
        createdAt: now,
        updatedAt: now,
      };
      await store.transact(async ({ key, webhook }) => {
        const { isClosed } = await key.lockAccount(accountId);
        if (isClosed) throw new WebhookError('account-gone', 'the account was deleted');
        if ((await webhook.count(accountId, contract)) >= WEBHOOKS_MAX) {
          throw new WebhookError('too-many-webhooks', `an account has at most ${WEBHOOKS_MAX} webhooks`);
        }
        await webhook.insert(subscription);
      });
      return { subscription, secret };
    },

    async update(owner, id, { isEnabled, ...change }) {
      assertUrl(change.url);
      const now = clock.now();
      const subscription = await store.transact(async (writers) => {
        const { webhook } = writers;
        const current = await lockOwn(writers, owner, id);
        const wasEnabled = current.disabled === null;
        const isChanged = isEnabled !== undefined && isEnabled !== wasEnabled;
        const disabled = isChanged ? (isEnabled ? null : ({ reason: 'owner', at: now } as const)) : current.disabled;
        // Later than before, so that whoever has the lane sees that it was changed.
        const updatedAt = Math.max(now, current.updatedAt + 1);
        const changed: WebhookSubscription = { ...current, ...change, disabled, updatedAt };
        await webhook.save(changed);
        if (isChanged) {
          await webhook.restart(keyOf(current));
          await webhook.dropRetries(keyOf(current));
        }
        return changed;
      });
      onChange(keyOf(subscription));
      return findOwn(owner, subscription.id);
    },

    async remove(owner, id) {
      await store.transact(async (writers) => writers.webhook.remove(keyOf(await lockOwn(writers, owner, id))));
      onChange({ accountId: owner.accountId, subscriptionId: id });
    },

    async rotate(owner, id, overlapMs) {
      const secret = generateWebhookSecret(random);
      const now = clock.now();
      const subscription = await store.transact(async (writers) => {
        const current = await lockOwn(writers, owner, id);
        const old = overlapMs === 0 ? [] : listValid(current.secrets, now);
        if (old.length >= SECRETS_MAX) throw new WebhookError('too-many-secrets', `${SECRETS_MAX} secrets are valid`);
        const ending = old.map(({ sealed, expiresAt }) => ({ sealed, expiresAt: expiresAt ?? now + overlapMs }));
        const secrets = [sealSecret(box, secret, id), ...ending];
        const rotated = { ...current, secrets, updatedAt: Math.max(now, current.updatedAt + 1) };
        await writers.webhook.save(rotated);
        return rotated;
      });
      onChange(keyOf(subscription));
      return { subscription, secret };
    },

    async test(owner, id) {
      const now = clock.now();
      const eventId = `evt_${encodeUlid(now, random(10))}`;
      const event = await composeTestEvent(contract, store.certificate);
      await store.transact(async (writers) => {
        const subscription = await lockOwn(writers, owner, id);
        assertEnabled(subscription);
        const { accountId, isSandbox } = subscription;
        await writers.webhookEvent.publish([
          { ...event, id: eventId, contract, isSandbox, accountId, target: id, createdAt: now },
        ]);
      });
      return eventId;
    },

    async deliveries(owner, id, filter) {
      return store.webhook.listAttempts(keyOf((await findOwn(owner, id)).subscription), filter);
    },

    async replay(owner, deliveryId) {
      const { accountId } = owner;
      const attempt = await store.webhook.findAttempt(accountId, contract, deliveryId);
      const own = attempt && (await store.webhook.find(accountId, contract, attempt.subscriptionId));
      if (attempt === null || own === null || !sees(owner, own.subscription)) {
        throw new WebhookError('delivery-unknown', 'the account has no such delivery');
      }
      await store.transact(async (writers) => {
        const subscription = await lockOwn(writers, owner, attempt.subscriptionId);
        assertEnabled(subscription);
        await writers.webhook.retryNow(keyOf(subscription), attempt.sequence, clock.now());
      });
      onWork();
    },

    async replayRange(owner, id, range) {
      const count = await store.transact(async (writers) => {
        const subscription = await lockOwn(writers, owner, id);
        assertEnabled(subscription);
        const bounds = { now: clock.now(), limit: REPLAY_MAX, logLines };
        return writers.webhook.retryRange(keyOf(subscription), range, bounds);
      });
      onWork();
      return count;
    },

    events: (owner, after, limit) => store.webhook.listEvents(owner, contract, after, limit),
  };
}

function sees({ isSandbox }: WebhookOwner, subscription: Pick<WebhookSubscription, 'isSandbox'>): boolean {
  return isSandbox === null || isSandbox === subscription.isSandbox;
}

function assertEnabled({ disabled }: WebhookSubscription): void {
  if (disabled !== null) throw new WebhookError('webhook-disabled', 'the webhook is disabled');
}
