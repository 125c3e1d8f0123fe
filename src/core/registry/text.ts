import { FORBIDDEN_IN_LINE } from '../account/profile.ts';

/** A title as pages and certificates can show it whole; in code points, so that no script is worse off than another. */
export const LINE_MAX_CHARS = 200;

/** A line as it is kept, spaces around dropped; null when it is empty, too long, or has characters that nobody can see. */
export function cleanLine(typed: string, maxChars: number = LINE_MAX_CHARS): string | null {
  const text = typed.trim().normalize('NFC');
  return text === '' || FORBIDDEN_IN_LINE.test(text) || [...text].length > maxChars ? null : text;
}

/** What a line is searched by: without case and accents, the same on every engine. */
export function searchKey(line: string): string {
  return line
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
}
