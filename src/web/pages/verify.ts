import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import { html } from './html.ts';
import type { SitePage } from './site-layout.ts';

export interface VerifyView {
  readonly script: string;
  readonly hashWorker: string;
  readonly network: BitcoinNetwork;
  /** Bases of the Esplora servers that browsers may ask; empty: this server is asked. */
  readonly headerSources: readonly string[];
}

/** `GET /verify` */
export function renderVerify({ script, hashWorker, network, headerSources }: VerifyView): SitePage {
  return {
    title: 'Verify a proof',
    description: 'Check a receipt, an OpenTimestamps proof or a certificate in your browser. Nothing is uploaded.',
    section: '/verify',
    scripts: [script],
    body: html`<section class="measure" aria-labelledby="title">
<p class="eyebrow">Checked on your own device</p>
<h1 id="title">Verify a proof</h1>
<p class="lead">Drop a file together with its receipt. Both are read on this device, with the same code as the command line
verifier, and nothing is uploaded.</p>
</section>
<section aria-label="Verify files">
<div id="verify" data-hash-worker="${hashWorker}" data-network="${network}" data-header-sources="${headerSources.join(' ')}">
<div class="drop">
<h2>Files to verify</h2>
<noscript><p>Your browser runs no JavaScript here. The verifier for the command line does the same:
<code>npx touchmark verify photo.jpg</code></p></noscript>
<p data-needs-script hidden>Loading…</p>
</div>
</div>
</section>
<section class="measure" aria-labelledby="digest-title">
<h2 id="digest-title">Look up a digest</h2>
<p>To see what this server has made public about a file, give the file’s SHA-256. Looking up tells this server which digest you
are interested in.</p>
<form method="get" action="/verify">
<label for="sha256">SHA-256, as 64 hexadecimal digits</label>
<p><input type="text" id="sha256" name="sha256" required minlength="64" maxlength="64" pattern="[0-9A-Fa-f]{64}" spellcheck="false" autocapitalize="none" autocomplete="off"></p>
<p><button type="submit" class="quiet">Look up</button></p>
</form>
</section>
<section class="measure" aria-labelledby="verdicts">
<h2 id="verdicts">What the verdicts mean</h2>
<dl class="facts">
<div><dt>Verified</dt><dd>A Bitcoin block holds the digest of exactly this file.</dd></div>
<div><dt>Pending</dt><dd>Calendars have promised to anchor it; no block holds it yet.</dd></div>
<div><dt>Altered</dt><dd>The file is not the one that the proof is about.</dd></div>
<div><dt>Not valid</dt><dd>The proof is damaged, or does not lead where it says.</dd></div>
<div><dt>Revoked</dt><dd>The certificate was withdrawn by who issued it.</dd></div>
<div><dt>Superseded</dt><dd>There is a newer certificate for this work.</dd></div>
<div><dt>Unknown</dt><dd>There is no proof for this file among what you gave.</dd></div>
<div><dt>Cannot check</dt><dd>Something that is needed was not to be had, such as the block’s header or the file.</dd></div>
</dl>
<p class="hint">This page works without a network once it was loaded, with a file of block headers:
<code>touchmark headers</code> writes one.</p>
</section>
`,
  };
}
