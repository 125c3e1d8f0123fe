import { encodeBase64 } from '../../base/base64.ts';
import type { RandomBytes } from '../../base/clock.ts';
import type { SealedSecret } from './subscription.ts';

/** Encrypts what has to be read again. `context` is bound to the text: sealed for one thing, it opens for no other. */
export interface SecretBox {
  seal(text: string, context: string): string;
  /** Throws when it was sealed with another key or for another context, or was changed. */
  open(sealed: string, context: string): string;
}

const PREFIX = 'whk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 238 random bits. With the prefix 44 bytes, within the 24 to 64 that Standard Webhooks asks of a key. */
const RANDOM_CHARS = 40;

/** `whk_` and 40 characters. The text itself, in UTF-8, is the key of every signature. */
export function generateWebhookSecret(random: RandomBytes): string {
  // Uniform: bytes beyond the last whole multiple of the alphabet's size are not used.
  const limit = 256 - (256 % ALPHABET.length);
  let text = PREFIX;
  while (text.length < PREFIX.length + RANDOM_CHARS) {
    for (const byte of random(RANDOM_CHARS)) {
      if (byte < limit && text.length < PREFIX.length + RANDOM_CHARS) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}

/** The same key in the form that libraries of Standard Webhooks take: `whsec_` and base64 of the key's bytes. */
export function standardWebhooksSecret(secret: string): string {
  return `whsec_${encodeBase64(new TextEncoder().encode(secret))}`;
}

export function sealSecret(box: SecretBox, secret: string, subscriptionId: string): SealedSecret {
  return { sealed: box.seal(secret, subscriptionId), expiresAt: null };
}

/** Those that sign at `now`, newest first. */
export function listValid(secrets: readonly SealedSecret[], now: number): readonly SealedSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
}
