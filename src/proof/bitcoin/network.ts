import { reverseBytes } from '../../base/bytes.ts';
import { decodeHex } from '../../base/hex.ts';

export type BitcoinNetwork = 'mainnet' | 'testnet4' | 'signet' | 'regtest';

interface NetworkParameters {
  /** The easiest target a header may claim. */
  readonly targetLimit: bigint;
  /** Internal byte order. */
  readonly genesisHash: Uint8Array;
}

/** Consensus constants of the networks, from Bitcoin Core's chain parameters. */
export const BITCOIN_NETWORKS: Readonly<Record<BitcoinNetwork, NetworkParameters>> = {
  mainnet: {
    targetLimit: (1n << 224n) - 1n,
    genesisHash: fromDisplay('000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'),
  },
  testnet4: {
    targetLimit: (1n << 224n) - 1n,
    genesisHash: fromDisplay('00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043'),
  },
  signet: {
    targetLimit: 0x377aen << 216n,
    genesisHash: fromDisplay('00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6'),
  },
  regtest: {
    targetLimit: (1n << 255n) - 1n,
    genesisHash: fromDisplay('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'),
  },
};

function fromDisplay(hex: string): Uint8Array {
  return reverseBytes(decodeHex(hex)!);
}
