import { encodeHex } from '../../base/hex.ts';
import type { ShownVersion } from '../registry/certificate-view.ts';
import { type Content, type Html, html } from './html.ts';
import { renderDay } from './text.ts';

/** More are listed, but not drawn. */
const DRAWN_MAX = 24;
const STEP = 120;
const RADIUS = 22;
const MIDDLE = 60;
const HEIGHT = 96;
const MARGIN = 56;

const STATUS_WORDS: Readonly<Record<ShownVersion['status'], readonly [tone: string, word: string]>> = {
  active: ['good', 'Active'],
  revoked: ['bad', 'Revoked'],
  superseded: ['waiting', 'Replaced by the next version'],
};

/** The versions as a chain, and beneath it as a list, which is all that screen readers are told. */
export function renderVersions(versions: readonly ShownVersion[]): Content {
  if (versions.length < 2) return null;
  return html`<section aria-labelledby="versions-title">
<h2 id="versions-title">Versions</h2>
<div class="chain" tabindex="0" role="region" aria-label="Versions, drawn">${drawChain(versions.slice(-DRAWN_MAX))}</div>
<ol class="versions">
${versions.toReversed().map((version) => {
  const [tone, word] = STATUS_WORDS[version.status];
  const name = `Version ${version.number}`;
  return html`<li><p><strong>${version.path === null || version.isThis ? name : html`<a href="${version.path}">${name}</a>`}</strong>
${version.isThis ? 'is this one' : null} <span class="hint">${renderDay(version.at)}, entry ${version.sequence} of the log</span></p>
<p class="state ${tone}">${word}</p>
<p class="hint"><code>${encodeHex(version.sha256)}</code></p></li>
`;
})}</ol>
</section>`;
}

function drawChain(versions: readonly ShownVersion[]): Html {
  const width = MARGIN * 2 + (versions.length - 1) * STEP;
  return html`<svg viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" aria-hidden="true" focusable="false">
${versions.slice(1).map((_, i) => {
  const from = MARGIN + i * STEP + RADIUS;
  const to = from + STEP - 2 * RADIUS - 9;
  return html`<path class="link" d="M${from} ${MIDDLE}H${to}"/><path class="tip" d="M${to} ${MIDDLE - 5}l9 5-9 5Z"/>`;
})}
${versions.map((version, i) => drawNode(version, MARGIN + i * STEP))}
</svg>`;
}

function drawNode({ number, status, isThis }: ShownVersion, x: number): Html {
  const cross = RADIUS * 0.7;
  return html`<g class="node ${status} ${isThis ? 'this' : ''}"><circle cx="${x}" cy="${MIDDLE}" r="${RADIUS}"/>
<text x="${x}" y="${MIDDLE + 6}" text-anchor="middle">${number}</text>
${
  status === 'revoked'
    ? html`<path class="cross" d="M${x - cross} ${MIDDLE - cross}L${x + cross} ${MIDDLE + cross}"/>`
    : null
}
${isThis ? html`<text class="here" x="${x}" y="18" text-anchor="middle">this one</text>` : null}</g>`;
}
