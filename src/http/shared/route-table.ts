import type { RouteOptions } from 'fastify';

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
  readonly corsMethods: Set<string>;
}

/** The methods a path answers to, and those of them that browsers of any origin may use. */
export interface PathMethods {
  readonly all: readonly string[];
  readonly cors: readonly string[];
}

/** Knows every registered path, so that a wrong method can be told from a wrong address. */
export class RouteTable {
  readonly #paths = new Map<string, KnownPath>();
  /** Paths without a parameter. */
  readonly #fixed = new Map<string, KnownPath>();

  add(route: Pick<RouteOptions, 'url' | 'method' | 'config'>): void {
    const known = this.#paths.get(route.url) ?? {
      pattern: compilePath(route.url),
      methods: new Set<string>(),
      corsMethods: new Set<string>(),
    };
    this.#paths.set(route.url, known);
    if (!hasParameter(route.url)) this.#fixed.set(route.url, known);
    for (const method of [route.method].flat()) {
      known.methods.add(method);
      if (route.config?.cors) known.corsMethods.add(method);
    }
  }

  /** Null when no route of any method has this path. `url` is a request target, its query included. */
  find(url: string): PathMethods | null {
    const path = decodePath(url);
    const fixed = this.#fixed.get(path);
    const known = fixed
      ? [fixed]
      : this.#paths
          .values()
          .filter(({ pattern }) => pattern.test(path))
          .toArray();
    if (known.length === 0) return null;
    const union = (kind: 'methods' | 'corsMethods') => known.flatMap((path) => [...path[kind]]);
    return { all: [...new Set([...union('methods'), 'OPTIONS'])], cors: [...new Set(union('corsMethods'))] };
  }

  /**
   * Whether the path of `url` is one of its own that does not take the method: the router has then gone on to a route
   * with a parameter, whose value was never meant to be that path's name.
   *
   * @param routed The path of the route that was found.
   */
  isMisrouted(url: string, routed: string): boolean {
    return hasParameter(routed) && this.#fixed.has(decodePath(url));
  }
}

function hasParameter(path: string): boolean {
  return path.includes(':') || path.includes('*');
}

/** The router's own path language, as far as routes here use it: `:name`, a literal suffix after it, and a final `*`. */
function compilePath(path: string): RegExp {
  const source = path
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:\w+/g, '[^/]+')
    .replace(/\*$/, '.*');
  return new RegExp(`^${source}$`);
}

function decodePath(url: string): string {
  const path = url.split('?', 1)[0]!;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
