import { SEAL_DISCS, SEAL_PATHS, SEAL_TURNS_AROUND } from '../../documents/seal.ts';
import { type Html, html } from './html.ts';

const { x, y } = SEAL_TURNS_AROUND;

/** The rose and crown. Colours are the pages' own: see the style's `.seal`. */
const DEVICE = html`${SEAL_PATHS.map(({ path, turn }) =>
  turn === 0 ? html`<path d="${path}"/>` : html`<path d="${path}" transform="rotate(${turn} ${x} ${y})"/>`,
)}${SEAL_DISCS.map((disc) => html`<circle cx="${disc.x}" cy="${disc.y}" r="${disc.radius}"/>`)}`;

/** The seal as it stands at the head of a page. Decoration: what it says stands beside it as text. */
export function renderSeal(): Html {
  return html`<svg class="seal" viewBox="0 0 200 200" aria-hidden="true" focusable="false">
<defs><linearGradient id="metal" x1="0" y1="0" x2=".7" y2="1"><stop offset="0" class="high"/><stop offset=".5" class="mid"/><stop offset="1" class="low"/></linearGradient>
<linearGradient id="metal-rim" x1="0" y1="0" x2=".7" y2="1"><stop offset="0" class="low"/><stop offset=".5" class="mid"/><stop offset="1" class="high"/></linearGradient></defs>
<circle cx="100" cy="100" r="98" fill="url(#metal-rim)"/>
<circle cx="100" cy="100" r="93" fill="url(#metal)"/>
<circle cx="100" cy="100" r="85" fill="none" class="line" stroke-width="4.6" stroke-linecap="round" stroke-dasharray=".01 8.9" opacity=".8"/>
<circle cx="100" cy="101.2" r="76" fill="none" class="light" stroke-width="1.4" opacity=".8"/>
<circle cx="100" cy="100" r="76" fill="none" class="line" stroke-width="1.6"/>
<g transform="translate(0 4)"><g fill="none" class="light" stroke-width="3" transform="translate(.8 1.6)" opacity=".75">${DEVICE}</g>
<g class="cut">${DEVICE}</g>
</g>
</svg>`;
}

/** The same for small sizes, in the colour of the text. */
export function renderSmallSeal(): Html {
  return html`<svg viewBox="0 0 200 200" aria-hidden="true" focusable="false"><circle cx="100" cy="100" r="92" fill="none" stroke="currentColor" stroke-width="9"/>
<g fill="currentColor" transform="translate(0 5)">${DEVICE}</g></svg>`;
}

/** `/favicon.svg`: in the colour that the browser's own bars have text in. */
export const FAVICON_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><style>g,circle{color:#155a58}@media(prefers-color-scheme:dark){g,circle{color:#86c9c1}}</style><circle cx="100" cy="100" r="90" fill="none" stroke="currentColor" stroke-width="14"/><g fill="currentColor" transform="translate(0 5)">${DEVICE}</g></svg>`;
