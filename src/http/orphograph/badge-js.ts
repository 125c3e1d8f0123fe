import type { App } from '../shared/app.ts';

const MAX_AGE_SECONDS = 3600;

/**
 * Puts a badge that links to its receipt where the script element stands. It shows nothing for an id that cannot be one,
 * takes the picture from the server the script came from and from nowhere else, builds elements instead of markup, and
 * styles them through an adopted sheet, which a page's Content-Security-Policy does not have to allow.
 */
const SCRIPT = `(function () {
  'use strict';
  var script = document.currentScript;
  var id = script && script.getAttribute('data-receipt');
  if (!id || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) return;
  var origin = new URL(script.src).origin;
  var host = document.createElement('span');
  var root = host.attachShadow({ mode: 'open' });
  var sheet = new CSSStyleSheet();
  sheet.replaceSync(':host{display:inline-block}a{display:inline-block;line-height:0}img{border:0;height:20px}');
  root.adoptedStyleSheets = [sheet];
  var link = document.createElement('a');
  link.href = origin + '/api/receipt/' + id + '/summary';
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  var image = document.createElement('img');
  image.alt = 'Touchmark receipt ' + id;
  image.referrerPolicy = 'no-referrer';
  image.src = origin + '/api/badge/' + id + '.svg';
  link.appendChild(image);
  root.appendChild(link);
  script.insertAdjacentElement('afterend', host);
})();
`;

/** `GET /badge.js` */
export function registerBadgeJs(app: App): void {
  app.get('/badge.js', { config: { cors: true } }, (_request, reply) => {
    reply
      .header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`)
      .header('cross-origin-resource-policy', 'cross-origin')
      .type('text/javascript; charset=utf-8')
      .send(SCRIPT);
  });
}
