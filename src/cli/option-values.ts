import { InvalidArgumentError } from 'commander';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../proof/bitcoin/network.ts';
import { isNetwork } from './sandbox-file.ts';

/** An http or https address without a trailing slash. */
export function parseUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('It has to be an http or https address.');
  }
  return text.replace(/\/+$/, '');
}

export function parseUrls(text: string, previous: readonly string[] = []): string[] {
  return [...previous, parseUrl(text)];
}

export function parseNetwork(text: string): BitcoinNetwork {
  if (isNetwork(text)) return text;
  throw new InvalidArgumentError(`It has to be one of ${Object.keys(BITCOIN_NETWORKS).join(', ')}.`);
}

export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('It has to be a number up to 65535.');
  }
  return Number(text);
}

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number of at least 1.');
  return Number(text);
}
