import type { Opening } from '../../proof/certificate/disclosure.ts';

/** By the contract. */
export const WORK_TYPES = [
  ...(['text', 'photograph', 'audio', 'video', 'code', 'blueprint', '3d', 'dataset', 'ai_prompt'] as const),
  ...(['composite', 'other'] as const),
] as const;
export type WorkType = (typeof WORK_TYPES)[number];

/** What everybody is shown, from the most to the least: all; all but the author; neither author nor title, in no list. */
export const PRIVACY_LEVELS = ['public', 'anonymous', 'private'] as const;
export type PrivacyLevel = (typeof PRIVACY_LEVELS)[number];

export const OWNERSHIP_TYPES = ['sole', 'joint', 'work_for_hire', 'licensed', 'other'] as const;
export type OwnershipType = (typeof OWNERSHIP_TYPES)[number];

export interface Author {
  readonly firstName: string;
  readonly lastName: string;
  /** ISO 3166-1 alpha-2, lower case; null when it was not given. */
  readonly country: string | null;
}

/** An author as a manifest commits to it. */
export type AuthorJson = {
  readonly first_name: string;
  readonly last_name: string;
  readonly country: string | null;
};

/** What somebody declares of a work of theirs. */
export interface Registration {
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array;
  readonly title: string;
  readonly author: Author;
  readonly workType: WorkType;
  /** ISO 639-1, lower case. */
  readonly sourceLanguage: string | null;
  /** `YYYY-MM-DD`. */
  readonly creationDate: string | null;
  readonly privacy: PrivacyLevel;
  readonly ownership: OwnershipType;
  /** The work of which this is the next version; null for a new work. */
  readonly workId: string | null;
}

/**
 * One certified version of a work, with everything its owner gave. What of it others may see is for
 * `visibleFields` to say, and for nobody else. Times are epoch ms.
 */
export interface WorkVersion extends Omit<Registration, 'title' | 'author' | 'workId'> {
  /** A UUID. */
  readonly certId: string;
  readonly workId: string;
  /** Of the work, from 1. */
  readonly version: number;
  /** Whose it is: an `ownerId` of core/account/tokens.ts. */
  readonly ownerId: string;
  readonly title: Opening<string>;
  /** Null once the author was erased. */
  readonly author: Opening<AuthorJson> | null;
  readonly issuedAt: number;
  /** Its place in the registry's lists; null for what is in none. See `PLACES_PER_MS`. */
  readonly listedAs: number | null;
}

/** What everybody may know of a version: null stands for what is redacted. */
export interface VisibleFields {
  readonly title: Opening<string> | null;
  readonly author: Opening<AuthorJson> | null;
}

/** The one place where it is decided what is shown of a work to the public. */
export function visibleFields({ privacy, title, author }: WorkVersion): VisibleFields {
  return {
    title: privacy === 'private' ? null : title,
    author: privacy === 'public' ? author : null,
  };
}

/** Whether lists have works of this level. */
export function isListed(privacy: PrivacyLevel): boolean {
  return privacy !== 'private';
}

/** Whether `next` shows less than, or as much as, `current`. */
export function isAsPrivate(next: PrivacyLevel, current: PrivacyLevel): boolean {
  return PRIVACY_LEVELS.indexOf(next) >= PRIVACY_LEVELS.indexOf(current);
}

/** A place in the registry is a time in microseconds, moved on where that is taken: so places follow the order of the commits. */
export const PLACES_PER_MS = 1000;
