import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { CodedError } from '../base/coded-error.ts';

/** A connection was refused because of where it would go. */
export class AddressRefusedError extends CodedError<'address-refused'> {}

/** Where a server sends what strangers ask it to send. */
export interface AddressPolicy {
  /** Ports besides 443. */
  readonly ports: readonly number[];
  /** Loopback over plain http, on any port: for a sandbox, which nobody else can reach. */
  readonly allowsLoopback: boolean;
}

/** Resolves a name; the signature is that of `dns.lookup` with all addresses. */
export type Resolve = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export const resolveBySystem: Resolve = (hostname, callback) => dnsLookup(hostname, { all: true }, callback);

const URL_MAX_CHARS = 2_048;

/**
 * Blocks that IANA has as global but that lead elsewhere: 6to4 and NAT64 wrap an IPv4 address, Teredo as well, and the
 * last is the metadata service of a large cloud, which ipaddr.js counts as unique-local already.
 */
const REFUSED_RANGES_V6 = [
  '2002::/16',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2001:db8::/32',
  'fec0::/10',
].map((range) => ipaddr.IPv6.parseCIDR(range));
const REFUSED_RANGES_V4 = ['192.0.0.0/24', '198.18.0.0/15', '192.88.99.0/24'].map((range) =>
  ipaddr.IPv4.parseCIDR(range),
);

/** Whether an address, in any form that sockets know, may be connected to. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6) {
    // A zone names an interface of this machine.
    if (address.includes('%')) return false;
    if (parsed.range() !== 'unicast') return false;
    return !REFUSED_RANGES_V6.some((range) => parsed.match(range));
  }
  return parsed.range() === 'unicast' && !REFUSED_RANGES_V4.some((range) => (parsed as ipaddr.IPv4).match(range));
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

export function isAllowedAddress(address: string, { allowsLoopback }: AddressPolicy): boolean {
  return isPublicAddress(address) || (allowsLoopback && isLoopback(address));
}

/** What is wrong with an address as a place to send to, for people; null when nothing is. Names are not looked up. */
export function checkWebhookUrl(text: string, policy: AddressPolicy): string | null {
  if (text.length > URL_MAX_CHARS) return `at most ${URL_MAX_CHARS} characters`;
  // The parser drops these silently, so that two programs could read two addresses.
  if (/[\p{Cc}\s\\]/u.test(text)) return 'white space, control characters and backslashes are not allowed';
  const url = URL.parse(text);
  if (url === null) return 'not an absolute URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not have a user or a password';
  if (url.hash !== '') return 'must not have a fragment';
  const host = hostOf(url);
  // The parser has made every notation of an IPv4 address, decimal, octal, hexadecimal or short, into the usual one.
  const isLiteral = isIP(host) !== 0;
  if (policy.allowsLoopback && (isLiteral ? isLoopback(host) : isLocalName(host))) return null;
  if (isLiteral && !isPublicAddress(host)) return 'must not be a private, local or reserved address';
  if (!isLiteral && (isLocalName(host) || !host.includes('.'))) return 'must be a public host name';
  if (url.protocol !== 'https:') return 'must begin with https://';
  const port = url.port === '' ? 443 : Number(url.port);
  if (port !== 443 && !policy.ports.includes(port)) return `port ${port} is not allowed here`;
  return null;
}

/** Without the brackets of IPv6, and without the dot that ends a complete name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/**
 * A `lookup` for sockets that gives no address which may not be connected to. One such address among others is enough to
 * refuse the name: it has no good reason to be there. The answer that was judged is the one that is connected to, so a
 * name that changes its answer gains nothing.
 */
export function guardedLookup(policy: AddressPolicy, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const isRefused = addresses.some(({ address }) => !isAllowedAddress(address, policy));
      if (isRefused || addresses.length === 0) {
        return callback(new AddressRefusedError('address-refused', 'the name leads to a private address'), '', 0);
      }
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}
