import type { Registry } from '../../../core/certificate/certificate.ts';
import type { LoggedAttempt, OwnWebhook } from '../../../core/webhook/store.ts';
import { EVENT_TYPES, type WebhookSubscription } from '../../../core/webhook/subscription.ts';
import { renderDetails } from '../details.ts';
import { renderCheck, renderChecks, renderField, renderForm, renderHidden, renderSelect } from '../form.ts';
import { type Content, type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { renderSecretPanel } from '../secret-panel.ts';
import { renderMinute } from '../text.ts';

/** Where each contract has its webhooks. */
const APIS: Readonly<Record<Registry, string>> = {
  trackorigin: '/api/v1/me/webhooks',
  origimark: '/api/v1/webhooks',
};

const CONTRACTS: readonly (readonly [contract: Registry, name: string])[] = [
  ['trackorigin', 'Certificates of recordings (trackorigin API)'],
  ['origimark', 'Certificates of works (origimark API)'],
];

export const DISABLED_WORDS: Readonly<Record<NonNullable<WebhookSubscription['disabled']>['reason'], string>> = {
  owner: 'Switched off by you',
  gone: 'Switched off: the receiver answered that it is gone',
  failures: 'Switched off: too many deliveries failed one after another',
};

const SECRET_TITLE = 'Copy the signing secret now';

export type WebhooksView = Readonly<Record<Registry, readonly OwnWebhook[]>>;

/** `GET /account/webhooks` */
export function renderWebhooks(view: WebhooksView): Page {
  return {
    title: 'Webhooks',
    body: html`<p>Addresses of yours that are told what happens to certificates. Each request is signed.</p>
${renderSecretPanel('/account/webhooks', SECRET_TITLE)}
${CONTRACTS.map(
  ([contract, name]) => html`<section aria-labelledby="${contract}-title">
<h2 id="${contract}-title">${name}</h2>
${view[contract].length === 0 ? html`<p>None yet.</p>` : null}
<ul class="cards">
${view[contract].map(
  ({
    subscription,
  }) => html`<li><h3><a href="/account/webhooks/${contract}/${subscription.id}">${subscription.url}</a></h3>
${renderState(subscription)}
<p class="hint">${describeEvents(subscription)}</p></li>
`,
)}</ul>
${renderDetails(
  'Add one',
  renderForm({
    id: `add-${contract}`,
    api: APIS[contract],
    after: { reveals: true },
    submit: 'Add the webhook',
    content: renderFields(`add-${contract}`, contract, null),
  }),
)}
</section>
`,
)}`,
  };
}

export interface WebhookView {
  readonly contract: Registry;
  readonly own: OwnWebhook;
  /** Newest first. */
  readonly attempts: readonly LoggedAttempt[];
  readonly older: string | null;
  /** ISO-8601: from when on failed deliveries are sent again. */
  readonly failedSince: string;
}

/** `GET /account/webhooks/{contract}/{id}` */
export function renderWebhook({ contract, own, attempts, older, failedSince }: WebhookView): Page {
  const { subscription, failures } = own;
  const { id, url, disabled } = subscription;
  const api = `${APIS[contract]}/${id}`;
  const isActive = disabled === null;
  return {
    title: 'Webhook',
    body: html`<p><a href="/account/webhooks">All webhooks</a></p>
${renderSecretPanel(`/account/webhooks/${contract}/${id}`, SECRET_TITLE)}
<section aria-labelledby="what">
<h2 id="what"><span class="break">${url}</span></h2>
${renderState(subscription)}
${failures === 0 ? null : html`<p>${failures === 1 ? '1 delivery' : `${failures} deliveries`} failed one after another.</p>`}
<p class="hint">${describeEvents(subscription)}</p>
<div class="actions">
${isActive ? renderForm({ id: 'test', api: `${api}/test`, after: { say: 'A test is on its way. Load the page again to see what came of it.' }, submit: 'Send a test' }) : null}
${renderForm({
  id: 'switch',
  method: 'PATCH',
  api,
  submit: isActive ? 'Switch off' : 'Switch on',
  tone: 'quiet',
  content: renderHidden('enabled', !isActive),
})}
</div>
</section>
<section aria-labelledby="log">
<h2 id="log">Deliveries</h2>
<p class="hint">A line is one attempt. Times are UTC.</p>
${isActive ? renderReplay(`${api}/replay`, failedSince) : null}
${attempts.length === 0 ? html`<p>Nothing was sent so far.</p>` : null}
<ul class="cards">
${attempts.map(
  (attempt) => html`<li>${renderAttempt(attempt, contract, isActive)}</li>
`,
)}</ul>
${renderOlder(older)}
</section>
<section aria-labelledby="settings">
<h2 id="settings">Settings</h2>
${renderDetails(
  'Change it',
  renderForm({
    id: 'change',
    method: 'PATCH',
    api,
    submit: 'Save',
    content: renderFields('change', contract, subscription),
  }),
)}
${renderDetails(
  'Make a new secret',
  renderForm({
    id: 'rotate',
    api: `${api}/rotate`,
    after: { reveals: true },
    submit: 'Make a new secret',
    tone: 'quiet',
    content: [html`<p>For a day the one before signs besides.</p>`, renderHidden('overlap_seconds', 86_400)],
  }),
)}
${renderDetails(
  'Delete it',
  renderForm({
    id: 'delete',
    method: 'DELETE',
    api,
    after: { goTo: '/account/webhooks' },
    submit: 'Delete the webhook',
    tone: 'danger',
    content: html`<p>Its delivery log goes with it.</p>`,
  }),
)}
</section>
`,
  };
}

function renderReplay(api: string, failedSince: string): Content {
  const after = { say: 'They are on their way.' };
  return [
    renderForm({
      id: 'again',
      api,
      after,
      submit: 'Send again what failed in the last week',
      tone: 'quiet',
      content: renderHidden('failed_since', failedSince),
    }),
    renderDetails(
      'Send a range again',
      renderForm({
        id: 'range',
        api,
        after,
        submit: 'Send them again',
        tone: 'quiet',
        content: [
          html`<p>Of what this webhook asks for, whether it has arrived or not. Tests are not sent again so.</p>`,
          renderSequence('from_sequence', 'First event, by its number'),
          renderSequence('to_sequence', 'Last event'),
        ],
      }),
    ),
  ];
}

function renderSequence(name: string, label: string): Html {
  return renderField({
    form: 'range',
    name,
    label,
    type: 'number',
    autocomplete: 'off',
    required: true,
    maxLength: 15,
  });
}

function describeEvents({ types, isSandbox, isOrdered }: WebhookSubscription): string {
  return `${types.join(', ')}${isSandbox ? ', of the sandbox' : ''}${isOrdered ? ', one after another' : ''}`;
}

function renderState({ disabled }: WebhookSubscription): Html {
  return disabled === null
    ? html`<p class="state good">Active</p>`
    : html`<p class="state bad">${DISABLED_WORDS[disabled.reason]}, ${renderMinute(disabled.at)}</p>`;
}

const OUTCOMES = {
  succeeded: ['good', 'Delivered'],
  retrying: ['mid', 'Failed, is tried again'],
  failed: ['bad', 'Failed'],
} as const;

function renderAttempt(attempt: LoggedAttempt, contract: Registry, isActive: boolean): Html {
  const { id, sequence, outcome, status, error, response, startedAt, durationMs, nextAt, event } = attempt;
  const [tone, says] = OUTCOMES[outcome];
  return html`<h3>${event?.type ?? 'An event that is kept no more'}</h3>
<p class="state ${tone}">${says}</p>
<p class="hint">Event ${sequence}, ${renderMinute(startedAt)}, attempt ${attempt.attempt}, ${durationMs} ms${status === null ? null : `, status ${status}`}${
    nextAt === null ? null : html`, next ${renderMinute(nextAt)}`
  }</p>
${error === null ? null : html`<p>${error}</p>`}
${response === '' ? null : html`<details><summary>What it answered</summary><pre tabindex="0" aria-label="Answer">${response}</pre></details>`}
${
  isActive && event !== null
    ? renderForm({
        id: `replay-${id}`,
        api: `${APIS[contract]}/deliveries/${id}/replay`,
        after: { say: 'It is on its way.' },
        submit: 'Send it again',
        tone: 'quiet',
      })
    : null
}`;
}

function renderMode(form: string): Html {
  return renderSelect({ form, name: 'mode', label: 'Of certificates that are', value: 'live' }, [
    { value: 'live', label: 'live' },
    { value: 'test', label: 'of the sandbox, as test keys make them' },
  ]);
}

function renderFields(form: string, contract: Registry, present: WebhookSubscription | null): Content {
  return [
    renderField({
      form,
      name: 'url',
      label: 'Address',
      hint: 'Begins with https://',
      type: 'url',
      value: present?.url ?? null,
      autocomplete: 'off',
      required: true,
      maxLength: 2_000,
    }),
    // What the other registry makes is live, and what a webhook has been made for it stays.
    present === null && contract === 'trackorigin' ? renderMode(form) : null,
    renderChecks(
      { form, name: 'events', label: 'Events' },
      EVENT_TYPES[contract].map((type) => ({
        value: type,
        label: type,
        isChecked: present === null || present.types.includes(type),
      })),
    ),
    renderField({
      form,
      name: 'description',
      label: 'What it is for',
      hint: 'Optional.',
      value: present?.description ?? null,
      maxLength: 200,
      whenEmpty: 'null',
    }),
    renderCheck({
      form,
      name: 'ordered',
      label: 'One event at a time, each after the one before it arrived',
      isChecked: present?.isOrdered ?? false,
    }),
  ];
}
