import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasAlready, tagOf } from '../http/shared/etag.ts';
import { DOCS_STYLE } from './styles/docs-style.ts';
import { REGISTRY_STYLE } from './styles/registry-style.ts';
import { SITE_STYLE } from './styles/site-style.ts';

/** A file that pages load. Its address holds its digest, so it never changes and is kept for ever. */
export interface Asset {
  readonly path: string;
  readonly mediaType: string;
  readonly body: Served;
}

type Coding = 'br' | 'gzip';

/** A body in the forms in which it is sent. */
export interface Served {
  readonly identity: Buffer;
  readonly etag: string;
  /** Made when somebody asks for the first time, and kept. */
  encode(coding: Coding): Promise<Buffer>;
}

const DIGEST_CHARS = 12;
export const FOR_EVER = 'public, max-age=31536000, immutable';

/** From here on the best compression takes the first visitor longer than it saves everyone else. */
const LARGE_BYTES = 200_000;
const LARGE_QUALITY = 5;

const COMPRESS: Readonly<Record<Coding, (identity: Buffer) => Promise<Buffer>>> = {
  br: (identity) =>
    promisify(brotliCompress)(identity, {
      params: {
        [constants.BROTLI_PARAM_SIZE_HINT]: identity.length,
        [constants.BROTLI_PARAM_QUALITY]: identity.length > LARGE_BYTES ? LARGE_QUALITY : constants.BROTLI_MAX_QUALITY,
      },
    }),
  gzip: (identity) => promisify(gzip)(identity, { level: 9 }),
};

export function prepareBody(content: string | Uint8Array): Served {
  const identity = Buffer.from(content);
  const encoded: Partial<Record<Coding, Promise<Buffer>>> = {};
  return {
    identity,
    etag: tagOf(identity),
    encode: (coding) => (encoded[coding] ??= COMPRESS[coding](identity)),
  };
}

export function nameAsset(stem: string, extension: string, content: string | Uint8Array): string {
  return `/static/${stem}-${hash('sha256', content, 'hex').slice(0, DIGEST_CHARS)}.${extension}`;
}

/** Sends the smallest form that the client takes, or 304 to who has it already. */
export async function sendServed(
  request: FastifyRequest,
  reply: FastifyReply,
  served: Served,
  { mediaType, cacheControl }: { readonly mediaType: string; readonly cacheControl: string },
): Promise<FastifyReply> {
  reply.header('cache-control', cacheControl).header('vary', 'Accept-Encoding').header('etag', served.etag);
  if (hasAlready(request, served.etag)) return reply.code(304).send();
  const encoding = chooseEncoding(request.headers['accept-encoding']);
  if (encoding !== null) reply.header('content-encoding', encoding);
  return reply.type(mediaType).send(encoding === null ? served.identity : await served.encode(encoding));
}

/** RFC 9110 section 12.5.3, as far as browsers use it: a coding is taken unless it is absent or has weight 0. */
function chooseEncoding(header: string | string[] | undefined): Coding | null {
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
