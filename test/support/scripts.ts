import type { Scripts } from '../../src/web/scripts.ts';
import { prepareBody } from '../../src/web/site-assets.ts';

const NAMES = [
  'home',
  'verify',
  'certificate',
  'docs',
  'file-form',
  'hash-worker',
  'print-worker',
  'service-worker',
  'embed-widget',
] as const;

/** Scripts in place of the built ones, for tests of how they are served. */
export function makeScripts(): Scripts {
  const ofEach = <T>(make: (name: string) => T) =>
    Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<(typeof NAMES)[number], T>;
  const bodyOf = (name: string) => prepareBody(`console.log('${name}');\n`.repeat(50));
  const pathOf = (name: string) => `/static/${name}-0123456789ab.js`;
  return {
    assets: NAMES.map((name) => ({
      path: pathOf(name),
      mediaType: 'text/javascript; charset=utf-8',
      body: bodyOf(name),
    })),
    paths: ofEach(pathOf),
    loads: ofEach((name) => [pathOf(name)]),
    bodies: ofEach(bodyOf),
  };
}
