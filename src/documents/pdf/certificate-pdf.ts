import {
  concatTransformationMatrix,
  degrees,
  fill,
  PDFName,
  popGraphicsState,
  pushGraphicsState,
  rectangle,
  setFillingColor,
} from '@cantoo/pdf-lib';
import { encodeHex } from '../../base/hex.ts';
import type { Dossier } from '../../proof/bundle/dossier.ts';
import { createQrCode, listRuns } from '../qr.ts';
import { SEAL_DISCS, SEAL_PATHS, SEAL_RING, SEAL_SIZE, SEAL_TURNS_AROUND } from '../seal.ts';
import { listAttachments } from './attachments.ts';
import { breakLines } from './break-lines.ts';
import { type Colour, GOLD, INK, SOFT } from './colours.ts';
import { describeDossier, type Face } from './face.ts';
import { canDraw, openDocument, type PdfFonts } from './fonts.ts';
import { PAGE_SIZES, type PageSize } from './page-size.ts';
import { MARGIN, Sheet, type TextStyle } from './sheet.ts';
import { TaggedPage } from './tagged-page.ts';

const FRAME = 30;
const TITLE_SIZES = [30, 25, 21, 17] as const;
const TITLE_LINES = 3;
const LONG_TITLE_SIZE = 14;
const LONG_TITLE_LINES = 5;
const QR_SIZE = 92;

/**
 * One page that says what is certified, for people, with what proves it attached for programs. The same dossier gives
 * the same bytes.
 */
export async function renderCertificatePdf(
  dossier: Dossier,
  options: { readonly size: PageSize; readonly publicUrl: string; readonly fonts: PdfFonts },
): Promise<Uint8Array> {
  const { document, fonts } = await openDocument(options.fonts);
  const [width, height] = PAGE_SIZES[options.size];
  const page = new TaggedPage(document, [width, height]);
  const sheet = new Sheet(page, fonts, width, height);
  const face = describeDossier(dossier, (codePoint) => canDraw(options.fonts, codePoint));
  const url = `${options.publicUrl}/cert/${dossier.id}`;

  drawFrame(sheet);
  drawSeal(sheet, width / 2, height - 62, 76);
  sheet.y = height - 170;
  sheet.centre('H1', face.heading, { font: 'serif', size: 12.5, colour: GOLD, spacing: 3.2 });
  sheet.y -= 40;
  drawTitle(sheet, face);
  drawStatus(sheet, face);
  sheet.y -= 26;
  sheet.rule();
  sheet.y -= 26;
  for (const [label, value] of face.facts) sheet.row(label, value);
  for (const [label, digest] of face.digests) sheet.digest(label, encodeHex(digest));
  drawFoot(sheet, url, face.finePrint);
  page.finish();

  const at = new Date(dossier.kind === 'timestamp' ? dossier.createdAt : dossier.issuedAt);
  document.setTitle(`${face.heading}: ${face.title}`, { showInWindowTitleBar: true });
  document.setAuthor('Touchmark');
  document.setSubject(`Certificate ${dossier.id}`);
  document.setProducer('Touchmark');
  document.setCreator('Touchmark');
  document.setLanguage('en');
  document.setCreationDate(at);
  document.setModificationDate(at);
  for (const { name, bytes, mimeType, description } of listAttachments(dossier)) {
    await document.attach(bytes, name, { mimeType, description, creationDate: at, modificationDate: at });
  }
  document.catalog.set(PDFName.of('PageMode'), PDFName.of('UseNone'));
  // So few objects need no pauses in between, for each of which a timer is set.
  return document.save({ useObjectStreams: true, addDefaultPage: false, objectsPerTick: Number.POSITIVE_INFINITY });
}

function drawFrame({ page, width, height }: Sheet): void {
  page.decorate(() => {
    const draw = (inset: number, thickness: number, colour: Colour) =>
      page.page.drawRectangle({
        x: inset,
        y: inset,
        width: width - 2 * inset,
        height: height - 2 * inset,
        borderWidth: thickness,
        borderColor: colour,
      });
    draw(FRAME, 1.4, INK);
    draw(FRAME + 5, 0.5, GOLD);
  });
}

/** The touchmark with its middle at `x` and its top at `top`. */
function drawSeal({ page }: Sheet, x: number, top: number, size: number): void {
  const scale = size / SEAL_SIZE;
  const at = (sx: number, sy: number) => ({ x: x - size / 2 + sx * scale, y: top - sy * scale });
  page.tag(
    'Figure',
    () => {
      const { x: cx, y: cy } = at(SEAL_RING.x, SEAL_RING.y);
      page.page.drawCircle({
        x: cx,
        y: cy,
        size: SEAL_RING.radius * scale,
        borderWidth: SEAL_RING.width * scale,
        borderColor: INK,
      });
      // The drawing stands a little lower in its ring.
      const drop = 5;
      for (const { path, turn } of SEAL_PATHS) {
        const angle = (turn * Math.PI) / 180;
        const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
        const { x: ox, y: oy } = SEAL_TURNS_AROUND;
        // Where the drawing's own corner goes when it is turned around the rose.
        const corner = at(ox - ox * cos + oy * sin, oy - ox * sin - oy * cos + drop);
        page.page.drawSvgPath(path, { ...corner, scale, rotate: degrees(-turn), color: INK });
      }
      for (const disc of SEAL_DISCS) {
        page.page.drawCircle({ ...at(disc.x, disc.y + drop), size: disc.radius * scale, color: INK });
      }
    },
    'The touchmark: a crown over a rose',
  );
}

function drawTitle(sheet: Sheet, { title, byline, titleNote }: Face): void {
  const width = sheet.width - 2 * MARGIN;
  const style = (size: number): TextStyle => ({ font: 'bold', size, colour: INK });
  const linesAt = (size: number, max: number) =>
    breakLines(title, width, max, (text) => sheet.measure(text, style(size)));
  // Titles of thousands of letters fit into no size that is larger.
  const size =
    title.length > 400
      ? undefined
      : TITLE_SIZES.find((each) => !linesAt(each, TITLE_LINES).at(-1)!.endsWith('…') || title.endsWith('…'));
  const lines = linesAt(size ?? LONG_TITLE_SIZE, size === undefined ? LONG_TITLE_LINES : TITLE_LINES);
  sheet.centreLines('H2', lines, style(size ?? LONG_TITLE_SIZE), 1.18 * (size ?? LONG_TITLE_SIZE));
  if (byline !== null) {
    sheet.y -= 26;
    const italic: TextStyle = { font: 'italic', size: 15, colour: INK };
    const [line] = breakLines(byline, width, 1, (text) => sheet.measure(text, italic));
    sheet.centre('P', line!, italic);
  }
  if (titleNote !== null || lines.at(-1)!.endsWith('…')) {
    sheet.y -= 18;
    const note = titleNote ?? 'The title is longer; the attachment has all of it.';
    sheet.centre('P', note, { font: 'italic', size: 9.5, colour: SOFT });
  }
}

function drawStatus(sheet: Sheet, { status: { text, colour }, isRevoked }: Face): void {
  const style: TextStyle = { font: 'serif', size: isRevoked ? 12 : 9.5, colour, spacing: 1.6 };
  sheet.y -= 32;
  const width = sheet.measure(text, style) + 26;
  sheet.page.decorate(() =>
    sheet.page.page.drawRectangle({
      x: (sheet.width - width) / 2,
      y: sheet.y - 7,
      width,
      height: style.size + 10,
      borderWidth: isRevoked ? 1.6 : 0.7,
      borderColor: colour,
    }),
  );
  sheet.centre('P', text, style);
}

function drawFoot(sheet: Sheet, url: string, finePrint: string): void {
  const { page, width } = sheet;
  const bottom = FRAME + 34;
  const left = width - MARGIN - QR_SIZE;
  const code = createQrCode(url);
  const scale = QR_SIZE / code.size;
  page.tag(
    'Figure',
    () =>
      // A rectangle is one operator, where a path would be five.
      page.page.pushOperators(
        pushGraphicsState(),
        concatTransformationMatrix(scale, 0, 0, -scale, left, bottom + QR_SIZE),
        setFillingColor(INK),
        ...Array.from(listRuns(code), ({ x, y, length }) => rectangle(x, y, length, 1)),
        fill(),
        popGraphicsState(),
      ),
    `A code with the address ${url}`,
  );
  const style: TextStyle = { font: 'serif', size: 9.2, colour: SOFT };
  const lines = breakLines(finePrint, left - MARGIN - 22, 7, (text) => sheet.measure(text, style));
  page.tag('P', () => {
    for (const [i, line] of lines.entries()) sheet.write(line, MARGIN, bottom + QR_SIZE - 16 - 11.4 * i, style);
  });
  const small: TextStyle = { font: 'mono', size: 7.4, colour: INK };
  const [shown] = breakLines(url, left - MARGIN - 10, 1, (text) => sheet.measure(text, small));
  page.tag('P', () => sheet.write(shown!, MARGIN, bottom + 6, small));
}
