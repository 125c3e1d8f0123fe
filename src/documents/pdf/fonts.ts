import { PDFDocument, type PDFFont } from '@cantoo/pdf-lib';
import fontkit from '@pdf-lib/fontkit';

export const FONT_NAMES = ['serif', 'italic', 'bold', 'mono'] as const;
export type FontName = (typeof FONT_NAMES)[number];

/** Fonts, read once: reading one takes longer than making a page. */
export interface PdfFonts {
  readonly parsed: Readonly<Record<FontName, ParsedFont>>;
}

interface ParsedFont {
  readonly bytes: Uint8Array;
  readonly font: ReturnType<typeof fontkit.create>;
}

/** Fonts of TrueType files. Those of the text have to have Latin, Greek and Cyrillic. */
export function readFonts(files: Readonly<Record<FontName, Uint8Array>>): PdfFonts {
  const read = (bytes: Uint8Array): ParsedFont => ({ bytes, font: prepare(fontkit.create(bytes)) });
  return {
    parsed: { serif: read(files.serif), italic: read(files.italic), bold: read(files.bold), mono: read(files.mono) },
  };
}

/** What of the library's objects is used here and not in its types. */
interface Subset {
  includeGlyph(glyph: unknown): number;
  encodeStream(): unknown;
  /** Adds the outline of a glyph to `glyf`, and its length to `offset`. */
  _addGlyph(glyphId: number): number;
  glyf: Uint8Array[];
  loca: { readonly offsets: number[] };
  hmtx: { readonly metrics: unknown[] };
  offset: number;
}

/** An outline as every subset has it, and the glyph's widths. */
interface Outline {
  readonly bytes: Uint8Array;
  readonly metrics: unknown;
}

/**
 * Makes a font of the library fit for many documents:
 * - Text is set letter by letter. Looking for ligatures and kerning takes ten times as long as everything else, and what
 *   is searched for is letters.
 * - Outlines in a subset are padded: the library writes offsets in pairs of bytes, and loses the odd ones. They are kept,
 *   but for those that are put together from other glyphs, whose numbers are others in every subset.
 * - `encode` of a subset is hidden, which the writer of documents takes for that of another version of the library.
 */
function prepare(font: ParsedFont['font']): ParsedFont['font'] {
  const createSubset = font.createSubset.bind(font) as unknown as () => Subset;
  const outlines = new Map<number, Outline>();
  const glyphs = new Map<string, ReturnType<typeof font.glyphForCodePoint>>();
  const glyphOf = (character: string) => {
    const known = glyphs.get(character);
    if (known !== undefined) return known;
    const codePoint = character.codePointAt(0)!;
    // The library keeps the letters that a glyph was asked for first, or none when it was first seen as a part of another.
    const glyph = Object.create(font.glyphForCodePoint(codePoint), { codePoints: { value: [codePoint] } });
    glyphs.set(character, glyph);
    return glyph;
  };
  return Object.assign(font, {
    layout: (text: string) => ({ glyphs: [...text].map(glyphOf) }),
    createSubset() {
      const subset = createSubset();
      const addGlyph = subset._addGlyph.bind(subset);
      subset._addGlyph = (glyphId) => {
        const known = outlines.get(glyphId);
        if (known !== undefined) {
          subset.loca.offsets.push(subset.offset);
          subset.hmtx.metrics.push(known.metrics);
          subset.offset += known.bytes.length;
          return subset.glyf.push(known.bytes) - 1;
        }
        const index = addGlyph(glyphId);
        const outline = subset.glyf[index]!;
        const padding = -outline.length & 3;
        // The library has a class of its own for bytes, and takes no other.
        const { alloc, concat } = outline.constructor as unknown as typeof Buffer;
        const bytes = concat([outline, alloc(padding)]);
        subset.glyf[index] = bytes;
        subset.offset += padding;
        // A negative number of contours stands for parts.
        if (outline.length === 0 || outline[0]! < 0x80) {
          outlines.set(glyphId, { bytes, metrics: subset.hmtx.metrics[index] });
        }
        return index;
      };
      return {
        includeGlyph: (glyph: unknown) => subset.includeGlyph(glyph),
        encodeStream: () => subset.encodeStream(),
      };
    },
  }) as unknown as ParsedFont['font'];
}

/** Whether every text font can draw the character. */
export function canDraw({ parsed }: PdfFonts, codePoint: number): boolean {
  return [parsed.serif, parsed.italic, parsed.bold].every(({ font }) => font.hasGlyphForCodePoint(codePoint));
}

/** A document with the fonts in it; of each, what is used is embedded. */
export async function openDocument(fonts: PdfFonts): Promise<{
  readonly document: PDFDocument;
  readonly fonts: Readonly<Record<FontName, PDFFont>>;
}> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const known = new Map(FONT_NAMES.map((name) => [fonts.parsed[name].bytes, fonts.parsed[name].font]));
  // Given instead of the library, so that nothing is read again.
  document.registerFontkit({ create: (bytes: Uint8Array) => known.get(bytes)! } as unknown as typeof fontkit);
  const embedded = {} as Record<FontName, PDFFont>;
  for (const name of FONT_NAMES) {
    embedded[name] = await document.embedFont(fonts.parsed[name].bytes, {
      subset: true,
      customName: `Touchmark-${name}`,
    });
  }
  return { document, fonts: embedded };
}
