import { encodeHex } from '../../../base/hex.ts';
import type { TrackCertificate } from '../../../core/registry/certificate.ts';
import type { Metadata, Submission } from '../../../core/registry/submission.ts';
import { describeDeclarations, formatDuration } from '../../registry/certificate-words.ts';
import { renderCheck, renderField, renderForm, renderSelect } from '../form.ts';
import { type Content, type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderMinute } from '../text.ts';
import { type Row, renderRows } from './parts.ts';
import { REASON_MAX_CHARS } from './reason.ts';

/** A certificate whose audio resembles that of a submission, and how much, in words. */
export interface SimilarTrack {
  readonly id: string;
  readonly says: string;
}

export interface SubmissionView {
  readonly submission: Submission;
  /** Null when the account is gone. */
  readonly submitter: { readonly email: string; readonly displayName: string } | null;
  readonly otherSubmissions: readonly Submission[];
  readonly certificates: readonly TrackCertificate[];
  readonly similarAudio: readonly SimilarTrack[];
}

/** `GET /operator/submissions/{id}` */
export function renderSubmission(view: SubmissionView): Page {
  const { submission, submitter, otherSubmissions, certificates, similarAudio } = view;
  const { id, title, artist, sha256, durationMs, createdAt, status, decision, declarations, isSandbox } = submission;
  return {
    title,
    body: html`<p>Submission <code>${id}</code>: ${status}${isSandbox ? ', of the sandbox' : null}.</p>
<section aria-labelledby="what">
<h2 id="what">What was sent</h2>
${renderRows([
  { name: 'Artist', value: artist === null ? 'gone' : html`<bdi>${artist.displayName}</bdi>, @${artist.handle}` },
  {
    name: 'Submitter',
    value: submitter === null ? 'gone' : html`<bdi>${submitter.displayName}</bdi>, ${submitter.email}`,
  },
  { name: 'Sent', value: renderMinute(createdAt) },
  { name: 'Master', value: html`<code>${encodeHex(sha256)}</code>` },
  { name: 'Length', value: formatDuration(durationMs) },
  {
    name: 'Fingerprints',
    value: [submission.fingerprint, submission.fingerprint2].filter((one) => one !== null).length,
  },
  ...describeDeclarations(declarations as unknown as Record<string, unknown>).map(([name, value]) => ({ name, value })),
  ...describeMetadata(submission.metadata),
])}
</section>
${renderSame(otherSubmissions, certificates, similarAudio)}
${
  decision === null
    ? status === 'pending'
      ? renderDecisionForm(id)
      : null
    : html`<section aria-labelledby="decided"><h2 id="decided">Decided</h2>
${renderRows([
  { name: 'Verdict', value: decision.verdict },
  { name: 'Reason', value: html`<bdi>${decision.reason}</bdi>` },
  { name: 'When', value: renderMinute(decision.at) },
  decision.certificateId === null
    ? null
    : {
        name: 'Certificate',
        value: html`<a href="/operator/certificates/${decision.certificateId}">${decision.certificateId}</a>`,
      },
])}</section>`
}
`,
  };
}

function renderDecisionForm(id: string): Html {
  const form = 'decision';
  return html`<section aria-labelledby="decide">
<h2 id="decide">Decide</h2>
<p class="hint">Once and for good: a verified recording gets its certificate at once.</p>
${renderForm({
  id: form,
  api: `/api/operator/submissions/${id}/decision`,
  submit: 'Decide',
  content: [
    renderSelect({ form, name: 'verdict', label: 'Verdict', value: 'verified' }, [
      { value: 'verified', label: 'Verified: issue the certificate' },
      { value: 'rejected', label: 'Rejected' },
    ]),
    renderField({
      form,
      name: 'reason',
      label: 'Reason',
      hint: 'The submitter reads it.',
      required: true,
      maxLength: REASON_MAX_CHARS,
    }),
    renderCheck({ form, name: 'high_risk', label: 'A match of its audio needs both fingerprints', isChecked: false }),
    renderCheck({
      form,
      name: 'allow_duplicate',
      label: 'Also when the recording has an active certificate',
      isChecked: false,
    }),
  ],
})}
</section>`;
}

function renderSame(
  submissions: readonly Submission[],
  certificates: readonly TrackCertificate[],
  similarAudio: readonly SimilarTrack[],
): Content {
  if (submissions.length + certificates.length + similarAudio.length === 0) {
    return html`<section aria-labelledby="same"><h2 id="same">Of the same recording</h2><p>Nothing else is known.</p></section>`;
  }
  return html`<section aria-labelledby="same"><h2 id="same">Of the same recording</h2>
<ul>
${certificates.map(
  ({ id, title, isActive }) =>
    html`<li>Certificate <a href="/operator/certificates/${id}">${id}</a>: <bdi>${title}</bdi>, ${
      isActive ? 'active' : 'revoked'
    }</li>
`,
)}${submissions.map(
  ({ id, title, status }) =>
    html`<li>Submission <a href="/operator/submissions/${id}">${id}</a>: <bdi>${title}</bdi>, ${status}</li>
`,
)}${similarAudio.map(
  ({ id, says }) =>
    html`<li>Similar audio: <a href="/operator/certificates/${id}">${id}</a>, ${says}</li>
`,
)}</ul>
</section>`;
}

function describeMetadata({ contributors = [], ...texts }: Metadata): readonly Row[] {
  return [
    ...Object.entries(texts).map(([name, value]) => ({
      name: name.replace('_', ' '),
      value: html`<bdi>${String(value)}</bdi>`,
    })),
    ...contributors.map(({ name, role }) => ({ name: role, value: html`<bdi>${name}</bdi>` })),
  ];
}
