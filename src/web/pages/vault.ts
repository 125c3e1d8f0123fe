import { encodeHex } from '../../base/hex.ts';
import type { RoundStatus } from '../../core/anchor/receipt.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import { renderForm, renderHidden } from './form.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { renderMinute } from './text.ts';

export interface VaultFilters {
  readonly digest: string;
  readonly label: string;
  /** `true`, `false`, or empty for both. */
  readonly isPrivate: string;
}

export interface VaultView {
  /** As they were typed. */
  readonly filters: VaultFilters;
  /** What is wrong with the digest, if anything. */
  readonly digestError: string | null;
  /** Newest first. */
  readonly receipts: readonly StoredReceipt[];
  /** The address of the next page. */
  readonly older: string | null;
}

const STATUS_WORDS: Readonly<Record<RoundStatus, string>> = {
  pending: 'waiting for Bitcoin',
  partial: 'in Bitcoin, being checked',
  pinned: 'in Bitcoin',
};

const VISIBILITIES = [
  ['', 'all'],
  ['false', 'public'],
  ['true', 'private'],
] as const;

export function renderVault({ filters, digestError, receipts, older }: VaultView): Page {
  const isFiltered = Object.values(filters).some((value) => value !== '');
  return {
    title: 'Vault',
    body: html`<p>Receipts that you anchored with your keys and packs, newest first. Times are UTC.
<a href="/api/me/anchors.zip" download>Download all of them</a> with their proofs: they hold without this server.</p>
<form method="get" action="/account/vault" class="filters" role="search">
<div class="field"><label for="q">Fingerprint starts with</label>
<input id="q" name="q" value="${filters.digest}" maxlength="64" spellcheck="false" autocapitalize="none" autocomplete="off" aria-describedby="q-error" ${
      digestError === null ? null : html`aria-invalid="true"`
    }>
<p class="error" id="q-error">${digestError}</p></div>
<div class="field"><label for="label">Label contains</label>
<input id="label" name="label" value="${filters.label}" maxlength="200" autocomplete="off"></div>
<div class="field"><label for="private">Show</label>
<select id="private" name="private">${VISIBILITIES.map(
      ([value, name]) =>
        html`<option value="${value}" ${value === filters.isPrivate ? html`selected` : null}>${name}</option>`,
    )}</select></div>
<p class="actions"><button type="submit">Find</button>
${isFiltered ? html`<a class="button quiet" href="/account/vault">Show all</a>` : null}</p>
</form>
${receipts.length === 0 ? renderEmpty(isFiltered) : null}
<ul class="cards">
${receipts.map(
  (stored) => html`<li>${renderReceipt(stored)}</li>
`,
)}</ul>
${older === null ? null : html`<p><a href="${older}" rel="next">Older receipts</a></p>`}
`,
  };
}

function renderEmpty(isFiltered: boolean): Html {
  return isFiltered
    ? html`<p>Nothing matches.</p>`
    : html`<p>Nothing here yet. Anchor a file with your API key, and its receipt is kept here.</p>`;
}

function renderReceipt({ receipt, round }: StoredReceipt): Html {
  const { id, isPrivate } = receipt;
  const api = `/api/receipt/${id}`;
  return html`<h2>${receipt.label ?? 'No label'}</h2>
<p><code class="break">${encodeHex(receipt.digest)}</code></p>
<dl>
<div><dt>Anchored</dt><dd>${renderMinute(receipt.createdAt)}</dd></div>
<div><dt>Status</dt><dd>${STATUS_WORDS[round.status]}${
    round.pinnedAt === null ? null : html`, ${renderMinute(round.pinnedAt)}`
  }</dd></div>
<div><dt>Seen by</dt><dd>${isPrivate ? 'only you' : 'whoever has its address'}</dd></div>
</dl>
<div class="actions"><a class="button quiet" href="${api}.zip" download>Download<span class="hidden"> the proofs of ${id}</span></a>
<a class="button quiet" href="${api}/summary">What it proves<span class="hidden">: ${id}</span></a>
${renderForm({
  id: `privacy-${id}`,
  api: `/api/me/receipt/${id}/privacy`,
  submit: isPrivate ? 'Make public' : 'Make private',
  tone: 'quiet',
  content: renderHidden('private', !isPrivate),
})}</div>`;
}

/** For an account that the vault is closed to. */
export function renderClosedVault(): Page {
  return {
    title: 'Vault',
    body: html`<p>The vault keeps the receipts that you anchor, lets you search them, hide them and download them all. It comes
with a Personal or Creator subscription.</p>
<p><a class="button" href="/account/credits">See plans</a></p>
`,
  };
}
