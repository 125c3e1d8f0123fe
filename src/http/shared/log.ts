import { type DestinationStream, type Logger, pino } from 'pino';
import { encodeHex } from '../../base/hex.ts';

/** The server's log: one JSON object a line. `destination` defaults to standard output. */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  const { level, destination } = options;
  const serializers = { err: describeError, config: describeConfig };
  const settings = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

/**
 * What may be logged of an error. Only these fields, because drivers hang the values of a failed statement on theirs,
 * and those are digests and labels.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return { type: name, code, message, stack, cause: cause === undefined ? undefined : describeError(cause) };
}

/** Settings with what bytes they have, which are public keys, in hexadecimal. */
function describeConfig(config: unknown): unknown {
  return JSON.parse(JSON.stringify(config, (_name, value) => (value instanceof Uint8Array ? encodeHex(value) : value)));
}
