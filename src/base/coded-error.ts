/**
 * An error with a code from a closed union, so that the edge (a contract's error table, the CLI) decides what it
 * looks like there and the compiler sees every case. The message is for people; it never carries a secret.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
