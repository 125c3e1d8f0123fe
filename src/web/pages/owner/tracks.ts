import { encodeHex } from '../../../base/hex.ts';
import { DISPLAY_NAME_MAX_CHARS } from '../../../core/account/profile.ts';
import { AI_USES, type Submission, type SubmissionStatus } from '../../../core/registry/submission.ts';
import { LINE_MAX_CHARS } from '../../../core/registry/text.ts';
import { renderCheck, renderField, renderForm, renderScripted, renderSelect } from '../form.ts';
import { type Content, type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { renderMinute } from '../text.ts';
import { renderFileChoice } from './works.ts';

export interface TracksView {
  /** Newest first. */
  readonly submissions: readonly Submission[];
  readonly older: string | null;
}

export const SUBMISSION_WORDS: Readonly<Record<SubmissionStatus, readonly [tone: string, says: string]>> = {
  pending: ['mid', 'Waits for a reviewer'],
  verified: ['good', 'Verified'],
  rejected: ['bad', 'Rejected'],
  withdrawn: ['waiting', 'Withdrawn'],
};

/** `GET /account/tracks` */
export function renderTracks({ submissions, older }: TracksView): Page {
  return {
    title: 'Tracks',
    body: html`<p>Recordings that you put before the reviewers, newest first. Times are UTC.</p>
<p><a class="button" href="/account/tracks/new">Submit a track</a></p>
${submissions.length === 0 ? html`<p>None so far.</p>` : null}
<ul class="cards">
${submissions.map(
  (submission) => html`<li>${renderTrack(submission)}</li>
`,
)}</ul>
${renderOlder(older)}
`,
  };
}

function renderTrack({ title, artist, status, decision, sha256, createdAt, isSandbox }: Submission): Html {
  const [tone, says] = SUBMISSION_WORDS[status];
  return html`<h2><bdi>${title}</bdi></h2>
<p>by <bdi>${artist?.displayName ?? 'an artist who is gone'}</bdi>${isSandbox ? ', of the sandbox' : null}</p>
<p class="state ${tone}">${says}</p>
${decision === null ? null : html`<p>“<bdi>${decision.reason}</bdi>”</p>`}
<p class="hint">Sent ${renderMinute(createdAt)}${decision === null ? null : html`, decided ${renderMinute(decision.at)}`}</p>
<p><code class="break">${encodeHex(sha256)}</code></p>
${renderCertificateLinks(decision?.certificateId ?? null)}`;
}

function renderCertificateLinks(certificateId: string | null): Content {
  return certificateId === null
    ? null
    : html`<p class="actions"><a class="button quiet" href="/cert/${certificateId}">Certificate</a></p>`;
}

const AI_WORDS: Readonly<Record<(typeof AI_USES)[number], string>> = {
  none: 'None',
  assistive: 'As an aid: nothing of it is heard as such',
  generative: 'A part of what is heard was generated',
};

const form = 'submit';

/** `GET /account/tracks/new` */
export function renderNewTrack(view: {
  readonly script: string;
  readonly hashWorker: string;
  readonly printWorker: string;
}): Page {
  const { script, hashWorker, printWorker } = view;
  return {
    title: 'Submit a track',
    scripts: [script],
    body: html`<p>The recording stays on your device: your browser makes its fingerprints, and only those are sent. A reviewer
decides, and when it is verified, the certificate is issued at once.</p>
${renderForm({
  id: form,
  api: '/api/account/submissions',
  after: { goTo: '/account/tracks' },
  submit: 'Put it before the reviewers',
  content: [
    renderFileChoice({ form, into: 'sha256', hashWorker, printWorker }),
    renderField({
      form,
      name: 'sha256',
      label: 'SHA-256 of the master',
      hint: 'Filled in when you choose the file; or what sha256sum says.',
      autocomplete: 'off',
      required: true,
      minLength: 64,
      maxLength: 64,
    }),
    renderField({
      form,
      name: 'duration_ms',
      label: 'Length in milliseconds',
      hint: 'Filled in when you choose the file.',
      type: 'number',
      autocomplete: 'off',
      required: true,
      maxLength: 9,
    }),
    renderScripted({ form, name: 'fingerprint' }),
    renderScripted({ form, name: 'fingerprint2' }),
    renderField({ form, name: 'title', label: 'Title', required: true, maxLength: LINE_MAX_CHARS }),
    html`<fieldset><legend>Artist</legend><p class="hint">Left empty: you yourself, by your profile, which needs a handle then.</p>`,
    renderField({
      form,
      name: 'artist.handle',
      label: 'Handle of an artist whom you represent',
      maxLength: 30,
      whenEmpty: 'omit',
    }),
    renderField({
      form,
      name: 'artist.display_name',
      label: 'Name of that artist',
      maxLength: DISPLAY_NAME_MAX_CHARS,
      whenEmpty: 'omit',
    }),
    html`</fieldset><fieldset><legend>What you declare</legend>`,
    renderCheck({ form, name: 'declarations.human_composition', label: 'People composed it', isChecked: false }),
    renderCheck({ form, name: 'declarations.human_performance', label: 'People perform it', isChecked: false }),
    renderCheck({
      form,
      name: 'declarations.rights_held',
      label: 'I may speak for whoever holds the rights',
      isChecked: false,
    }),
    renderSelect(
      { form, name: 'declarations.ai_use', label: 'Use of AI' },
      AI_USES.map((use) => ({ value: use, label: AI_WORDS[use] })),
    ),
    html`</fieldset>`,
    renderField({ form, name: 'metadata.isrc', label: 'ISRC', hint: 'Optional.', whenEmpty: 'omit' }),
    renderField({ form, name: 'metadata.release', label: 'Release', hint: 'Optional.', whenEmpty: 'omit' }),
    renderField({ form, name: 'metadata.label', label: 'Label', hint: 'Optional.', whenEmpty: 'omit' }),
  ],
})}
`,
  };
}
