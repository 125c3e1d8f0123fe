import type { App } from '../shared/app.ts';
import { BADGE_COLOURS } from './badge-look.ts';
import { BADGES_MAX } from './badges.ts';

const MAX_AGE_SECONDS = 3600;

/**
 * Puts a badge that links to its receipt after every script element that names one, and nothing after those of receipts
 * that are not there. Whichever of the elements runs first asks for all of them at once, and only the server that the
 * script came from. It builds elements instead of markup, and styles them through an adopted sheet in a shadow root,
 * which a page's Content-Security-Policy does not have to allow.
 */
const SCRIPT = `(function () {
  'use strict';
  var own = document.currentScript;
  if (!own) return;
  var origin = new URL(own.src).origin;
  var colours = ${JSON.stringify(BADGE_COLOURS)};
  var idOf = function (place) { return place.getAttribute('data-receipt'); };
  function mountAll() {
    var places = Array.from(document.querySelectorAll('script[data-receipt]:not([data-badge])')).filter(function (place) {
      return place.src === own.src && /^[A-Za-z0-9_-]{1,64}$/.test(idOf(place));
    });
    places.forEach(function (place) { place.setAttribute('data-badge', ''); });
    var ids = Array.from(new Set(places.map(idOf)));
    for (var i = 0; i < ids.length; i += ${BADGES_MAX}) ask(ids.slice(i, i + ${BADGES_MAX}), places);
  }
  function ask(ids, places) {
    fetch(origin + '/api/badges?ids=' + ids.join(','), { credentials: 'omit', referrerPolicy: 'no-referrer' })
      .then(function (response) { return response.ok ? response.json() : { results: {} }; })
      .then(function (answer) {
        places.forEach(function (place) {
          var badge = ids.includes(idOf(place)) && answer.results[idOf(place)];
          if (badge) show(place, badge);
        });
      })
      // Without an answer there is no badge.
      .catch(function () {});
  }
  function show(place, badge) {
    var host = document.createElement('span');
    var root = host.attachShadow({ mode: 'open' });
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(
      ':host{display:inline-block;vertical-align:middle}' +
      'a{display:block;padding:0 8px;border-radius:3px;color:#fff;text-decoration:none;white-space:nowrap;' +
      'font:11px/20px Verdana,DejaVu Sans,sans-serif;background:' + colours[badge.status] + '}' +
      'a:focus-visible{outline:3px solid;outline-color:currentColor;outline-offset:-3px}'
    );
    root.adoptedStyleSheets = [sheet];
    var link = document.createElement('a');
    link.href = origin + '/api/receipt/' + idOf(place) + '/summary';
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.textContent = badge.text;
    root.appendChild(link);
    place.insertAdjacentElement('afterend', host);
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', mountAll);
  else mountAll();
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
