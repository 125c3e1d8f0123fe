import { isIPv4, isIPv6 } from 'node:net';

/**
 * Whose an address is, as limits by address count clients: itself for IPv4 (also when mapped into IPv6), its /64 for
 * IPv6, all of which a single machine has. What is no address at all, as a proxy may forward, is `unknown`.
 */
export function clientAddress(address: string): string {
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return 'unknown';
  const groups = expandIpv6(address);
  return mappedIpv4(groups) ?? presentPrefix(groups, 64);
}

/**
 * The network an address is in, as limits by network count clients: /24 for IPv4 (also when mapped into IPv6), /48 for
 * IPv6, the sizes that one customer line usually gets or shares. What is no address at all is `unknown`.
 */
export function clientNetwork(address: string): string {
  if (isIPv4(address)) return networkOf(address);
  if (!isIPv6(address)) return 'unknown';
  const groups = expandIpv6(address);
  const mapped = mappedIpv4(groups);
  return mapped === null ? presentPrefix(groups, 48) : networkOf(mapped);
}

function networkOf(ipv4: string): string {
  return `${ipv4.slice(0, ipv4.lastIndexOf('.'))}.0/24`;
}

/** ::ffff:0:0/96, RFC 4291 section 2.5.5.2. */
function mappedIpv4(groups: readonly number[]): string | null {
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return null;
  return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.');
}

function presentPrefix(groups: readonly number[], bits: 48 | 64): string {
  const kept = groups.slice(0, bits / 16).map((group) => group.toString(16));
  return `${kept.join(':')}::/${bits}`;
}

/** The eight 16-bit groups of a valid IPv6 address; a zone and the dotted form of the last two are understood. */
function expandIpv6(address: string): number[] {
  const text = address
    .split('%', 1)[0]!
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
    );
  const [head, tail] = text.split('::', 2).map(parseGroups);
  if (tail === undefined) return head!;
  return [...head!, ...Array<number>(8 - head!.length - tail.length).fill(0), ...tail];
}

function parseGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
