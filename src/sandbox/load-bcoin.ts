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
    return bcoin;
  } finally {
    process.noDeprecation = silenceBefore;
  }
}
