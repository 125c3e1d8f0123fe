import type { PDFFont } from '@cantoo/pdf-lib';
import { breakLines } from './break-lines.ts';
import { type Colour, HAIR, INK, SOFT } from './colours.ts';
import type { FontName } from './fonts.ts';
import type { Tag, TaggedPage } from './tagged-page.ts';

export const MARGIN = 64;

export interface TextStyle {
  readonly font: FontName;
  readonly size: number;
  readonly colour: Colour;
  /** Points between letters. */
  readonly spacing?: number;
}

/** A page that is written from top to bottom; `y` is the base line of what comes next. */
export class Sheet {
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
    this.page.page.drawText(text, {
      ...{ x, y, font: this.#fonts[font], size, color: colour },
      ...(spacing !== 0 && { characterSpacing: spacing }),
    });
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
