import { type Content, type Html, html } from './html.ts';

/** Around the body of every page: `head` has what is not the same everywhere, `scripts` addresses of module scripts. */
export function renderDocument({
  title,
  head,
  scripts,
  body,
}: {
  /** Of the window, without the product's name. */
  readonly title: string;
  readonly head: Content;
  readonly scripts: readonly string[];
  readonly body: Html;
}): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Touchmark</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="icon" href="/favicon.ico" sizes="32x32">
${head}
${scripts.map((address) => html`<script type="module" src="${address}"></script>`)}
</head>
${body}
</html>
`;
}

/** Of a page that should not be found by search. */
export const NO_INDEX = html`<meta name="robots" content="noindex">`;
