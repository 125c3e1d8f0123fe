import type { TrackCertificate } from '../../../core/registry/certificate.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { renderDay } from '../text.ts';
import { renderChoice } from './parts.ts';

export interface CertificatesView {
  readonly q: string;
  readonly status: string;
  readonly mode: string;
  readonly certificates: readonly TrackCertificate[];
  readonly older: string | null;
}

/** `GET /operator/certificates` */
export function renderCertificates({ q, status, mode, certificates, older }: CertificatesView): Page {
  return {
    title: 'Certificates of recordings',
    body: html`<form method="get" action="/operator/certificates" class="filters" role="search">
<div class="field"><label for="q">Id, SHA-256 of the master, or start of the title</label>
<input id="q" name="q" value="${q}" maxlength="200" autocomplete="off" spellcheck="false"></div>
${renderChoice('status', 'Status', status, ['all', 'active', 'revoked'])}
${renderChoice('mode', 'Mode', mode, ['live', 'test'])}
<p class="actions"><button type="submit">Find</button></p>
</form>
${certificates.length === 0 ? html`<p>Nothing found.</p>` : null}
<ul class="cards">
${certificates.map(
  ({
    id,
    title,
    issuedAt,
    isActive,
    isHighRisk,
  }) => html`<li><h2><a href="/operator/certificates/${id}"><bdi>${title}</bdi></a></h2>
<p class="hint"><code>${id}</code>, ${renderDay(issuedAt)}${isHighRisk ? ', high risk' : null}</p>
<p class="state ${isActive ? 'good' : 'bad'}">${isActive ? 'Active' : 'Revoked'}</p></li>
`,
)}</ul>
${renderOlder(older)}
`,
  };
}
