/**
 * Keeps the page that verifies, and what it is made of, for when there is no network. Pages that need the server are
 * none of its business: their requests go past it.
 */
const scope = self as unknown as ServiceWorkerGlobalScope & { readonly touchmarkFiles: readonly string[] };

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerGlobalScope {
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
}

const FILES = 'touchmark-files';
/** Headers of blocks, and the server's keys, as they were last seen. */
const ANSWERS = 'touchmark-answers';
const HEADER_PATH = /^\/bitcoin\/headers\/\d+$/;
const KEYS_PATH = '/.well-known/trackorigin-public-key.json';

scope.addEventListener('install', (event) => {
  event.waitUntil(install());
});
scope.addEventListener('activate', (event) => {
  event.waitUntil(scope.clients.claim());
});
scope.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { origin, pathname, search } = new URL(url);
  if (method !== 'GET' || origin !== scope.location.origin) return;
  if (pathname === '/verify' && search === '') event.respondWith(preferNetwork(event.request, FILES));
  else if (scope.touchmarkFiles.includes(pathname)) event.respondWith(preferCache(event.request));
  else if (pathname === KEYS_PATH || HEADER_PATH.test(pathname))
    event.respondWith(preferNetwork(event.request, ANSWERS));
});

async function install(): Promise<void> {
  const cache = await caches.open(FILES);
  await cache.addAll([...scope.touchmarkFiles]);
  // Without them nothing can be said of a certificate that is first seen without a network.
  await (await caches.open(ANSWERS)).add(KEYS_PATH);
  // What the version before was made of has other names.
  const wanted = new Set(scope.touchmarkFiles);
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
  await scope.skipWaiting();
}

async function preferCache(request: Request): Promise<Response> {
  const cache = await caches.open(FILES);
  return (await cache.match(request)) ?? fetch(request);
}

async function preferNetwork(request: Request, name: string): Promise<Response> {
  const cache = await caches.open(name);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const known = await cache.match(request);
    if (known === undefined) throw error;
    return known;
  }
}
