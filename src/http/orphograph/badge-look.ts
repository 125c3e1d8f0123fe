import type { RoundStatus } from '../../core/anchor/receipt.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';

/** Behind white text, with at least 4.5:1. */
export const BADGE_COLOURS: Readonly<Record<RoundStatus, string>> = {
  pending: '#57606a',
  partial: '#8a5a00',
  pinned: '#1a6b3c',
};

/** What a badge says of a receipt. */
export function sayStatus(status: RoundStatus, network: BitcoinNetwork): string {
  switch (status) {
    case 'pending':
      return 'Waiting for Bitcoin';
    case 'partial':
      return 'Bitcoin block to be checked';
    case 'pinned':
      return network === 'mainnet' ? 'Anchored to Bitcoin' : `Anchored to Bitcoin ${network}`;
  }
}
