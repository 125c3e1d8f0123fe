import QRCode from 'qrcode';
import { escapeXml } from './escape-xml.ts';
import { encodeBitPng } from './png.ts';

/** Survives a smudge, and stays coarse enough for print of two centimetres. */
const CORRECTION = 'M';
/** Light modules around, by the standard (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** A QR code as a square of modules, quiet zone included. */
export interface QrCode {
  readonly size: number;
  isDark(x: number, y: number): boolean;
}

/** Throws when the text is too long for a code. */
export function createQrCode(text: string): QrCode {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: CORRECTION });
  const { size } = modules;
  const isInside = (at: number) => at >= 0 && at < size;
  return {
    size: size + 2 * QUIET_ZONE,
    isDark(x, y) {
      const [column, row] = [x - QUIET_ZONE, y - QUIET_ZONE];
      return isInside(column) && isInside(row) && modules.get(row, column) === 1;
    },
  };
}

/** The code as one path of horizontal runs on white; it has no size of its own. `title` is for who does not see it. */
export function renderQrSvg(code: QrCode, title: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${code.size} ${code.size}" shape-rendering="crispEdges" ` +
    `role="img" aria-label="${escapeXml(title)}"><title>${escapeXml(title)}</title>` +
    `<path fill="#fff" d="M0 0h${code.size}v${code.size}H0Z"/><path d="${tracePath(code)}"/></svg>\n`
  );
}

function tracePath(code: QrCode): string {
  return [...listRuns(code)].map(({ x, y, length }) => `M${x} ${y}h${length}v1h-${length}Z`).join('');
}

/** Dark modules beside each other, row by row from the top. */
export function* listRuns({ size, isDark }: QrCode): Generator<{ x: number; y: number; length: number }> {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!isDark(x, y)) continue;
      const start = x;
      while (isDark(x + 1, y)) x++;
      yield { x: start, y, length: x - start + 1 };
    }
  }
}

/** The code with `pixels` a module. */
export function renderQrPng(code: QrCode, pixels: number): Uint8Array {
  return encodeBitPng(code.size, pixels, code.isDark);
}
