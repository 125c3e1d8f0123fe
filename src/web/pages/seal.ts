import { type Html, html } from './html.ts';

/*
 * The touchmark: what a pewterer struck into a finished piece. A beaded circle, a crown, and a rose of five petals. All
 * of it is paths, so it looks the same everywhere and needs no font. Colours are the pages' own: see the style's `.seal`.
 */

const PETAL = 'M94.5 109C85 99 80 84 89 77c5-4 9-2 11 3 2-5 6-7 11-3 9 7 4 22-5.5 32-3.5-2.2-7.5-2.2-11 0Z';
const SEPAL = 'M100 103c-2.5-8-2.5-15 0-23 2.5 8 2.5 15 0 23Z';
const CROWN = 'M76 59 71 36l14 10L100 27l15 19 14-10-5 23Z';
const CROWN_BAND = 'M75 63h50v6H75Z';
const ANGLES = [0, 72, 144, 216, 288];

const turned = (path: string, by: number): Html[] =>
  ANGLES.map((angle) => html`<path d="${path}" transform="rotate(${angle + by} 100 121)"/>`);

/** The rose and crown. */
const DEVICE = html`<path d="${CROWN}"/><path d="${CROWN_BAND}"/><circle cx="71" cy="34" r="3.4"/><circle cx="100" cy="24" r="3.8"/><circle cx="129" cy="34" r="3.4"/>${turned(PETAL, 0)}${turned(SEPAL, 36)}<circle cx="100" cy="121" r="6"/>`;

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
