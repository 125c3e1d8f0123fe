/**
 * Puts a seal into every element with `data-trackorigin-cert`, for certificates that are active when the page is shown,
 * and nothing for any other. It asks the server that it came from, once for all that stand on the page, and remembers
 * answers for five minutes. Styles are adopted sheets in a shadow root, which a page's policy need not allow.
 */

interface Known {
  readonly status: string;
  readonly at: number;
}

const CERTIFICATE_ID = /^cer_[A-Za-z0-9_]{1,60}$/;
const FRESH_MS = 5 * 60_000;
/** As many as the server answers in one request. */
const IDS_MAX = 100;
const SIZE = { least: 12, most: 256, mini: 16, badge: 28 };
const STORE_KEY = 'touchmark-seals';
const SVG = 'http://www.w3.org/2000/svg';
const CROWN = 'M76 59 71 36l14 10L100 27l15 19 14-10-5 23Z';
const PETAL = 'M94.5 109C85 99 80 84 89 77c5-4 9-2 11 3 2-5 6-7 11-3 9 7 4 22-5.5 32-3.5-2.2-7.5-2.2-11 0Z';
const STYLE = `:host{display:inline-block;vertical-align:middle;line-height:1}
a{display:inline-flex;align-items:center;gap:.45em;color:#155a58;text-decoration:none;border-radius:999px;font:600 13px/1.2 system-ui,sans-serif}
a:focus-visible{outline:3px solid currentColor;outline-offset:2px}
.badge{padding:4px 12px 4px 4px;background:#fffdf8;border:1px solid #857a69}
svg{display:block;flex:none}
@media(prefers-color-scheme:dark){a{color:#86c9c1}.badge{background:#201d18;border-color:#8d8272}}`;

const script = document.currentScript as HTMLScriptElement | null;
const origin = new URL(script?.src ?? location.href, location.href).origin;
const known = new Map<string, Known>(readStored());
const asking = new Map<string, Promise<void>>();

/** Mounts everything that is on the page now; elements that have a seal are left as they are. */
function mountAll(root: ParentNode = document): void {
  const places = [...root.querySelectorAll<HTMLElement>('[data-trackorigin-cert]')].filter(
    (place) => place.shadowRoot === null && CERTIFICATE_ID.test(idOf(place)),
  );
  const missing = [...new Set(places.map(idOf))].filter((id) => !isFresh(id) && !asking.has(id));
  for (let i = 0; i < missing.length; i += IDS_MAX) {
    const part = missing.slice(i, i + IDS_MAX);
    const answer = ask(part).finally(() => {
      for (const id of part) asking.delete(id);
    });
    for (const id of part) asking.set(id, answer);
  }
  for (const place of places) {
    const id = idOf(place);
    if (isFresh(id)) show(place);
    else asking.get(id)?.then(() => show(place));
  }
}

function idOf(place: HTMLElement): string {
  return place.dataset.trackoriginCert ?? '';
}

function isFresh(id: string): boolean {
  const age = Date.now() - (known.get(id)?.at ?? Number.NEGATIVE_INFINITY);
  return age >= 0 && age < FRESH_MS;
}

/** Never rejects: without an answer there is no seal. */
async function ask(ids: readonly string[]): Promise<void> {
  try {
    const response = await fetch(`${origin}/api/v1/certificates/status?ids=${ids.join(',')}`, { credentials: 'omit' });
    if (!response.ok) return;
    const { results } = (await response.json()) as { results: Record<string, { status?: string } | null> };
    const at = Date.now();
    for (const id of ids) known.set(id, { status: results[id]?.status ?? 'unknown', at });
    store();
  } catch {
    // Offline, or blocked by the page's policy.
  }
}

function show(place: HTMLElement): void {
  const id = idOf(place);
  if (place.shadowRoot !== null || known.get(id)?.status !== 'active' || !isFresh(id)) return;
  const isMini = place.dataset.variant === 'mini';
  const wanted = Number(place.dataset.size);
  const size = wanted >= SIZE.least && wanted <= SIZE.most ? wanted : isMini ? SIZE.mini : SIZE.badge;
  const link = document.createElement('a');
  link.href = `${origin}/cert/${id}`;
  link.target = '_blank';
  link.rel = 'noopener';
  link.title = 'Verified work: see its certificate';
  link.append(drawDisc(size));
  if (isMini) {
    link.setAttribute('aria-label', link.title);
  } else {
    link.className = 'badge';
    link.append('Verified work');
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = place.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet];
  root.append(link);
}

function drawDisc(size: number): SVGElement {
  const make = (name: string, attributes: Record<string, string | number>) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const disc = make('svg', { viewBox: '0 0 200 200', width: size, height: size, 'aria-hidden': 'true' });
  disc.append(make('circle', { cx: 100, cy: 100, r: 90, fill: 'none', stroke: 'currentColor', 'stroke-width': 13 }));
  const device = make('g', { fill: 'currentColor', transform: 'translate(0 5)' });
  device.append(make('path', { d: `${CROWN}M75 63h50v6H75Z` }));
  for (let angle = 0; angle < 360; angle += 72) {
    device.append(make('path', { d: PETAL, transform: `rotate(${angle} 100 121)` }));
  }
  device.append(make('circle', { cx: 100, cy: 121, r: 6 }));
  disc.append(device);
  return disc;
}

function readStored(): [string, Known][] {
  try {
    return Object.entries(JSON.parse(sessionStorage.getItem(STORE_KEY) ?? '{}') as Record<string, Known>);
  } catch {
    return [];
  }
}

function store(): void {
  try {
    sessionStorage.setItem(STORE_KEY, JSON.stringify(Object.fromEntries([...known].filter(([id]) => isFresh(id)))));
  } catch {
    // The page has no storage, or a full one.
  }
}

(window as unknown as { TrackOrigin: object }).TrackOrigin = { mountAll };
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => mountAll());
else mountAll();
