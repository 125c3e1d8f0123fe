/** A text in characters that can be drawn. */
export interface LegibleText {
  readonly text: string;
  /** Whether it is the text itself; else some characters are given as code points in brackets. */
  readonly isExact: boolean;
}

/**
 * Text on one line for fonts that have not everything: characters that cannot be drawn, or that change how others are
 * read (controls, direction), become their code points: `[U+0634 U+0639]`.
 */
export function makeLegible(text: string, canDraw: (codePoint: number) => boolean): LegibleText {
  let legible = '';
  let isExact = true;
  let pending: string[] = [];
  const flush = () => {
    if (pending.length > 0) legible += `[${pending.join(' ')}]`;
    pending = [];
  };
  for (const character of text.toWellFormed().normalize('NFC').replace(/\s+/gu, ' ').trim()) {
    const codePoint = character.codePointAt(0)!;
    if (character === ' ' || (!/\p{C}/u.test(character) && canDraw(codePoint))) {
      flush();
      legible += character;
    } else {
      isExact = false;
      pending.push(`U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`);
    }
  }
  flush();
  return { text: legible, isExact };
}
