import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeHex } from '../base/hex.ts';
import type { App } from '../http/shared/app.ts';
import { presentDefaultError } from '../http/shared/default-surface.ts';
import { limitPages, type PageLimitParts } from '../http/shared/page-limit.ts';
import { RequestFault } from '../http/shared/request-fault.ts';
import type { ErrorAnswer, Surface } from '../http/shared/surface.ts';
import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';
import { FAVICON_ICO } from './favicon-ico.ts';
import { type PublicProof, renderDigest, renderUnknownDigest } from './pages/digest.ts';
import { renderError } from './pages/error.ts';
import { renderHome } from './pages/home.ts';
import { type PricingView, renderPricing } from './pages/pricing.ts';
import { FAVICON_SVG } from './pages/seal.ts';
import { renderSitePage, type SitePage } from './pages/site-layout.ts';
import { renderStatus, type StatusView } from './pages/status.ts';
import { renderVerify } from './pages/verify.ts';
import type { Scripts } from './scripts.ts';
import {
  DOCS_STYLE_ASSET,
  FOR_EVER,
  prepareBody,
  REGISTRY_STYLE_ASSET,
  SITE_STYLE_ASSET,
  sendServed,
} from './site-assets.ts';

export interface SiteParts extends PageLimitParts {
  readonly scripts: Scripts;
  readonly network: BitcoinNetwork;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Esplora servers that browsers are to ask for block headers; empty: this server. */
  readonly headerSources: readonly string[];
  readonly pricing: PricingView;
  readonly findProofs: (digest: Uint8Array) => Promise<readonly PublicProof[]>;
  readonly checkStatus: () => Promise<StatusView>;
}

const SHA256 = /^[0-9a-f]{64}$/i;
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
/** Asked for again each time, and mostly answered by 304. */
const REVALIDATED = 'no-cache';
/** As long as the guide for platforms says that the seal's state is kept. */
const WIDGET_MAX_AGE_SECONDS = 300;
const ICON_MAX_AGE_SECONDS = 86_400;

const ROBOTS = 'User-agent: *\nDisallow: /account\nDisallow: /api/\nDisallow: /sandbox/\nDisallow: /verify/\n';

/**
 * What scripts of ours may do on their own: the service worker fetches the pages that it keeps, and decoders of sound are
 * WebAssembly.
 */
const SCRIPT_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'";

/**
 * Pages run our scripts and load our style sheet, and talk to nobody but the header sources that the operator named.
 * Scripts may only be started from addresses that pass the one policy for them (Trusted Types).
 */
export function headersOf(connectTo: readonly string[]): Record<string, string> {
  return {
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; worker-src 'self'; " +
      `connect-src ${["'self'", ...connectTo].join(' ')}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; ` +
      "require-trusted-types-for 'script'; trusted-types touchmark",
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  };
}

/** Everything that people see without an account; and, for people, every address that nothing else owns. */
export function createSite(parts: SiteParts): Surface {
  return {
    pathPrefixes: ['/'],
    presentError,
    register(app) {
      registerPages(app, parts);
      app.register(async (scope) => {
        limitPages(scope, parts);
        registerDigestPage(scope, parts);
      });
      registerFiles(app, parts.scripts);
    },
  };
}

function registerPages(app: App, parts: SiteParts): void {
  const { scripts, network, publicUrl, headerSources, pricing } = parts;
  const { paths } = scripts;
  const hashWorker = paths['hash-worker'];
  const home = renderHome({ script: paths.home, hashWorker, publicUrl, freeAllowance: pricing.freeAllowance });
  const verify = renderVerify({ script: paths.verify, hashWorker, network, headerSources });
  const originOf = (address: string) => new URL(address).origin;
  const connectTo = [...new Set(headerSources.map(originOf))].filter((origin) => origin !== originOf(publicUrl));

  registerFixed(app, '/', home, []);
  registerFixed(app, '/pricing', renderPricing(pricing), []);
  const sendVerify = fixedSender(verify, connectTo);
  app.get<{ Querystring: { sha256?: unknown } }>('/verify', (request, reply) => {
    const { sha256 } = request.query;
    if (typeof sha256 === 'string' && SHA256.test(sha256.trim())) {
      return reply.redirect(`/verify/${sha256.trim().toLowerCase()}`, 303);
    }
    return sendVerify(request, reply);
  });
  app.get('/status.html', async (_request, reply) => sendPage(reply, renderStatus(await parts.checkStatus())));
}

function registerDigestPage(app: App, { findProofs }: SiteParts): void {
  app.get<{ Params: { sha256: string } }>('/verify/:sha256', async (request, reply) => {
    const hex = request.params.sha256.toLowerCase();
    if (!SHA256.test(hex)) throw new RequestFault('route-unknown', 'not a digest');
    const proofs = await findProofs(decodeHex(hex)!);
    if (proofs.length === 0) return sendPage(reply.code(404), renderUnknownDigest(hex));
    return sendPage(reply, renderDigest(hex, proofs));
  });
}

function registerFixed(app: App, path: string, page: SitePage, connectTo: readonly string[]): void {
  app.get(path, fixedSender(page, connectTo));
}

function fixedSender(page: SitePage, connectTo: readonly string[]) {
  const body = prepareBody(renderSitePage(page));
  const headers = headersOf(connectTo);
  return (request: FastifyRequest, reply: FastifyReply) =>
    sendServed(request, reply.headers(headers), body, { mediaType: HTML, cacheControl: REVALIDATED });
}

export function sendPage(reply: FastifyReply, page: SitePage): FastifyReply {
  return reply
    .headers({ ...headersOf([]), 'cache-control': 'no-cache', 'content-type': HTML })
    .send(renderSitePage(page));
}

function registerFiles(app: App, { assets, paths, loads, bodies }: Scripts): void {
  const files = new Map(
    [SITE_STYLE_ASSET, REGISTRY_STYLE_ASSET, DOCS_STYLE_ASSET, ...assets].map((asset) => [asset.path, asset]),
  );
  app.get<{ Params: { file: string } }>('/static/:file', (request, reply) => {
    const file = files.get(`/static/${request.params.file}`);
    if (file === undefined) throw new RequestFault('route-unknown', 'no such file');
    reply.header('content-security-policy', SCRIPT_POLICY);
    return sendServed(request, reply, file.body, { mediaType: file.mediaType, cacheControl: FOR_EVER });
  });
  app.get('/static/embed-widget.js', { config: { cors: true } }, (request, reply) => {
    reply.header('cross-origin-resource-policy', 'cross-origin');
    const cacheControl = `public, max-age=${WIDGET_MAX_AGE_SECONDS}`;
    return sendServed(request, reply, bodies['embed-widget'], { mediaType: SCRIPT, cacheControl });
  });
  const kept = ['/verify', SITE_STYLE_ASSET.path, ...loads.verify, paths['hash-worker'], '/favicon.svg'];
  const worker = prepareBody(
    Buffer.concat([Buffer.from(`self.touchmarkFiles=${JSON.stringify(kept)};\n`), bodies['service-worker'].identity]),
  );
  // At the root, since a service worker only sees what is below its own address.
  app.get('/service-worker.js', (request, reply) => {
    reply.header('content-security-policy', SCRIPT_POLICY);
    return sendServed(request, reply, worker, { mediaType: SCRIPT, cacheControl: REVALIDATED });
  });
  const small = (path: string, content: string | Uint8Array, mediaType: string) => {
    const body = prepareBody(content);
    const cacheControl = `public, max-age=${ICON_MAX_AGE_SECONDS}`;
    app.get(path, (request, reply) => sendServed(request, reply, body, { mediaType, cacheControl }));
  };
  small('/favicon.svg', FAVICON_SVG, 'image/svg+xml');
  small('/favicon.ico', FAVICON_ICO, 'image/x-icon');
  small('/robots.txt', ROBOTS, 'text/plain; charset=utf-8');
}

/** A page for who asked for one, and the default answer for programs. */
export function presentError(error: unknown, requestId: string, accept?: string): ErrorAnswer {
  const answer = presentDefaultError(error, requestId);
  if (!accept?.includes('text/html')) return answer;
  const headers = { ...headersOf([]), 'cache-control': 'no-store', 'content-type': HTML };
  return { status: answer.status, headers, body: renderSitePage(renderError(...explain(answer.status), requestId)) };
}

function explain(status: number): readonly [title: string, text: string] {
  if (status === 404) return ['There is nothing here', 'The address may be mistyped, or what was there is gone.'];
  if (status === 429) return ['Too many pages at once', 'Your network has asked for very many. Wait a minute.'];
  if (status < 500) return ['That did not work', 'The server does not understand this request.'];
  return ['That did not work', 'Something went wrong on the server. Try again in a moment.'];
}
