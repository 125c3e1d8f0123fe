import type { CertificateView } from '../registry/certificate-view.ts';
import { type Html, html } from './html.ts';

interface Snippet {
  readonly id: string;
  readonly name: string;
  readonly says: string;
  readonly code: string;
}

/** What to put into other pages; ready to be copied. */
export function renderSnippets(certificate: CertificateView, publicUrl: string): Html {
  return html`<section aria-labelledby="embed-title">
<h2 id="embed-title">Show it elsewhere</h2>
<p class="badge-shown"><img src="/cert/${certificate.id}/badge.svg" alt="The badge, which says what the certificate’s state is" height="24"></p>
${listSnippets(certificate, publicUrl).map(
  ({ id, name, says, code }) => html`<div class="snippet"><h3>${name}</h3><p>${says}</p>
<pre tabindex="0" aria-label="${name}"><code id="${id}">${code}</code></pre>
<p class="actions"><button type="button" class="quiet" data-copy="${id}" hidden>Copy</button> <span role="status" class="hint"></span></p></div>
`,
)}</section>`;
}

function listSnippets({ id, subject }: CertificateView, publicUrl: string): readonly Snippet[] {
  const page = `${publicUrl}/cert/${id}`;
  const badge = `${page}/badge.svg`;
  const alt = 'Touchmark certificate';
  const seal: Snippet = {
    id: 'snippet-seal',
    name: 'Seal',
    says: 'Shown while the certificate is active, and not at all otherwise. The script once, the element wherever you like.',
    code: `<script src="${publicUrl}/static/embed-widget.js" async></script>\n<span data-trackorigin-cert="${id}" data-variant="badge"></span>`,
  };
  return [
    ...(subject.kind === 'recording' ? [seal] : []),
    {
      id: 'snippet-html',
      name: 'Badge in HTML',
      says: 'A picture that says the state, and leads here.',
      code: `<a href="${page}"><img src="${badge}" alt="${alt}" height="24"></a>`,
    },
    {
      id: 'snippet-markdown',
      name: 'Badge in Markdown',
      says: 'The same for a README.',
      code: `[![${alt}](${badge})](${page})`,
    },
  ];
}
