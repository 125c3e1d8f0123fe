import { CodedError } from '../../base/coded-error.ts';

/** What an account shows of itself. Everything but the display name may be left out. */
export interface Profile {
  /** Unique on this server, or null. */
  readonly handle: string | null;
  readonly displayName: string;
  readonly bio: string | null;
  readonly location: string | null;
  readonly avatarUrl: string | null;
}

export type ProfileErrorCode =
  | 'handle-invalid'
  | 'handle-taken'
  | 'display-name-invalid'
  | 'bio-invalid'
  | 'location-invalid'
  | 'avatar-url-invalid'
  | 'account-gone';

export class ProfileError extends CodedError<ProfileErrorCode> {}

/** Lengths are in code points, so that no script is worse off than another. They are what a page can show. */
export const DISPLAY_NAME_MAX_CHARS = 80;
export const BIO_MAX_CHARS = 1000;
export const LOCATION_MAX_CHARS = 80;
/** A handle is a part of addresses: lower case, so that two that look alike to a reader are not two accounts. */
export const HANDLE_PATTERN = '^[a-z0-9](?:[a-z0-9]|[-_](?=[a-z0-9])){2,29}$';
export const AVATAR_URL_MAX_CHARS = 500;

/** Handles that would read as if the server itself spoke. */
const RESERVED_HANDLES = new Set([
  ...['about', 'account', 'admin', 'administrator', 'api', 'help', 'moderator', 'official', 'operator', 'root'],
  ...['security', 'staff', 'support', 'system', 'touchmark'],
]);

const HANDLE = new RegExp(HANDLE_PATTERN);
/** Control characters, line and paragraph separators, and the marks that turn the direction of text around. */
export const FORBIDDEN_IN_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** The same, but lines may end. */
const FORBIDDEN_IN_TEXT = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * A profile as somebody typed it, as it is kept: spaces around are dropped, what is empty then counts as left out.
 * Errors: ProfileError naming the first field that is wrong.
 */
export function checkProfile(typed: Profile): Profile {
  return {
    handle: checkHandle(typed.handle),
    displayName: checkDisplayName(typed.displayName),
    bio: checkText(typed.bio, BIO_MAX_CHARS, FORBIDDEN_IN_TEXT, 'bio-invalid'),
    location: checkText(typed.location, LOCATION_MAX_CHARS, FORBIDDEN_IN_LINE, 'location-invalid'),
    avatarUrl: checkAvatarUrl(typed.avatarUrl),
  };
}

/** Errors: ProfileError `display-name-invalid`. */
export function checkDisplayName(typed: string): string {
  const name = checkText(typed, DISPLAY_NAME_MAX_CHARS, FORBIDDEN_IN_LINE, 'display-name-invalid');
  if (name === null) throw new ProfileError('display-name-invalid', 'a display name is needed');
  return name;
}

/** Only https, so that a page with the picture stays whole; no password in it. Errors: `avatar-url-invalid`. */
export function checkAvatarUrl(typed: string | null): string | null {
  const text = typed?.trim() ?? '';
  if (text === '') return null;
  const url = URL.parse(text);
  const isPlain = url !== null && url.protocol === 'https:' && url.username === '' && url.password === '';
  if (!isPlain || url.href.length > AVATAR_URL_MAX_CHARS) {
    throw new ProfileError('avatar-url-invalid', `an https address of at most ${AVATAR_URL_MAX_CHARS} characters`);
  }
  return url.href;
}

function checkHandle(typed: string | null): string | null {
  const handle = typed?.trim().toLowerCase() ?? '';
  if (handle === '') return null;
  if (!HANDLE.test(handle)) {
    throw new ProfileError('handle-invalid', '3 to 30 letters and digits, with single hyphens and underscores between');
  }
  if (RESERVED_HANDLES.has(handle)) throw new ProfileError('handle-taken', 'this handle is kept by the server');
  return handle;
}

function checkText(typed: string | null, maxChars: number, forbidden: RegExp, code: ProfileErrorCode): string | null {
  const text = typed?.replaceAll('\r\n', '\n').trim().normalize('NFC') ?? '';
  if (forbidden.test(text)) throw new ProfileError(code, 'a character in it cannot be shown');
  if ([...text].length > maxChars) throw new ProfileError(code, `more than ${maxChars} characters`);
  return text === '' ? null : text;
}
