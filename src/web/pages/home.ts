import { html } from './html.ts';
import { renderSeal } from './seal.ts';
import type { SitePage } from './site-layout.ts';

/** Where things are that the page's script works with. */
export interface HomeView {
  readonly script: string;
  readonly hashWorker: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** In words, such as `3 uploads a day`; null: as many as anyone likes. */
  readonly freeAllowance: string | null;
}

/** `GET /` */
export function renderHome({ script, hashWorker, publicUrl, freeAllowance }: HomeView): SitePage {
  return {
    title: 'Proof that your file existed',
    description:
      'Get proof, held by the Bitcoin block chain, that a file existed today. The file never leaves your device.',
    section: '/',
    scripts: [script],
    body: html`<section class="hero" aria-labelledby="title">
<div class="measure">
<p class="eyebrow">Provenance, struck in time</p>
<h1 id="title">Prove your file existed. Keep the file to yourself.</h1>
<p class="lead">Touchmark reads your file on this device, makes a fingerprint of it, and has that fingerprint set into a
Bitcoin block. What you get back is a receipt that anyone can check, for as long as there is Bitcoin.</p>
</div>
<div class="hero-seal">${renderSeal()}</div>
</section>
<section aria-label="Anchor files">
<div id="anchor" data-hash-worker="${hashWorker}">
<div class="drop">
<h2>Anchor files</h2>
<noscript><p>Your browser runs no JavaScript here, so this page cannot make fingerprints. A terminal can, and the file stays
with you in the same way: see below.</p></noscript>
<p data-needs-script hidden>Loading…</p>
</div>
</div>
</section>
<section aria-labelledby="how">
<h2 id="how">What happens</h2>
<ol class="cards three">
<li><h3>Fingerprint</h3><p>Your browser computes SHA-256 and SHA-512 of each file. The file itself is never sent anywhere; you
can watch that in your browser’s network tools.</p></li>
<li><h3>Anchor</h3><p>Fingerprints are gathered into one tree, and independent calendars commit its root to Bitcoin. Within
hours a block holds it. You need not stay.</p></li>
<li><h3>Keep</h3><p>Download the receipt and keep it beside the file. It is checked against Bitcoin itself, so it holds when
this server is gone.</p></li>
</ol>
</section>
<section aria-labelledby="terminal" class="measure">
<h2 id="terminal">From a terminal</h2>
<p>The same without a browser, with the command line client or with tools that every system has:</p>
<pre tabindex="0" aria-label="Commands for the command line client"><code>npx touchmark anchor photo.jpg --server ${publicUrl}
npx touchmark verify photo.jpg</code></pre>
<pre tabindex="0" aria-label="Commands for curl"><code>curl -s ${publicUrl}/api/anchor -H 'Content-Type: application/json' \\
  -d "{\\"hash_hex\\":\\"$(sha256sum photo.jpg | cut -c1-64)\\"}"</code></pre>
${
  freeAllowance === null
    ? null
    : html`<p class="hint">Without an account: ${freeAllowance} from each network. <a href="/pricing">What more costs</a></p>`
}
</section>
<section aria-labelledby="limits" class="measure">
<h2 id="limits">What a receipt does not prove</h2>
<p>It shows that exactly these bytes existed at a time. It does not show who made them, who owns them, that they did not exist
earlier, or that what they say is true.</p>
</section>
`,
  };
}
