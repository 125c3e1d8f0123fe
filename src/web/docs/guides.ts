import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lexer, type Token } from 'marked';

/** Below `/docs`, in the order of reading. */
export const GUIDES = [
  'start',
  'orphograph',
  'proofd',
  'origimark',
  'trackorigin',
  'platforms',
  'webhooks',
  'verify',
  'log',
  'calendar',
] as const;

/** A guide as it was written: Markdown, with a first heading that names it. */
export interface Guide {
  readonly slug: (typeof GUIDES)[number];
  readonly title: string;
  /** Its first paragraph, as plain text. */
  readonly summary: string;
  /** Without the first heading. */
  readonly tokens: readonly Token[];
}

/** Reads a guide of this program's. */
export function readGuide(slug: Guide['slug']): Guide {
  const [heading, ...tokens] = lexer(readFileSync(join(import.meta.dirname, 'guides', `${slug}.md`), 'utf8'));
  if (heading?.type !== 'heading') throw new Error(`the guide ${slug} does not begin with a heading`);
  const paragraph = tokens.find(({ type }) => type === 'paragraph');
  const summary = (paragraph as { text?: string } | undefined)?.text ?? '';
  const plain = summary
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ');
  return { slug, title: (heading as { text: string }).text, summary: plain, tokens };
}
