/** One line or area of a chart. Points are in the units of the axes. */
export interface Series {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly (readonly [number, number])[];
  /** Columns between the points and the bottom in place of a line. */
  readonly isFilled?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly (readonly [at: number, label: string])[];
}

interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Vertical lines. */
  readonly marks: readonly (readonly [at: number, label: string])[];
}

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 60;

/** A chart that needs nothing but itself. */
export function drawChart({ title, x, y, series, marks }: Chart): string {
  const atX = (value: number) => round(LEFT + ((value - x.min) / (x.max - x.min)) * (WIDTH - LEFT - RIGHT));
  const atY = (value: number) => round(HEIGHT - BOTTOM - ((value - y.min) / (y.max - y.min)) * (HEIGHT - TOP - BOTTOM));
  const [bottom, right] = [HEIGHT - BOTTOM, WIDTH - RIGHT];
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="24" font-size="15">${escapeXml(title)}</text>`,
    ...x.ticks.flatMap(([at, label]) => [
      `<path d="M${atX(at)} ${TOP}V${bottom}" stroke="#e4e4e4"/>`,
      `<text x="${atX(at)}" y="${bottom + 18}" text-anchor="middle">${escapeXml(label)}</text>`,
    ]),
    ...y.ticks.flatMap(([at, label]) => [
      `<path d="M${LEFT} ${atY(at)}H${right}" stroke="#e4e4e4"/>`,
      `<text x="${LEFT - 8}" y="${atY(at) + 4}" text-anchor="end">${escapeXml(label)}</text>`,
    ]),
    ...series.map(({ points, colour, isFilled }) => {
      const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${atX(px)} ${atY(py)}`).join('');
      if (!isFilled) return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
      const columns = points.map(([px, py]) => `M${atX(px)} ${bottom}V${atY(py)}`).join('');
      return `<path d="${columns}" fill="none" stroke="${colour}" stroke-width="5" stroke-opacity=".7"/>`;
    }),
    ...marks.flatMap(([at, label]) => [
      `<path d="M${atX(at)} ${TOP}V${bottom}" stroke="#555" stroke-dasharray="4 3"/>`,
      `<text x="${atX(at) + 4}" y="${TOP + 12}">${escapeXml(label)}</text>`,
    ]),
    ...series.map(
      ({ label, colour }, i) =>
        `<rect x="${LEFT + 12 + 210 * i}" y="${TOP + 22}" width="12" height="12" fill="${colour}"/>` +
        `<text x="${LEFT + 30 + 210 * i}" y="${TOP + 32}">${escapeXml(label)}</text>`,
    ),
    `<path d="M${LEFT} ${TOP}V${bottom}H${right}" fill="none" stroke="#333"/>`,
    `<text x="${(LEFT + right) / 2}" y="${HEIGHT - 16}" text-anchor="middle">${escapeXml(x.label)}</text>`,
    `<text transform="translate(16 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(y.label)}</text>`,
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
