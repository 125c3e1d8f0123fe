import { escapeXml } from './escape-xml.ts';
import { renderSealSvg } from './seal.ts';

export type BadgeState = 'valid' | 'pending' | 'revoked' | 'unknown';
export const BADGE_THEMES = ['light', 'dark', 'auto'] as const;
export type BadgeTheme = (typeof BADGE_THEMES)[number];

export interface Badge {
  readonly state: BadgeState;
  readonly theme: BadgeTheme;
  /** What stands beside the seal; longer ones are cut. */
  readonly label: string;
}

/** What it says, and the colour behind it: at least 4.5:1 against white. */
const STATES: Readonly<Record<BadgeState, { readonly text: string; readonly title: string; readonly colour: string }>> =
  {
    valid: { text: 'Valid', title: 'valid, anchored in Bitcoin', colour: '#1a6b3c' },
    pending: { text: 'Pending', title: 'valid, not yet confirmed in Bitcoin', colour: '#8a5a00' },
    revoked: { text: 'Revoked', title: 'revoked', colour: '#b3261e' },
    unknown: { text: 'Unknown', title: 'there is no such certificate', colour: '#57606a' },
  };

const LIGHT = '.b{fill:#fff;stroke:#c9ced4}.t{color:#24292f;fill:#24292f}';
const DARK = '.b{fill:#1b1f24;stroke:#444c56}.t{color:#e6edf3;fill:#e6edf3}';

/** The style of each theme: it depends on nothing else, so a content security policy can name its hash. */
export const BADGE_STYLES: Readonly<Record<BadgeTheme, string>> = {
  light: LIGHT,
  dark: DARK,
  auto: `${LIGHT}@media(prefers-color-scheme:dark){${DARK}}`,
};

const HEIGHT = 24;
const SEAL = 16;
const GAP = 6;
const BASELINE = 16;
const LABEL_MAX_CHARACTERS = 40;
/** Advances of an 11 px sans-serif letter; `textLength` makes whatever font there is keep to the sum. */
const NARROW = 3.4;
const USUAL = 6.3;
const WIDE = 8.4;
const FULL_WIDTH = 11;

/** A self-contained SVG: no script, font or address in it. */
export function renderBadge({ state, theme, label }: Badge): string {
  const { text, title, colour } = STATES[state];
  const shown = cut(label);
  const labelWidth = measure(shown);
  const textWidth = measure(text);
  const labelX = GAP + SEAL + GAP;
  const split = labelX + labelWidth + GAP + 2;
  const width = split + textWidth + 2 * (GAP + 2);
  const right = width - split;
  const name = `${shown} certificate: ${title}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" ` +
    `role="img" aria-label="${escapeXml(name)}"><title>${escapeXml(name)}</title><style>${BADGE_STYLES[theme]}</style>` +
    // Half a pixel in, so that a line of one pixel is one pixel.
    `<rect class="b" x=".5" y=".5" width="${width - 1}" height="${HEIGHT - 1}" rx="3.5"/>` +
    `<path d="M${split} 0h${right - 4}a4 4 0 0 1 4 4v16a4 4 0 0 1-4 4H${split}Z" fill="${colour}"/>` +
    `<g class="t">${renderSealSvg(GAP, (HEIGHT - SEAL) / 2, SEAL)}</g>` +
    `<g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">` +
    `<text class="t" x="${labelX}" y="${BASELINE}" textLength="${labelWidth}" lengthAdjust="spacingAndGlyphs">${escapeXml(shown)}</text>` +
    `<text x="${split + GAP + 2}" y="${BASELINE}" textLength="${textWidth}" lengthAdjust="spacingAndGlyphs" fill="#fff">${text}</text>` +
    `</g></svg>\n`
  );
}

function cut(label: string): string {
  const letters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(label)].map(
    ({ segment }) => segment,
  );
  return letters.length <= LABEL_MAX_CHARACTERS ? label : `${letters.slice(0, LABEL_MAX_CHARACTERS - 1).join('')}…`;
}

function measure(text: string): number {
  let width = 0;
  for (const letter of text) {
    if (/\p{M}/u.test(letter)) continue;
    if (letter.codePointAt(0)! >= 0x1100) width += FULL_WIDTH;
    else if (/[iljtfrI.,:;'!|() ]/.test(letter)) width += NARROW;
    else if (/[mwMW@%&A-Z]/.test(letter)) width += WIDE;
    else width += USUAL;
  }
  return Math.max(1, Math.round(width));
}
