import { degrees, type PDFFont, PDFName, rgb } from '@cantoo/pdf-lib';
import { encodeHex } from '../../base/hex.ts';
import { BUNDLE_FILE as FILE } from '../../proof/bundle/bundle-files.ts';
import type { CertificateDossier, Dossier } from '../../proof/bundle/dossier.ts';
import { digestEnvelope } from '../../proof/certificate/envelope.ts';
import { createQrCode, traceRuns } from '../qr.ts';
import { SEAL_DISCS, SEAL_PATHS, SEAL_RING, SEAL_SIZE, SEAL_TURNS_AROUND } from '../seal.ts';
import { breakLines } from './break-lines.ts';
import { canDraw, type FontName, openDocument, type PdfFonts } from './fonts.ts';
import { makeLegible } from './legible-text.ts';
import { type Tag, TaggedPage } from './tagged-page.ts';

export const PAGE_SIZES = { a4: [595.28, 841.89], letter: [612, 792] } as const;
export type PageSize = keyof typeof PAGE_SIZES;

type Colour = ReturnType<typeof rgb>;

const INK = rgb(0.11, 0.13, 0.18);
const SOFT = rgb(0.4, 0.42, 0.47);
const HAIR = rgb(0.78, 0.76, 0.7);
const GOLD = rgb(0.6, 0.46, 0.2);
const RED = rgb(0.68, 0.12, 0.12);
const GREEN = rgb(0.1, 0.42, 0.27);

const MARGIN = 64;
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
  const face = describe(dossier, (codePoint) => canDraw(options.fonts, codePoint));
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
  return document.save({ useObjectStreams: true, addDefaultPage: false });
}

interface Face {
  readonly heading: string;
  readonly title: string;
  readonly byline: string | null;
  /** What a reader of the title has to know; null: nothing. */
  readonly titleNote: string | null;
  readonly status: { readonly text: string; readonly colour: Colour };
  readonly isRevoked: boolean;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly digests: readonly (readonly [label: string, digest: Uint8Array])[];
  readonly finePrint: string;
}

function describe(dossier: Dossier, canDrawIt: (codePoint: number) => boolean): Face {
  const status = describeStatus(dossier);
  if (dossier.kind === 'timestamp') {
    return {
      heading: 'CERTIFICATE OF EXISTENCE',
      title: dossier.id,
      byline: 'A file with the digest below existed at the time below',
      titleNote: null,
      ...{ status, isRevoked: false },
      facts: [
        ['Timestamp', dossier.id],
        ['Recorded', showTime(dossier.createdAt)],
        ['Bitcoin', describeBlock(dossier)],
      ],
      digests: [['SHA-256 of the file', dossier.workSha256]],
      finePrint:
        'The digest is that of the file; the file itself was never here. Attached to this page are the record and the ' +
        `OpenTimestamps proof, which anybody can check without this server. ${LIMITS}`,
    };
  }
  const title = makeLegible(dossier.title ?? '', canDrawIt);
  const author = makeLegible(dossier.author ?? '', canDrawIt);
  const byline = dossier.isAuthorRedacted
    ? 'by an author who stays anonymous'
    : author.text === ''
      ? null
      : `by ${author.text}`;
  return {
    heading: 'CERTIFICATE OF PROVENANCE',
    title: dossier.isTitleRedacted ? 'Title withheld by the author' : title.text || 'Untitled',
    byline,
    titleNote:
      title.isExact && author.isExact
        ? null
        : 'In brackets: characters that are not printed here, by their Unicode numbers. The attachment has the exact text.',
    ...{ status, isRevoked: dossier.state === 'revoked' },
    facts: [
      ['Certificate', dossier.id],
      ['Version', `${dossier.version}${dossier.isSandbox ? ', of a sandbox: it certifies nothing' : ''}`],
      ['Issued', showTime(dossier.issuedAt)],
      ['Signed by', dossier.envelope.keyId],
      ['Bitcoin', describeBlock(dossier)],
      ...(dossier.token === null ? [] : [['Time-stamp', `${showTime(dossier.token.time)}, RFC 3161`] as const]),
      ...(dossier.document.log === null
        ? []
        : [
            [
              'Public log',
              `entry ${dossier.chain.find(({ version }) => version === dossier.version)?.sequence ?? '?'} of ${dossier.document.log.origin}`,
            ] as const,
          ]),
    ],
    digests: [
      ['SHA-256 of the work', dossier.workSha256],
      ['SHA-256 of the signed certificate', digestEnvelope(dossier.envelope)],
    ],
    finePrint:
      'This page is for people and proves nothing by itself. The signed certificate and its OpenTimestamps proof are ' +
      `attached to it, and anybody can check them without this server. ${LIMITS}`,
  };
}

const LIMITS =
  'They show that the work was there at that time; not who made it, who owns it, or that it did not exist before. ' +
  'Whether it was revoked since, the address in the code tells.';

function describeStatus(dossier: Dossier): Face['status'] {
  switch (dossier.state) {
    case 'revoked': {
      const { revokedAt } = dossier as CertificateDossier;
      return { text: `REVOKED${revokedAt === null ? '' : ` ON ${showDay(revokedAt).toUpperCase()}`}`, colour: RED };
    }
    case 'pending':
      return { text: 'WAITING FOR A BITCOIN BLOCK', colour: GOLD };
    case 'valid':
      return { text: 'CONFIRMED IN BITCOIN', colour: GREEN };
  }
}

function describeBlock({ block }: Dossier): string {
  return block === null ? 'no confirmed block yet' : `block ${groupDigits(block.height)}, ${showTime(block.time)}`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

function showDay(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function showTime(ms: number): string {
  return `${showDay(ms)}, ${new Date(ms).toISOString().slice(11, 19)} UTC`;
}

function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

interface TextStyle {
  readonly font: FontName;
  readonly size: number;
  readonly colour: Colour;
  /** Points between letters. */
  readonly spacing?: number;
}

/** A page that is written from top to bottom; `y` is the base line of what comes next. */
class Sheet {
  y = 0;
  readonly page: TaggedPage;
  readonly width: number;
  readonly height: number;
  readonly #fonts: Readonly<Record<FontName, PDFFont>>;

  constructor(page: TaggedPage, fonts: Readonly<Record<FontName, PDFFont>>, width: number, height: number) {
    this.page = page;
    this.width = width;
    this.height = height;
    this.#fonts = fonts;
  }

  measure(text: string, { font, size, spacing = 0 }: Pick<TextStyle, 'font' | 'size' | 'spacing'>): number {
    return this.#fonts[font].widthOfTextAtSize(text, size) + spacing * Math.max(0, [...text].length - 1);
  }

  write(text: string, x: number, y: number, { font, size, colour, spacing = 0 }: TextStyle): void {
    const { page } = this.page;
    if (spacing === 0) {
      page.drawText(text, { x, y, font: this.#fonts[font], size, color: colour });
      return;
    }
    page.drawText(text, { x, y, font: this.#fonts[font], size, color: colour, characterSpacing: spacing });
  }

  centre(tag: Tag, text: string, style: TextStyle): void {
    const x = (this.width - this.measure(text, style)) / 2;
    this.page.tag(tag, () => this.write(text, x, this.y, style));
  }

  /** Lines of one paragraph, centred; `y` is on the last one then. */
  centreLines(tag: Tag, lines: readonly string[], style: TextStyle, leading: number): void {
    this.page.tag(tag, () => {
      for (const [i, line] of lines.entries()) {
        if (i > 0) this.y -= leading;
        this.write(line, (this.width - this.measure(line, style)) / 2, this.y, style);
      }
    });
  }

  rule(): void {
    const { page } = this.page;
    this.page.decorate(() =>
      page.drawLine({
        start: { x: MARGIN, y: this.y },
        end: { x: this.width - MARGIN, y: this.y },
        thickness: 0.6,
        color: HAIR,
      }),
    );
  }

  row(label: string, value: string): void {
    const shown = breakLines(value, this.width - 2 * MARGIN - 110, 1, (text) => this.measure(text, VALUE))[0]!;
    this.page.tag('P', () => {
      this.write(label, MARGIN, this.y, LABEL);
      this.write(shown, MARGIN + 110, this.y, VALUE);
    });
    this.y -= 19;
  }

  digest(label: string, hex: string): void {
    this.y -= 9;
    const groups = hex.match(/.{8}/g)!;
    const lines = [groups.slice(0, 4).join(' '), groups.slice(4).join(' ')];
    this.page.tag('P', () => {
      this.write(label, MARGIN, this.y, LABEL);
      for (const [i, line] of lines.entries()) this.write(line, MARGIN, this.y - 18 - 15 * i, DIGEST);
    });
    this.y -= 52;
  }
}

const LABEL: TextStyle = { font: 'italic', size: 11.5, colour: SOFT };
const VALUE: TextStyle = { font: 'serif', size: 12.5, colour: INK };
const DIGEST: TextStyle = { font: 'mono', size: 11, colour: INK };

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
    () => page.page.drawSvgPath(traceRuns(code), { x: left, y: bottom + QR_SIZE, scale, color: INK }),
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

interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly description: string;
}

function* listAttachments(dossier: Dossier): Generator<Attachment> {
  const encoder = new TextEncoder();
  const ots = { mimeType: 'application/vnd.opentimestamps.v1' };
  const json = { mimeType: 'application/json' };
  if (dossier.kind === 'certificate') {
    const bytes = encoder.encode(`${JSON.stringify(dossier.document, null, 2)}\n`);
    yield { name: FILE.certificate, bytes, ...json, description: 'The certificate with all that checks it' };
    if (dossier.envelopeProof !== null) {
      yield {
        name: FILE.envelopeProof,
        bytes: dossier.envelopeProof,
        ...ots,
        description: 'Proof of the signed certificate',
      };
    }
  } else {
    const { id, createdAt, workSha256 } = dossier;
    const record = { certificate_id: id, created_at: new Date(createdAt).toISOString(), sha256: encodeHex(workSha256) };
    const bytes = encoder.encode(`${JSON.stringify(record, null, 2)}\n`);
    yield { name: 'timestamp.json', bytes, ...json, description: 'What was recorded' };
  }
  if (dossier.workProof !== null) {
    yield { name: FILE.workProof, bytes: dossier.workProof, ...ots, description: 'Proof of the work' };
  }
}
