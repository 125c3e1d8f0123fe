import { hash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DOCS_STYLE } from './styles/docs-style.ts';
import { REGISTRY_STYLE } from './styles/registry-style.ts';
import { SITE_STYLE } from './styles/site-style.ts';

/** A file that pages load. Its address holds its digest, so it never changes and is kept for ever. */
export interface Asset {
  readonly path: string;
  readonly mediaType: string;
  readonly body: Served;
}

/** A body in the forms in which it is sent. */
export interface Served {
  readonly identity: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
  readonly etag: string;
}

const DIGEST_CHARS = 12;
export const FOR_EVER = 'public, max-age=31536000, immutable';

/** From here on the best compression takes longer at every start than it saves. */
const LARGE_BYTES = 200_000;
const LARGE_QUALITY = 5;

/** Compresses once for everyone who asks. Texts of some kilobytes take a few milliseconds. */
export function prepareBody(content: string | Uint8Array): Served {
  const identity = Buffer.from(content);
  const quality = identity.length > LARGE_BYTES ? LARGE_QUALITY : constants.BROTLI_MAX_QUALITY;
  return {
    identity,
    br: brotliCompressSync(identity, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: identity.length, [constants.BROTLI_PARAM_QUALITY]: quality },
    }),
    gzip: gzipSync(identity, { level: 9 }),
    etag: `"${hash('sha256', identity, 'base64url').slice(0, 22)}"`,
  };
}

export function nameAsset(stem: string, extension: string, content: string | Uint8Array): string {
  return `/static/${stem}-${hash('sha256', content, 'hex').slice(0, DIGEST_CHARS)}.${extension}`;
}

/** Sends the smallest form that the client takes, or 304 to who has it already. */
export function sendServed(
  request: FastifyRequest,
  reply: FastifyReply,
  served: Served,
  { mediaType, cacheControl }: { readonly mediaType: string; readonly cacheControl: string },
): FastifyReply {
  reply.header('cache-control', cacheControl).header('vary', 'Accept-Encoding').header('etag', served.etag);
  if (request.headers['if-none-match'] === served.etag) return reply.code(304).send();
  const encoding = chooseEncoding(request.headers['accept-encoding']);
  if (encoding !== null) reply.header('content-encoding', encoding);
  return reply.type(mediaType).send(served[encoding ?? 'identity']);
}

/** RFC 9110 section 12.5.3, as far as browsers use it: a coding is taken unless it is absent or has weight 0. */
function chooseEncoding(header: string | string[] | undefined): 'br' | 'gzip' | null {
  const taken = String(header ?? '')
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => !/;\s*q=0(\.0*)?$/.test(item))
    .map((item) => item.split(';', 1)[0]!.trim());
  return (['br', 'gzip'] as const).find((coding) => taken.includes(coding)) ?? null;
}

export const SITE_STYLE_ASSET: Asset = {
  path: nameAsset('site', 'css', SITE_STYLE),
  mediaType: 'text/css; charset=utf-8',
  body: prepareBody(SITE_STYLE),
};

/** Of pages about certificates and people, beside the one above. */
export const REGISTRY_STYLE_ASSET: Asset = {
  path: nameAsset('registry', 'css', REGISTRY_STYLE),
  mediaType: 'text/css; charset=utf-8',
  body: prepareBody(REGISTRY_STYLE),
};

export const DOCS_STYLE_ASSET: Asset = {
  path: nameAsset('docs', 'css', DOCS_STYLE),
  mediaType: 'text/css; charset=utf-8',
  body: prepareBody(DOCS_STYLE),
};
