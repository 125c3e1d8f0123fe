import type { RandomBytes } from '../../base/clock.ts';
import { crc32 } from '../../proof/bundle/crc32.ts';
import type { CredentialKind } from './credential.ts';

/** `<prefix><random><checksum>`, the last two in the same alphabet. */
interface Form {
  readonly prefix: string;
  readonly alphabet: string;
  readonly randomChars: number;
  readonly checksumChars: number;
}

const HEX = '0123456789abcdef';
/** No punctuation: a double click marks the whole. */
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 178 random bits; six digits of base62 hold 32 bits of checksum. */
const ours = (prefix: string): Form => ({ prefix, alphabet: BASE62, randomChars: 30, checksumChars: 6 });

/** The prefixes, and the lengths of the last two but one, are the contracts'. */
const FORMS: Readonly<Record<CredentialKind, Form>> = {
  'trackorigin-publishable-live': ours('to_pk_live_'),
  'trackorigin-secret-live': ours('to_sk_live_'),
  'trackorigin-publishable-test': ours('to_pk_test_'),
  'trackorigin-secret-test': ours('to_sk_test_'),
  origimark: ours('om_live_'),
  /** 32 characters in all: 154 random bits. */
  orphograph: { prefix: 'orpho_', alphabet: BASE62, randomChars: 26, checksumChars: 6 },
  /** 64 characters in all: 224 random bits. */
  proofd: { prefix: 'proofd_live_', alphabet: HEX, randomChars: 56, checksumChars: 8 },
  'orphograph-pack': ours('pack_'),
};

export const CREDENTIAL_KINDS = Object.keys(FORMS) as CredentialKind[];

/** Shown in lists: enough to know a key by among one's own, and 24 of its random bits at the most. */
const SHOWN_RANDOM_CHARS = 4;

/** Of the longest kind. */
export const SECRET_MAX_CHARS = Math.max(
  ...Object.values(FORMS).map(({ prefix, randomChars, checksumChars }) => prefix.length + randomChars + checksumChars),
);

/** A new secret of the kind. `random` may be called several times. */
export function generateSecret(kind: CredentialKind, random: RandomBytes): string {
  const form = FORMS[kind];
  const start = form.prefix + drawText(form, random);
  return start + checksumOf(start, form);
}

/** The kind whose form a text has, checksum included, or null. Says nothing about whether it was ever given out. */
export function parseSecret(text: string): CredentialKind | null {
  for (const kind of CREDENTIAL_KINDS) {
    const form = FORMS[kind];
    if (text.startsWith(form.prefix)) return hasForm(text, form) ? kind : null;
  }
  return null;
}

/** The start of a secret, which lists show. */
export function displayPrefix(secret: string, kind: CredentialKind): string {
  return secret.slice(0, FORMS[kind].prefix.length + SHOWN_RANDOM_CHARS);
}

function hasForm(text: string, form: Form): boolean {
  const { prefix, alphabet, randomChars, checksumChars } = form;
  if (text.length !== prefix.length + randomChars + checksumChars) return false;
  for (let i = prefix.length; i < text.length; i++) if (!alphabet.includes(text[i]!)) return false;
  return text.endsWith(checksumOf(text.slice(0, -checksumChars), form));
}

/** Uniform: bytes beyond the last whole multiple of the alphabet's size are not used. */
function drawText({ alphabet, randomChars }: Form, random: RandomBytes): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < randomChars) {
    for (const byte of random(randomChars)) {
      if (byte < limit && text.length < randomChars) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** CRC-32 over everything before it, most significant digit first. */
function checksumOf(start: string, { alphabet, checksumChars }: Form): string {
  let digits = '';
  for (let rest = crc32(new TextEncoder().encode(start)); digits.length < checksumChars; ) {
    digits = alphabet[rest % alphabet.length] + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}
