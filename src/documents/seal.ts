/*
 * The touchmark as vectors: a crown over a rose of five petals in a ring. It is drawn in a square of 200 units, upwards
 * is smaller, and has no colours: who draws it says them.
 */

export const SEAL_SIZE = 200;
export const SEAL_RING = { x: 100, y: 100, radius: 92, width: 9 };

const PETAL = 'M94.5 109C85 99 80 84 89 77c5-4 9-2 11 3 2-5 6-7 11-3 9 7 4 22-5.5 32-3.5-2.2-7.5-2.2-11 0Z';
const SEPAL = 'M100 103c-2.5-8-2.5-15 0-23 2.5 8 2.5 15 0 23Z';

/** Filled shapes; each is turned by so many degrees around the rose's middle. */
export const SEAL_PATHS: readonly { readonly path: string; readonly turn: number }[] = [
  { path: 'M76 59 71 36l14 10L100 27l15 19 14-10-5 23Z', turn: 0 },
  { path: 'M75 63h50v6H75Z', turn: 0 },
  ...[0, 72, 144, 216, 288].map((turn) => ({ path: PETAL, turn })),
  ...[36, 108, 180, 252, 324].map((turn) => ({ path: SEPAL, turn })),
];
export const SEAL_TURNS_AROUND = { x: 100, y: 121 };

export const SEAL_DISCS: readonly { readonly x: number; readonly y: number; readonly radius: number }[] = [
  { x: 71, y: 34, radius: 3.4 },
  { x: 100, y: 24, radius: 3.8 },
  { x: 129, y: 34, radius: 3.4 },
  { x: 100, y: 121, radius: 6 },
];

/** The seal as an SVG element of this size, with its upper left corner there, in the colour of the text. */
export function renderSealSvg(x: number, y: number, size: number): string {
  const { x: cx, y: cy } = SEAL_TURNS_AROUND;
  const paths = SEAL_PATHS.map(({ path, turn }) =>
    turn === 0 ? `<path d="${path}"/>` : `<path d="${path}" transform="rotate(${turn} ${cx} ${cy})"/>`,
  );
  const discs = SEAL_DISCS.map((disc) => `<circle cx="${disc.x}" cy="${disc.y}" r="${disc.radius}"/>`);
  const ring = `<circle cx="${SEAL_RING.x}" cy="${SEAL_RING.y}" r="${SEAL_RING.radius}" fill="none" stroke="currentColor" stroke-width="${SEAL_RING.width}"/>`;
  const box = `x="${x}" y="${y}" width="${size}" height="${size}" viewBox="0 0 ${SEAL_SIZE} ${SEAL_SIZE}"`;
  return `<svg ${box} fill="currentColor" aria-hidden="true">${ring}<g transform="translate(0 5)">${paths.join('')}${discs.join('')}</g></svg>`;
}
