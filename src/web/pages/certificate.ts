import { encodeHex } from '../../base/hex.ts';
import type { CertificateView, Subject } from '../registry/certificate-view.ts';
import {
  describeDeclarations,
  formatDuration,
  nameLanguage,
  OWNERSHIP_WORDS,
  REVOCATION_WORDS,
  WORK_TYPE_WORDS,
} from '../registry/certificate-words.ts';
import { REGISTRY_STYLE_ASSET } from '../site-assets.ts';
import { renderSnippets } from './certificate-snippets.ts';
import { renderTimeline } from './certificate-timeline.ts';
import { type Content, type Html, html } from './html.ts';
import { type RelayResult, renderRelay } from './relay.ts';
import { renderSeal } from './seal.ts';
import type { SitePage } from './site-layout.ts';
import { renderMinute } from './text.ts';
import { renderVersions } from './version-graph.ts';

export interface CertificatePageView {
  readonly certificate: CertificateView;
  /** Address of the script that checks it and copies snippets. */
  readonly script: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** What came of a message to the author; null when none was sent. */
  readonly relay?: RelayResult | null;
}

const KINDS: Readonly<Record<Subject['kind'], string>> = {
  recording: 'Certificate of a recording',
  work: 'Certificate of a work',
  timestamp: 'Timestamp',
};

const STATES = {
  valid: { tone: 'good', says: 'Valid, and confirmed in Bitcoin' },
  pending: { tone: 'mid', says: 'Valid; Bitcoin’s confirmation is still to come' },
  revoked: { tone: 'bad', says: 'Revoked: do not rely on it' },
} as const;

/** `GET /cert/{id}` */
export function renderCertificate({ certificate, script, publicUrl, relay = null }: CertificatePageView): SitePage {
  const { id, state, subject, isSandbox, versions, workSha256, issuedAt, signed } = certificate;
  const title = titleOf(certificate);
  const { tone, says } = STATES[subject.kind === 'timestamp' && state === 'pending' ? 'pending' : state];
  const description = isFindable(certificate) ? describe(certificate) : null;
  const address = `${publicUrl}/cert/${id}`;
  return {
    title,
    description,
    section: '/registry',
    scripts: [script],
    head: [
      html`<link rel="canonical" href="${address}">
<link rel="stylesheet" href="${REGISTRY_STYLE_ASSET.path}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="Touchmark">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${describe(certificate)}">
<meta property="og:url" content="${address}">
<meta property="og:image" content="${address}/qr.png">
<meta name="twitter:card" content="summary">`,
    ],
    body: html`<section class="hero certificate" aria-labelledby="title">
<div class="measure">
<p class="eyebrow">${KINDS[subject.kind]}</p>
<h1 id="title"><bdi>${title}</bdi></h1>
${renderMaker(subject)}
<p class="state large ${tone}">${subject.kind === 'timestamp' && state === 'valid' ? 'Confirmed in Bitcoin' : says}</p>
</div>
<div class="hero-seal ${state}">${renderSeal()}</div>
</section>
${renderNotices(certificate)}
<div class="columns">
<section aria-labelledby="timeline-title">
<h2 id="timeline-title">How it is proven</h2>
${renderTimeline(certificate)}
</section>
${
  signed === null
    ? null
    : html`<section aria-labelledby="check-title">
<h2 id="check-title">Checked on your device</h2>
<div id="check" data-document="/api/v1/certificates/${id}/document">
<noscript><p>Your browser runs no JavaScript here. The proof bundle below has everything to check it elsewhere:
<code>npx touchmark verify ${id}.proof-bundle.zip</code></p></noscript>
<p data-needs-script hidden>Checking the signature and the entry in the public log…</p>
</div>
</section>`
}
<section aria-labelledby="facts-title">
<h2 id="facts-title">What it says</h2>
<dl class="facts">
<div><dt>Certificate</dt><dd><code>${id}</code></dd></div>
<div><dt>SHA-256 of the ${NOUNS[subject.kind]}</dt><dd><code>${encodeHex(workSha256)}</code></dd></div>
<div><dt>${subject.kind === 'timestamp' ? 'Made' : 'Issued'}</dt><dd>${renderMinute(issuedAt)} UTC</dd></div>
${listFacts(subject).map(
  ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
)}
${
  signed === null
    ? null
    : html`<div><dt>Signed by key</dt><dd><code>${signed.keyId}</code></dd></div>
<div><dt>Version</dt><dd>${subject.kind === 'work' ? subject.work.version : signed.version}</dd></div>`
}
</dl>
${isSandbox ? html`<p class="hint">Test certificates say nothing about a real work.</p>` : null}
</section>
</div>
${renderVersions(versions)}
<section aria-labelledby="files-title">
<h2 id="files-title">Take it with you</h2>
<ul class="cards three">
<li><h3>Certificate</h3><p>One page to print or to file, with the proofs inside as attachments.</p>
<p class="actions"><a class="button" href="/cert/${id}/certificate.pdf">PDF, A4</a> <a class="button quiet" href="/cert/${id}/certificate.pdf?size=letter">Letter</a></p></li>
<li><h3>Proof bundle</h3><p>All evidence, and instructions to check it with tools that you have, without this server.</p>
<p class="actions"><a class="button" href="/cert/${id}/proof-bundle.zip">ZIP</a></p></li>
<li><h3>Code</h3><p>Leads a camera to this page.</p>
<p class="actions"><a class="button quiet" href="/cert/${id}/qr.svg">SVG</a> <a class="button quiet" href="/cert/${id}/qr.png">PNG</a></p></li>
</ul>
</section>
${renderSnippets(certificate, publicUrl)}
${subject.kind === 'work' && subject.hasAuthor ? renderRelay(id, relay) : null}
<section class="measure"><p class="hint">Times are UTC. A certificate shows that exactly these bytes were known at that time, and what was
declared about them. It does not show that what was declared is true.</p></section>
`,
  };
}

const NOUNS: Readonly<Record<Subject['kind'], string>> = { recording: 'master', work: 'file', timestamp: 'file' };

function titleOf({ subject, id }: CertificateView): string {
  if (subject.kind === 'recording') return subject.claims.track.title;
  if (subject.kind === 'timestamp') return id;
  return subject.title ?? 'A private work';
}

/** Search engines are shown what its owner shows to everybody, and nothing of the sandbox. */
function isFindable({ subject, isSandbox }: CertificateView): boolean {
  if (subject.kind === 'timestamp') return false;
  return !isSandbox && (subject.kind === 'recording' || subject.work.privacy !== 'private');
}

function describe(certificate: CertificateView): string {
  const { subject, state, id } = certificate;
  const by =
    subject.kind === 'recording'
      ? ` by ${subject.claims.artist.displayName}`
      : subject.kind === 'work' && subject.author !== null
        ? ` by ${subject.author}`
        : '';
  const title = titleOf(certificate);
  const what = title === id ? title : `${title}${by}, certificate ${id}`;
  return `${what}. ${STATES[state].says}.`;
}

function renderMaker(subject: Subject): Html | null {
  switch (subject.kind) {
    case 'recording': {
      const { handle, displayName } = subject.claims.artist;
      return html`<p class="lead">by <a href="/u/${handle}"><bdi>${displayName}</bdi></a></p>`;
    }
    case 'work':
      if (subject.author !== null) return html`<p class="lead">by <bdi>${subject.author}</bdi></p>`;
      return html`<p class="lead">${
        subject.work.privacy === 'public'
          ? 'The author was erased at their own wish.'
          : subject.work.privacy === 'anonymous'
            ? 'The author is known to the certificate and shown to nobody.'
            : 'Title and author are known to the certificate and shown to nobody.'
      }</p>`;
    case 'timestamp':
      return html`<p class="lead">A file’s fingerprint, set into Bitcoin.</p>`;
  }
}

function renderNotices({ revoked, isSandbox, versions }: CertificateView): Content {
  const newest = versions.at(-1);
  return [
    revoked === null
      ? null
      : html`<section class="notice bad"><p><strong>Revoked on ${renderMinute(revoked.at)} UTC.</strong>
${REVOCATION_WORDS[revoked.reason] ?? revoked.reason} <code>${revoked.reason}</code></p></section>`,
    isSandbox
      ? html`<section class="notice wait"><p><strong>A test certificate.</strong> It was made to try things out.</p></section>`
      : null,
    newest?.path == null || newest.isThis
      ? null
      : html`<section class="notice wait"><p><strong>There is a newer version of this work:</strong>
<a href="${newest.path}">version ${newest.number}</a>.</p></section>`,
  ];
}

function listFacts(subject: Subject): readonly (readonly [name: string, value: Content])[] {
  if (subject.kind === 'timestamp') return [];
  if (subject.kind === 'recording') {
    const { master, standard, declarations } = subject.claims;
    return [
      ...(master.durationMs === null ? [] : [['Length', formatDuration(master.durationMs)] as const]),
      ['Reviewed by standard', standard],
      ...describeDeclarations(declarations),
    ];
  }
  const { workType, sourceLanguage, creationDate, ownership, workId } = subject.work;
  return [
    ['Kind', WORK_TYPE_WORDS[workType]],
    ...(sourceLanguage === null ? [] : [['Language', nameLanguage(sourceLanguage)] as const]),
    ...(creationDate === null ? [] : [['Made, by its owner’s word', creationDate] as const]),
    ['Ownership', OWNERSHIP_WORDS[ownership]],
    ['Work', html`<code>${workId}</code>`],
  ];
}
