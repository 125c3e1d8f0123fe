import { createRequire } from 'node:module';

/** Loads bcoin, which takes a while and which only the sandbox uses. */
export async function loadBcoin(): Promise<typeof import('bcoin')['default']> {
  // Its native add-ons need a compiler; it picks its back end while it loads.
  process.env.NODE_BACKEND = 'js';
  const silenceBefore = process.noDeprecation ?? false;
  // It reads fs.F_OK while loading (DEP0176), a warning that says nothing to people who run the sandbox.
  process.noDeprecation = true;
  try {
    const { default: bcoin } = await import('bcoin');
    // Its parts load on first use.
    void bcoin.FullNode;
    // It has a prefix of its own there; every other program writes and reads this one (BIP 173).
    bcoin.Network.get('regtest').addressPrefix.bech32 = 'bcrt';
    mendRanges();
    return bcoin;
  } finally {
    process.noDeprecation = silenceBefore;
  }
}

interface RangeOptions {
  [bound: string]: unknown;
}

/**
 * bcoin's database says null for no bound. The version of leveldown it was made for took that; the one that needs no
 * compiler reads it as a bound, and every range on the disk would be empty, the coins of an address among them.
 */
function mendRanges(): void {
  const bdb = createRequire(import.meta.url).resolve('bdb', {
    paths: [createRequire(import.meta.url).resolve('bcoin')],
  });
  const { prototype } = createRequire(bdb)('leveldown') as {
    prototype: { _setupIteratorOptions: (options: RangeOptions) => RangeOptions; isMended?: true };
  };
  if (prototype.isMended) return;
  prototype.isMended = true;
  const setUp = prototype._setupIteratorOptions;
  prototype._setupIteratorOptions = function (options) {
    const isBound = ([name, value]: [string, unknown]) => value !== null || !['gt', 'gte', 'lt', 'lte'].includes(name);
    return setUp.call(this, Object.fromEntries(Object.entries(options).filter(isBound)));
  };
}
