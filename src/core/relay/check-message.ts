import { type FieldProblem, FieldsError } from '../registry/error.ts';
import type { RelayMessage } from './relay.ts';

export const MESSAGE_MAX_CHARS = 4000;
export const ADDRESS_MAX_CHARS = 254;
/** What a person can write to; the mail server judges the rest. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/u;

/**
 * A message as somebody sent it, as it is passed on. Errors: FieldsError with everything that is wrong, `problems` among
 * them.
 */
export function checkRelayMessage(
  { message, replyTo }: { readonly message: unknown; readonly replyTo: unknown },
  problems: readonly FieldProblem[] = [],
): RelayMessage {
  const found = [...problems];
  const isText = typeof message === 'string' && message.isWellFormed() && message.trim() !== '';
  if (!isText || message.length > MESSAGE_MAX_CHARS || message.includes('\u0000')) {
    found.push({ field: 'message', message: `must be a text of 1 to ${MESSAGE_MAX_CHARS} characters` });
  }
  if (
    replyTo !== null &&
    (typeof replyTo !== 'string' || replyTo.length > ADDRESS_MAX_CHARS || !ADDRESS.test(replyTo))
  ) {
    found.push({ field: 'reply_to', message: 'must be an e-mail address' });
  }
  if (found.length > 0) throw new FieldsError(found);
  return { message: message as string, replyTo: replyTo as string | null };
}
