import type { Token, Tokens } from 'marked';
import { type Content, type Html, html } from '../pages/html.ts';

/** What blocks of a language are called above them. */
const LANGUAGE_NAMES: Readonly<Record<string, string>> = {
  sh: 'curl',
  ts: 'TypeScript',
  python: 'Python',
  html: 'HTML',
};

/**
 * Our own guides as markup, of what they use of Markdown. No HTML passes: whatever is not known here is an error, so that
 * it is found when the server starts.
 */
export function renderMarkdown(tokens: readonly Token[]): Html {
  let codes = 0;

  function renderBlock(token: Token): Content {
    switch (token.type) {
      case 'space':
        return null;
      case 'heading':
        return renderHeading(token as Tokens.Heading);
      case 'paragraph':
        return html`<p>${renderInline(token.tokens)}</p>
`;
      case 'text':
        return token.tokens === undefined ? (token as Tokens.Text).text : renderInline(token.tokens);
      case 'list': {
        const { ordered, items } = token as Tokens.List;
        const list = items.map(
          (item) => html`<li>${item.tokens.map(renderBlock)}</li>
`,
        );
        return ordered ? html`<ol>${list}</ol>` : html`<ul>${list}</ul>`;
      }
      case 'code':
        codes += 1;
        return renderCode(token as Tokens.Code, `code-${codes}`);
      case 'table':
        return renderTable(token as Tokens.Table);
      default:
        throw new TypeError(`guides have no ${token.type}`);
    }
  }

  return html`${tokens.map(renderBlock)}`;
}

function renderHeading({ depth, text, tokens }: Tokens.Heading): Html {
  const id = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const content = renderInline(tokens);
  return depth === 2
    ? html`<h2 id="${id}">${content}</h2>
`
    : html`<h3 id="${id}">${content}</h3>
`;
}

function renderCode({ lang = '', text }: Tokens.Code, id: string): Html {
  const name = LANGUAGE_NAMES[lang] ?? 'Example';
  return html`<figure class="code-block"><figcaption><span>${name}</span>
<button type="button" class="quiet" data-copy="${id}" hidden>Copy</button><span role="status" class="hidden"></span></figcaption>
<pre tabindex="0" aria-label="${name}"><code id="${id}">${text}</code></pre></figure>
`;
}

function renderTable({ header, rows }: Tokens.Table): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>
<thead><tr>${header.map(({ tokens }) => html`<th scope="col">${renderInline(tokens)}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map(({ tokens }) => html`<td>${renderInline(tokens)}</td>`)}</tr>
`,
  )}</tbody></table></div>
`;
}

function renderInline(tokens: readonly Token[] = []): Content {
  return tokens.map((token): Content => {
    switch (token.type) {
      case 'text':
      case 'escape':
        return unescapeText((token as Tokens.Text).text);
      case 'codespan':
        return html`<code>${unescapeText((token as Tokens.Codespan).text)}</code>`;
      case 'strong':
        return html`<strong>${renderInline(token.tokens)}</strong>`;
      case 'em':
        return html`<em>${renderInline(token.tokens)}</em>`;
      case 'link':
        return html`<a href="${(token as Tokens.Link).href}">${renderInline(token.tokens)}</a>`;
      default:
        throw new TypeError(`guides have no ${token.type}`);
    }
  });
}

/** The lexer may have escaped what the page escapes. */
function unescapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
  };
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);
}
