/** The part of Trusted Types that is used; not every browser has it. */
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): {
    createScriptURL(address: string): string;
  };
}

/** Scripts may only be started from our own files. */
function check(address: string): string {
  const { origin, pathname } = new URL(address, location.href);
  if (origin === location.origin && (pathname.startsWith('/static/') || pathname === '/service-worker.js')) {
    return address;
  }
  throw new TypeError('not a script of this site');
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
const policy = factory?.createPolicy('touchmark', { createScriptURL: check });

/** An address that workers may be started from. */
export function trustAddress(address: string): string {
  return policy ? policy.createScriptURL(address) : check(address);
}
