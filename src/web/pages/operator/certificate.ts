import { encodeHex } from '../../../base/hex.ts';
import { DISPLAY_NAME_MAX_CHARS } from '../../../core/account/profile.ts';
import { REVOCATION_REASONS } from '../../../core/certificate/revocation.ts';
import type { CertificateView } from '../../../core/registry/changes.ts';
import { readClaims } from '../../../core/registry/manifest.ts';
import { LINE_MAX_CHARS } from '../../../core/registry/text.ts';
import { REVOCATION_WORDS } from '../../registry/certificate-words.ts';
import { renderField, renderForm, renderHidden, renderSelect } from '../form.ts';
import { type Content, type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderMinute } from '../text.ts';
import { renderRows } from './parts.ts';
import { renderReason } from './reason.ts';

/** `GET /operator/certificates/{id}` */
export function renderOperatorCertificate({ certificate, record }: CertificateView): Page {
  const { id, submissionId, isHighRisk, isActive, revokedFrom } = certificate;
  const { artist, track } = readClaims(record);
  return {
    title: track.title,
    body: html`<p><a href="/cert/${id}">Its public page</a></p>
<section aria-labelledby="what">
<h2 id="what">Certificate</h2>
${renderRows([
  { name: 'Id', value: html`<code>${id}</code>` },
  { name: 'Artist', value: html`<a href="/u/${artist.handle}"><bdi>${artist.displayName}</bdi></a>` },
  { name: 'Master', value: html`<code>${encodeHex(record.workSha256)}</code>` },
  { name: 'Version', value: record.version },
  { name: 'Issued', value: renderMinute(record.issuedAt) },
  { name: 'Status', value: record.status },
  record.revokedAt === null
    ? null
    : { name: 'Revoked', value: html`${renderMinute(record.revokedAt)}, ${record.revocationReason}` },
  revokedFrom === null ? null : { name: 'Effective from', value: renderMinute(revokedFrom) },
  { name: 'High risk', value: isHighRisk ? 'yes: a match needs both fingerprints' : 'no' },
  { name: 'Submission', value: html`<a href="/operator/submissions/${submissionId}">${submissionId}</a>` },
  { name: 'What was done', value: html`<a href="${`/operator/actions?subject=${id}`}">Actions</a>` },
])}
</section>
${isActive ? renderChanges(id, { title: track.title, displayName: artist.displayName, isHighRisk }) : null}
`,
  };
}

interface Present {
  readonly title: string;
  readonly displayName: string;
  readonly isHighRisk: boolean;
}

function renderChanges(id: string, { title, displayName, isHighRisk }: Present): Content {
  const api = `/api/operator/certificates/${id}`;
  return [
    renderChange(
      'correct',
      'Correct',
      'A new version is signed under the same id; the one before stays in the record.',
      [
        renderForm({
          id: 'correct',
          api: `${api}/update`,
          submit: 'Sign the next version',
          content: [
            renderField({
              form: 'correct',
              name: 'title',
              label: 'Title',
              value: title,
              required: true,
              maxLength: LINE_MAX_CHARS,
            }),
            renderField({
              form: 'correct',
              name: 'artist_display_name',
              label: 'Artist’s name',
              value: displayName,
              required: true,
              maxLength: DISPLAY_NAME_MAX_CHARS,
            }),
            renderReason('correct'),
          ],
        }),
      ],
    ),
    renderChange('risk', 'Risk', 'With high risk a match of its audio needs both fingerprints.', [
      renderForm({
        id: 'risk',
        method: 'PUT',
        api: `${api}/risk`,
        submit: isHighRisk ? 'It is no high risk' : 'It is a high risk',
        tone: 'quiet',
        content: [renderHidden('high_risk', !isHighRisk), renderReason('risk')],
      }),
    ]),
    renderChange('revoke', 'Revoke', 'There is no way back. Receivers are told at once, and the public log keeps it.', [
      renderForm({
        id: 'revoke',
        api: `${api}/revoke`,
        submit: 'Revoke the certificate',
        tone: 'danger',
        content: [
          renderSelect(
            { form: 'revoke', name: 'code', label: 'Why, for everybody' },
            REVOCATION_REASONS.map((code) => ({ value: code, label: `${code}: ${REVOCATION_WORDS[code]}` })),
          ),
          renderReason('revoke'),
          renderField({
            form: 'revoke',
            name: 'effective_at',
            label: 'Effective from',
            hint: 'Such as 2026-05-14T08:00:00Z; now when left empty.',
            whenEmpty: 'omit',
          }),
        ],
      }),
    ]),
  ];
}

function renderChange(id: string, name: string, says: string, content: readonly Html[]): Html {
  return html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${name}</h2><p class="hint">${says}</p>${content}</section>`;
}
