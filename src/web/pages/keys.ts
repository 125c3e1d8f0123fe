import type { Credential, CredentialKind } from '../../core/key/credential.ts';
import type { Product } from '../../core/meter/subscription.ts';
import { renderDetails } from './details.ts';
import { type Option, renderField, renderForm, renderSelect } from './form.ts';
import { type Content, type Html, html } from './html.ts';
import { KEY_KINDS, PRODUCT_PLANS } from './key-kinds.ts';
import type { Page } from './layout.ts';
import { renderSecretPanel } from './secret-panel.ts';
import { renderDay, renderMinute } from './text.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EXPIRY_DAYS = [30, 90, 365];
const NAME_MAX_CHARS = 100;

const GRACES: readonly Option[] = [
  { value: '0', label: 'at once' },
  { value: '3600', label: 'in an hour' },
  { value: '86400', label: 'in a day' },
  { value: '604800', label: 'in a week' },
];

export interface KeysView {
  /** Newest first. */
  readonly keys: readonly Credential[];
  /** What the account pays for. */
  readonly products: ReadonlySet<Product>;
  readonly now: number;
}

export function renderKeys({ keys, products, now }: KeysView): Page {
  const live = keys.filter((key) => isLive(key, now));
  const ended = keys.filter((key) => !isLive(key, now));
  return {
    title: 'Keys',
    body: html`<p>A key lets a program act for your account. Times are UTC.</p>
${renderSecretPanel('/account/keys', 'Copy your new key now')}
<section aria-labelledby="make-title">
<h2 id="make-title">Make a key</h2>
${renderMakeForm(products, now)}
</section>
<section aria-labelledby="keys-title">
<h2 id="keys-title">Your keys</h2>
${live.length === 0 ? html`<p>You have none yet.</p>` : renderList(live)}
${
  ended.length === 0
    ? null
    : html`<details><summary>Keys that have ended (${ended.length})</summary>${renderList(ended)}</details>`
}
</section>
`,
  };

  function renderList(listed: readonly Credential[]): Html {
    return html`<ul class="cards">
${listed.map(
  (key) => html`<li>${renderKey(key, now)}</li>
`,
)}</ul>`;
  }
}

function renderMakeForm(products: ReadonlySet<Product>, now: number): Html {
  const form = 'make';
  const kinds = Object.keys(KEY_KINDS) as CredentialKind[];
  return renderForm({
    id: form,
    api: '/api/account/keys',
    after: { reveals: true },
    submit: 'Make the key',
    content: [
      renderSelect(
        {
          form,
          name: 'kind',
          label: 'For',
          codes: ['invalid_kind', 'kind_not_issued', 'subscription_required', 'PLAN_NOT_ENTITLED', 'too_many_keys'],
        },
        kinds.filter((kind) => kind !== 'orphograph-pack').map((kind) => toOption(kind, products)),
      ),
      renderField({
        form,
        name: 'name',
        label: 'Name',
        hint: 'To know it by, like “backup script”. Optional.',
        autocomplete: 'off',
        maxLength: NAME_MAX_CHARS,
        whenEmpty: 'null',
        codes: ['invalid_name'],
      }),
      renderSelect(
        { form, name: 'scopes', label: 'May', whenEmpty: 'null', codes: ['invalid_scopes'] },
        [
          { value: '', label: 'do everything its kind may' },
          { value: 'read', label: 'only read' },
          { value: 'write', label: 'only write' },
        ],
        'list',
      ),
      renderSelect({ form, name: 'expires_at', label: 'Ends', whenEmpty: 'null', codes: ['invalid_expiry'] }, [
        { value: '', label: 'when I revoke it' },
        ...EXPIRY_DAYS.map((days) => ({
          value: new Date(now + days * DAY_MS).toISOString(),
          label: `in ${days} days`,
        })),
      ]),
    ],
  });
}

function toOption(kind: CredentialKind, products: ReadonlySet<Product>): Option {
  const { name, contract, needs } = KEY_KINDS[kind];
  const label = `${name} (${contract})`;
  const isMissing = needs !== null && !products.has(needs);
  return { value: kind, label: isMissing ? `${label}: needs ${PRODUCT_PLANS[needs]}` : label, disabled: isMissing };
}

function renderKey(key: Credential, now: number): Html {
  const { name, contract } = KEY_KINDS[key.kind];
  return html`<h3>${key.name ?? name}</h3>
<p><code>${key.displayPrefix}…</code></p>
<dl>
<div><dt>For</dt><dd>${name} (${contract})</dd></div>
${key.scopes === null ? null : html`<div><dt>May</dt><dd>${key.scopes.join(', ')}</dd></div>`}
<div><dt>Made</dt><dd>${renderDay(key.createdAt)}</dd></div>
<div><dt>Last used</dt><dd>${key.lastUsedAt === null ? 'never' : renderMinute(key.lastUsedAt)}</dd></div>
${renderEnd(key, now)}
</dl>
${isLive(key, now) ? renderManagement(key) : null}`;
}

function renderEnd({ revokedAt, expiresAt }: Credential, now: number): Content {
  if (revokedAt !== null) return html`<div><dt>Revoked</dt><dd>${renderMinute(revokedAt)}</dd></div>`;
  if (expiresAt === null) return null;
  return html`<div><dt>${expiresAt > now ? 'Ends' : 'Ended'}</dt><dd>${renderMinute(expiresAt)}</dd></div>`;
}

function renderManagement(key: Credential): Html {
  const { isSingle } = KEY_KINDS[key.kind];
  const api = `/api/account/keys/${encodeURIComponent(key.id)}`;
  const rename = `rename-${key.id}`;
  const rotate = `rotate-${key.id}`;
  return renderDetails(
    html`Manage <span class="hidden">${key.name ?? key.displayPrefix}</span>`,
    html`${renderForm({
      id: rename,
      api,
      method: 'PATCH',
      submit: 'Rename',
      tone: 'quiet',
      content: renderField({
        form: rename,
        name: 'name',
        label: 'Name',
        value: key.name,
        autocomplete: 'off',
        maxLength: NAME_MAX_CHARS,
        whenEmpty: 'null',
        codes: ['invalid_name'],
      }),
    })}
${
  key.kind === 'orphograph-pack'
    ? null
    : renderForm({
        id: rotate,
        api: `${api}/rotate`,
        after: { reveals: true },
        submit: 'Replace by a new key',
        tone: 'quiet',
        content: isSingle
          ? html`<p>This key ends at once.</p>`
          : renderSelect(
              { form: rotate, name: 'grace_seconds', label: 'This key ends', codes: ['invalid_grace'] },
              GRACES,
              'number',
            ),
      })
}
${renderForm({
  id: `revoke-${key.id}`,
  api,
  method: 'DELETE',
  submit: 'Revoke',
  tone: 'danger',
  content:
    key.kind === 'orphograph-pack'
      ? html`<p>The pack’s credits cannot be used any more, at once and for good.</p>`
      : html`<p>Programs that use this key are refused, at once and for good.</p>`,
})}`,
  );
}

export function isLive({ revokedAt, expiresAt }: Credential, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}
