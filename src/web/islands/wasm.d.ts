/** WebAssembly as a data address: the build inlines it. */
declare module '*.wasm?url' {
  const address: string;
  export default address;
}
