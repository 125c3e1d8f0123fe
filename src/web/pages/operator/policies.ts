import type { PolicyView } from '../../../core/audio/policies.ts';
import { renderDetails } from '../details.ts';
import { renderForm, renderTextArea } from '../form.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { formatNumber, renderMinute } from '../text.ts';
import { renderRows } from './parts.ts';
import { renderReason } from './reason.ts';

/** `GET /operator/policies` */
export function renderPolicies(policies: readonly PolicyView[]): Page {
  return {
    title: 'Audio policies',
    body: html`<p>A policy says from which likeness on two recordings match, and how often that was wrong when it was measured.
Without one in force no live certificate matches any audio.</p>
${policies.length === 0 ? html`<p class="notice">None was accepted so far.</p>` : null}
<ul class="cards">
${policies.map(
  (policy) => html`<li>${renderPolicy(policy)}</li>
`,
)}</ul>
<section aria-labelledby="accept-title">
<h2 id="accept-title">Accept a policy</h2>
<p>What <code>touchmark calibrate</code> has signed. It is in force from then on. For one with a cohort the command line is
easier: <code>touchmark policy accept FILE</code></p>
${renderForm({
  id: 'accept',
  api: '/api/operator/policies',
  submit: 'Accept',
  content: [
    renderTextArea({ form: 'accept', name: 'policy', label: 'Signed policy, as JSON', required: true }, 'json'),
    renderTextArea(
      { form: 'accept', name: 'cohort', label: 'Cohort, as JSON', hint: 'Optional.', whenEmpty: 'omit' },
      'json',
    ),
    renderReason('accept'),
  ],
})}
</section>
`,
  };
}

function renderPolicy({ id, isInForce, withdrawnAt, acceptedAt, acceptedBy, signed }: PolicyView): Html {
  const { corpus, heldOut, date } = signed.policy;
  const [tone, says] =
    withdrawnAt !== null ? ['bad', 'Withdrawn'] : isInForce ? ['good', 'In force'] : ['waiting', 'Accepted'];
  return html`<h2><code>${id}</code></h2>
<p class="state ${tone}">${says}</p>
${renderRows([
  { name: 'Measured', value: date },
  {
    name: 'On',
    value: html`<bdi>${corpus.description}</bdi>: ${formatNumber(corpus.recordings)} recordings, ${formatNumber(corpus.releases)} releases`,
  },
  { name: 'False matches', value: `${formatNumber(heldOut.falseMatches)} of ${formatNumber(heldOut.impostors)}` },
  { name: 'Missed matches', value: `${formatNumber(heldOut.falseNonMatches)} of ${formatNumber(heldOut.genuine)}` },
  { name: 'Accepted', value: html`${renderMinute(acceptedAt)} by <code>${acceptedBy}</code>` },
  withdrawnAt === null ? null : { name: 'Withdrawn', value: renderMinute(withdrawnAt) },
])}
${
  withdrawnAt === null
    ? renderDetails(
        'Withdraw it',
        renderForm({
          id: `withdraw-${id}`,
          api: `/api/operator/policies/${encodeURIComponent(id)}/withdraw`,
          submit: 'Withdraw',
          tone: 'danger',
          content: renderReason(`withdraw-${id}`),
        }),
      )
    : null
}`;
}
