/** Width of a text in points. */
export type Measure = (text: string) => number;

/** The text in lines of at most `width`, words in pieces where one is too long; at most `maxLines`, then with an ellipsis. */
export function breakLines(text: string, width: number, maxLines: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = '';
  let isCut = false;
  for (const word of splitWords(text, width, measure)) {
    const longer = line === '' ? word.text : `${line}${word.isJoined ? '' : ' '}${word.text}`;
    if (line === '' || measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (lines.length === maxLines - 1) {
      isCut = true;
      break;
    }
    lines.push(line);
    line = word.text;
  }
  if (isCut) {
    while (line !== '' && measure(`${line}…`) > width) line = [...line].slice(0, -1).join('');
    line += '…';
  }
  return [...lines, line];
}

interface Word {
  readonly text: string;
  /** Goes on where the one before was broken. */
  readonly isJoined: boolean;
}

function* splitWords(text: string, width: number, measure: Measure): Generator<Word> {
  for (const word of text.split(' ')) {
    let piece = '';
    let isJoined = false;
    // Measured only when it may be too long: a title can have four thousand letters.
    for (const character of word) {
      if (piece.length >= SHORT_WORD_CHARS && measure(piece + character) > width) {
        yield { text: piece, isJoined };
        isJoined = true;
        piece = '';
      }
      piece += character;
    }
    yield { text: piece, isJoined };
  }
}

/** Shorter words fit into every line that there is. */
const SHORT_WORD_CHARS = 12;
