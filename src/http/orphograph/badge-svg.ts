import { Type } from 'typebox';
import type { RoundStatus } from '../../core/anchor/receipt.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { App } from '../shared/app.ts';
import { BADGE_COLOURS, sayStatus } from './badge-look.ts';
import { cacheControlOf, type FindReceipt } from './find-receipt.ts';
import { READ_ERRORS, ReceiptParams } from './schemas.ts';

/**
 * Pages full of badges should not cost a read each, and a badge that turns green within a minute is soon enough. What
 * has an owner may become private at any moment, and is asked for every time.
 */
const ANONYMOUS_CACHE_CONTROL = 'public, max-age=60';

const HEIGHT = 20;
const PADDING = 8;
/** Average advance of a 11 px sans-serif letter; `textLength` makes whatever font there is keep to it. */
const LETTER_WIDTH = 6.2;

/** Self-contained: no style, script, font or link of its own. Every text in it is a constant of this file. */
function renderBadge(status: RoundStatus, network: BitcoinNetwork): string {
  const text = sayStatus(status, network);
  const textWidth = Math.round(text.length * LETTER_WIDTH);
  const width = textWidth + 2 * PADDING;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" ` +
    `role="img" aria-label="${text}"><title>${text}</title>` +
    `<rect width="${width}" height="${HEIGHT}" rx="3" fill="${BADGE_COLOURS[status]}"/>` +
    `<text x="${PADDING}" y="14" textLength="${textWidth}" lengthAdjust="spacingAndGlyphs" fill="#fff" ` +
    `font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text}</text></svg>`
  );
}

const schema = {
  summary: 'The state of a receipt as a picture',
  tags: ['orphograph'],
  params: ReceiptParams,
  response: { 200: { content: { 'image/svg+xml': { schema: Type.String() } } }, ...READ_ERRORS },
};

/** `GET /api/badge/{receipt_id}.svg` */
export function registerBadgeSvg(app: App, findReceipt: FindReceipt, network: BitcoinNetwork): void {
  app.get('/api/badge/:receipt_id.svg', { schema, config: { cors: true } }, async (request, reply) => {
    const { stored } = await findReceipt(request);
    const { owner, isPrivate } = stored.receipt;
    reply
      .header('cache-control', cacheControlOf(isPrivate, owner === null ? ANONYMOUS_CACHE_CONTROL : 'no-cache'))
      .header('cross-origin-resource-policy', isPrivate ? 'same-origin' : 'cross-origin')
      .type('image/svg+xml; charset=utf-8')
      .send(renderBadge(stored.round.status, network));
    return reply;
  });
}
