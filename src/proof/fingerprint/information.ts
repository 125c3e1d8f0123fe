/** How much a print says. */
export interface Information {
  /** The entropies of the 32 bits over all items, added up: 0 to 32. Music has 22 to 31, silence almost none. */
  readonly entropyBits: number;
  /** The share of the commonest item. */
  readonly topShare: number;
}

/** Measures a print of at least one item. It is done for every comparison, so it has to cost less than that. */
export function measureInformation(items: Uint32Array): Information {
  let entropyBits = 0;
  for (const ones of countOnes(items)) entropyBits += binaryEntropy(ones / items.length);
  return { entropyBits, topShare: countCommonest(items) / items.length };
}

/** For each of the 32 bits, in how many items it is set. */
function countOnes(items: Uint32Array): Uint32Array {
  const ones = new Uint32Array(32);
  // Four bits at a time, each counted in a byte of its own, which holds 255.
  const ROUND_ITEMS = 255;
  for (let start = 0; start < items.length; start += ROUND_ITEMS) {
    const end = Math.min(items.length, start + ROUND_ITEMS);
    for (let bit = 0; bit < 8; bit++) {
      let sums = 0;
      for (let i = start; i < end; i++) sums = (sums + ((items[i]! >>> bit) & 0x01010101)) | 0;
      for (let byte = 0; byte < 4; byte++) ones[8 * byte + bit]! += (sums >>> (8 * byte)) & 0xff;
    }
  }
  return ones;
}

/** How often the commonest item occurs: a table with open addressing, twice as large as the print. */
function countCommonest(items: Uint32Array): number {
  const bits = 32 - Math.clz32(items.length) + 1;
  const keys = new Uint32Array(2 ** bits);
  const counts = new Uint32Array(2 ** bits);
  let top = 0;
  for (const item of items) {
    // Knuth's multiplicative hash; whoever makes items collide makes a search of one print's length.
    let at = Math.imul(item, 0x9e3779b1) >>> (32 - bits);
    while (counts[at] !== 0 && keys[at] !== item) at = (at + 1) & (keys.length - 1);
    keys[at] = item;
    top = Math.max(top, ++counts[at]!);
  }
  return top;
}

function binaryEntropy(p: number): number {
  return p === 0 || p === 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
}
