import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  type PDFRawStream,
  PDFRef,
} from '@cantoo/pdf-lib';

export interface ReadPdf {
  readonly pages: number;
  /** The text of the first page in the order in which it was written, a line for each string. */
  readonly lines: readonly string[];
  /** Those of them that are neither in the structure nor marked as decoration. */
  readonly untagged: readonly string[];
  /** What draws each figure: operators of the page's content. */
  readonly figures: readonly string[];
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}

export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const page = document.getPage(0);
  const fonts = page.node.Resources()!.lookup(PDFName.of('Font'), PDFDict);
  const maps = new Map(
    fonts.keys().map((name) => {
      const stream = fonts.lookup(name, PDFDict).lookup(PDFName.of('ToUnicode'));
      return [name.asString(), readCmap(decode(stream as PDFRawStream))];
    }),
  );
  const contents = page.node.Contents();
  const streams = contents instanceof PDFArray ? contents.asArray() : [contents];
  const text = streams
    .map((stream) => (stream instanceof PDFRef ? document.context.lookup(stream) : stream))
    .map((stream) => decode(stream as PDFRawStream))
    .join('\n');
  let map = new Map<string, string>();
  let depth = 0;
  const lines: string[] = [];
  const untagged: string[] = [];
  for (const [, font, hex, mark] of text.matchAll(/(\/\S+) [\d.]+ Tf|<([0-9A-Fa-f]*)> Tj|\b(BDC|BMC|EMC)\b/g)) {
    if (mark !== undefined) depth += mark === 'EMC' ? -1 : 1;
    else if (font !== undefined) map = maps.get(font)!;
    else {
      const letters = hex!.match(/.{4}/g)!.map((id) => map.get(id.toUpperCase()) ?? '\ufffd');
      lines.push(letters.join(''));
      if (depth === 0) untagged.push(letters.join(''));
    }
  }
  const figures = [...text.matchAll(/^\/Figure <<[^>]*>> BDC\n(.*?)^EMC$/gms)].map(([, drawing]) => drawing!);
  const attachments = new Map(document.getAttachments().map(({ name, data }) => [name, data]));
  return { pages: document.getPageCount(), lines, untagged, figures, attachments };
}

function decode(stream: PDFRawStream): string {
  return Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');
}

/** Letters by glyph, both as UTF-16 in hexadecimal. */
function readCmap(text: string): Map<string, string> {
  const letters = (hex: string) => String.fromCharCode(...hex.match(/.{4}/g)!.map((unit) => Number.parseInt(unit, 16)));
  return new Map(
    [...text.matchAll(/<([0-9A-F]{4})> <([0-9A-F]+)>\n/gi)].map(([, id, hex]) => [id!.toUpperCase(), letters(hex!)]),
  );
}
