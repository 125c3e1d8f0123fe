import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import {
  type AddressPolicy,
  AddressRefusedError,
  guardedLookup,
  isAllowedAddress,
  type Resolve,
} from './address-guard.ts';

/** Connects as undici does, and only to addresses that the policy allows, however they are written. */
export function guardedConnector(
  policy: AddressPolicy,
  { resolve, ...options }: { readonly resolve: Resolve; readonly timeout: number; readonly ca?: string },
): buildConnector.connector {
  const connect = buildConnector({ ...options, lookup: guardedLookup(policy, resolve) });
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up.
    if (isIP(host) === 0 || isAllowedAddress(host, policy)) connect(target, callback);
    else callback(new AddressRefusedError('address-refused', 'a private address'), null);
  };
}
