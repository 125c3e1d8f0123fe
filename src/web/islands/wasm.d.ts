/** The address of the file that the build makes of it. */
declare module '*.wasm?url' {
  const address: string;
  export default address;
}
