/** For Node: a process that ends within seconds spends more on optimising WebAssembly than it gains. */
export const UNOPTIMISED_WASM = '--liftoff-only';
