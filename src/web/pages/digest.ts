import { type Html, html } from './html.ts';
import type { SitePage } from './site-layout.ts';
import { renderMinute } from './text.ts';

/** What anybody may know of a digest: nothing that names a person, a file or the address of a receipt. */
export interface PublicProof {
  /** What it is, in words. */
  readonly kind: string;
  readonly id: string;
  /** Where it is shown; null when only its existence is public. */
  readonly path: string | null;
  /** Epoch ms. */
  readonly at: number;
  readonly state: 'good' | 'mid' | 'waiting' | 'bad';
  readonly says: string;
}

/** `GET /verify/{sha256}`; at least one proof. */
export function renderDigest(sha256Hex: string, proofs: readonly PublicProof[]): SitePage {
  return {
    title: `Digest ${sha256Hex.slice(0, 12)}…`,
    description: null,
    section: '/verify',
    scripts: [],
    body: html`<section class="measure" aria-labelledby="title">
<p class="eyebrow">Public record</p>
<h1 id="title">This digest is known here</h1>
<p><code>${sha256Hex}</code></p>
<p class="lead">What follows is what this server says. To check it without believing this server, <a href="/verify">verify the
file with its proof</a>.</p>
</section>
<section aria-label="Proofs">
<ul class="cards">
${proofs.map(
  (proof) => html`<li>${renderProof(proof)}</li>
`,
)}</ul>
</section>
<section class="measure"><p class="hint">Times are UTC. Receipts are not listed: who has a receipt’s address can read it, and nobody
else.</p></section>
`,
  };
}

function renderProof({ kind, id, path, at, state, says }: PublicProof): Html {
  return html`<p class="eyebrow">${kind}</p>
<h2>${path === null ? id : html`<a href="${path}">${id}</a>`}</h2>
<p class="state ${state}">${says}</p>
<dl class="facts"><div><dt>Recorded</dt><dd>${renderMinute(at)}</dd></div></dl>`;
}

/** For a well-formed digest of which nothing is public. */
export function renderUnknownDigest(sha256Hex: string): SitePage {
  return {
    title: 'Nothing public about this digest',
    description: null,
    section: '/verify',
    scripts: [],
    body: html`<section class="measure">
<p class="eyebrow">Public record</p>
<h1>Nothing is public about this digest</h1>
<p><code>${sha256Hex}</code></p>
<p class="lead">That does not mean that the file was never anchored: receipts are private to who has them, and proofs may have been
made elsewhere. Who has a proof of it can <a href="/verify">verify it here</a>.</p>
</section>
`,
  };
}
