import { encodeHex } from '../../../base/hex.ts';
import { endOfMonth } from '../../../core/meter/month.ts';
import type { Timestamp } from '../../../core/timestamp/timestamp.ts';
import { renderField, renderForm, renderScripted } from '../form.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { formatNumber, renderDay, renderMinute } from '../text.ts';
import { PLAN_NAMES, renderMeter, type TimestampUsage } from '../usage.ts';
import { renderFileChoice } from './works.ts';

export interface TimestampsView {
  readonly script: string;
  readonly hashWorker: string;
  readonly usage: TimestampUsage;
  /** Newest first. */
  readonly timestamps: readonly Timestamp[];
  readonly older: string | null;
}

/** `GET /account/timestamps` */
export function renderTimestamps({ script, hashWorker, usage, timestamps, older }: TimestampsView): Page {
  return {
    title: 'Timestamps',
    scripts: [script],
    body: html`<p>Proof in Bitcoin that a file existed by now. The file stays on your device: your browser makes its fingerprint, and only
that is sent, with what you say about the file.</p>
<section aria-labelledby="month-title">
<h2 id="month-title">This month</h2>
${renderMeter('month-title', usage.made, usage.quota, 'timestamps made')}
<p class="hint">${formatNumber(Math.max(0, usage.quota - usage.made))} left with the ${PLAN_NAMES[usage.plan]} plan, here and by API together. Counting starts again on ${renderDay(endOfMonth(usage.month))}, UTC.</p>
</section>
<section aria-labelledby="new-title">
<h2 id="new-title">Timestamp a file</h2>
${usage.made < usage.quota ? renderNew(hashWorker) : USED_UP}
</section>
<section aria-labelledby="made-title">
<h2 id="made-title">Your timestamps</h2>
<p>Newest first, also those that you made by API. Times are UTC.</p>
${timestamps.length === 0 ? html`<p>None so far.</p>` : null}
<ul class="cards">
${timestamps.map(
  (timestamp) => html`<li>${renderTimestamp(timestamp)}</li>
`,
)}</ul>
${renderOlder(older)}
</section>
`,
  };
}

const USED_UP = html`<p class="notice">This month’s timestamps are used up. Go on next month, or with a larger plan.</p>
<p><a class="button" href="/account/credits">See plans</a></p>`;

const form = 'timestamp';

function renderNew(hashWorker: string): Html {
  return renderForm({
    id: form,
    api: '/api/account/timestamps',
    after: { goTo: '/account/timestamps' },
    submit: 'Timestamp it',
    content: [
      renderFileChoice({ form, into: 'sha256_hash', hashWorker }),
      renderField({
        form,
        name: 'sha256_hash',
        label: 'SHA-256 of the file',
        hint: 'Filled in when you choose the file; or what sha256sum says.',
        autocomplete: 'off',
        required: true,
        minLength: 64,
        maxLength: 64,
        codes: ['INVALID_SHA256_HASH', 'DUPLICATE_TIMESTAMP'],
      }),
      renderField({
        form,
        name: 'filename',
        label: 'Name of the file',
        hint: 'Only you see it.',
        autocomplete: 'off',
        required: true,
        maxLength: 255,
        codes: ['INVALID_FILENAME'],
      }),
      renderField({
        form,
        name: 'file_size_bytes',
        label: 'Size in bytes',
        hint: 'Filled in when you choose the file.',
        type: 'number',
        autocomplete: 'off',
        required: true,
        maxLength: 15,
        codes: ['INVALID_FILE_SIZE'],
      }),
      renderScripted({ form, name: 'file_type' }),
    ],
  });
}

function renderTimestamp(timestamp: Timestamp): Html {
  const { id, certificateId, filename, digest, createdAt } = timestamp;
  return html`<h3><a href="/cert/${certificateId}"><bdi>${filename}</bdi></a></h3>
${renderStatus(timestamp)}
<p class="hint">${certificateId}, made ${renderMinute(createdAt)}</p>
<p><code class="break">${encodeHex(digest)}</code></p>
<p class="actions"><a class="button quiet" href="/api/account/timestamps/${id}/ots" download>Download the proof<span class="hidden"> of ${filename}</span></a></p>`;
}

function renderStatus({ status, confirmation }: Timestamp): Html {
  if (confirmation !== null) {
    return html`<p class="state good"><span>In Bitcoin block ${formatNumber(confirmation.height)}, ${renderMinute(confirmation.time)}</span></p>`;
  }
  return status === 'failed'
    ? html`<p class="state bad">Not confirmed: no calendar brought it to Bitcoin</p>`
    : html`<p class="state mid">Waiting for Bitcoin</p>`;
}
