import type { BlockHeader } from './block-header.ts';
import { BitcoinError } from './error.ts';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from './network.ts';

/** The target of difficulty 1, bits 1d00ffff. */
const DIFFICULTY_1_TARGET = 0xffffn << 208n;

/**
 * Least difficulty of a mainnet block from a height on. A header alone could claim the network's easiest target, which
 * a laptop meets in minutes; real difficulty has always been several times above these floors, so an invented header
 * costs its inventor real mining.
 */
const MAINNET_DIFFICULTY_FLOORS: readonly { readonly height: number; readonly difficulty: bigint }[] = [
  { height: 840_000, difficulty: 20_000_000_000_000n },
  { height: 800_000, difficulty: 10_000_000_000_000n },
  { height: 700_000, difficulty: 5_000_000_000_000n },
  { height: 600_000, difficulty: 3_000_000_000_000n },
  { height: 500_000, difficulty: 400_000_000_000n },
  { height: 400_000, difficulty: 30_000_000_000n },
  { height: 300_000, difficulty: 2_000_000_000n },
  { height: 200_000, difficulty: 700_000n },
  { height: 100_000, difficulty: 3_000n },
];

/**
 * Refuses a header whose hash does not meet its target, or whose target is easier than the network allows at that
 * height: codes `bad-target` and `insufficient-work`. On mainnet this makes a forged header expensive; on the test
 * networks it costs nothing to mine one.
 */
export function checkProofOfWork(header: BlockHeader, height: number, network: BitcoinNetwork): void {
  const target = decodeTarget(header.bits);
  if (target > easiestTarget(height, network)) {
    throw new BitcoinError('bad-target', `The target is easier than ${network} allows at height ${height}`);
  }
  if (readLittleEndian(header.hash) > target) {
    throw new BitcoinError('insufficient-work', 'The block hash does not meet its target');
  }
}

function easiestTarget(height: number, network: BitcoinNetwork): bigint {
  const { targetLimit } = BITCOIN_NETWORKS[network];
  if (network !== 'mainnet') return targetLimit;
  const floor = MAINNET_DIFFICULTY_FLOORS.find((entry) => height >= entry.height);
  return floor ? DIFFICULTY_1_TARGET / floor.difficulty : targetLimit;
}

function decodeTarget(bits: number): bigint {
  const exponent = bits >>> 24;
  const mantissa = bits & 0x7fffff;
  const isNegative = (bits & 0x800000) !== 0;
  const target =
    exponent <= 3 ? BigInt(mantissa) >> BigInt(8 * (3 - exponent)) : BigInt(mantissa) << BigInt(8 * (exponent - 3));
  if (isNegative || target === 0n) throw new BitcoinError('bad-target', 'The target is not a positive number');
  return target;
}

function readLittleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
