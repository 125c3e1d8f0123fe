import { hash } from 'node:crypto';
import type { App } from '../http/shared/app.ts';
import { hasAlready } from '../http/shared/etag.ts';
import { ACCOUNT_SCRIPT } from './account-script.ts';
import { ACCOUNT_STYLE } from './account-style.ts';

/** A text that pages load. Its address changes with it, so that a page never meets the script of another version. */
interface Asset {
  readonly path: string;
  readonly url: string;
  readonly etag: string;
  readonly version: string;
  readonly mediaType: string;
  readonly text: string;
}

const VERSION_CHARS = 16;

export const SCRIPT = makeAsset('/static/account.js', 'text/javascript; charset=utf-8', ACCOUNT_SCRIPT);
export const STYLE = makeAsset('/static/account.css', 'text/css; charset=utf-8', ACCOUNT_STYLE);

/** `GET /static/account.js`, `GET /static/account.css` */
export function registerAssets(app: App): void {
  for (const asset of [SCRIPT, STYLE]) {
    app.get<{ Querystring: { v?: unknown } }>(asset.path, (request, reply) => {
      const isThisVersion = request.query.v === asset.version;
      reply
        .header('cache-control', isThisVersion ? 'public, max-age=31536000, immutable' : 'no-cache')
        .header('etag', asset.etag);
      if (hasAlready(request, asset.etag)) reply.code(304).send();
      else reply.type(asset.mediaType).send(asset.text);
    });
  }
}

function makeAsset(path: string, mediaType: string, text: string): Asset {
  const version = hash('sha256', text, 'base64url').slice(0, VERSION_CHARS);
  return { path, url: `${path}?v=${version}`, etag: `"${version}"`, version, mediaType, text };
}
