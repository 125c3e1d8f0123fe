import { equalBytes } from '../../base/bytes.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import type { AccountReader } from '../account/store.ts';
import type { Store, Writers } from '../store.ts';
import type { Artist, ArtistChoice, ArtistProfile } from './artist.ts';
import { checkSubmission, type TypedSubmission } from './check-recording.ts';
import { FieldsError, RegistryError } from './error.ts';
import { digestRequest, REQUEST_KEPT_MS } from './request.ts';
import type { Position } from './store.ts';
import type { Recording, Submission } from './submission.ts';

/** People decide on each one: more than this waiting is no work but a flood. */
export const PENDING_MAX = 1000;
const ULID_RANDOM_BYTES = 10;

export interface Submitter {
  readonly accountId: string;
  /** Null: by session. */
  readonly credentialId: string | null;
  /** By a test key. */
  readonly isSandbox: boolean;
}

export interface SubmissionService {
  /**
   * Puts a recording before the reviewers. With the same idempotency key and content again it is the same submission.
   * Errors: FieldsError; RegistryError `artist-unknown`, `artist-handle-taken`, `submission-pending`,
   * `too-many-pending`, `submission-mismatch`.
   */
  submit(submitter: Submitter, typed: TypedSubmission, idempotencyKey: string | null): Promise<Submission>;
  /** Errors: RegistryError `submission-unknown`, also for another account's or one of the other mode. */
  find(submitter: Pick<Submitter, 'accountId'> & { isSandbox: boolean | null }, id: string): Promise<Submission>;
  /** Newest first. */
  list(accountId: string, after: Position | null, limit: number): Promise<readonly Submission[]>;
}

export function createSubmissionService(parts: {
  readonly store: Store;
  readonly accounts: Pick<AccountReader, 'findProfile'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): SubmissionService {
  const { store, accounts, clock, random } = parts;
  const newId = (prefix: string, now: number) => `${prefix}_${encodeUlid(now, random(ULID_RANDOM_BYTES))}`;

  /** Errors: FieldsError. */
  async function requireOwnHandle(accountId: string, choice: ArtistChoice): Promise<ArtistChoice> {
    if (choice.by === 'id') return choice;
    const handle = (await accounts.findProfile(accountId))?.handle ?? null;
    if (choice.by === 'own-profile' && handle === null) {
      throw new FieldsError([{ field: 'artist', message: 'must be there, since the account’s profile has no handle' }]);
    }
    return choice.by === 'handle' && choice.profile.handle === handle ? { by: 'own-profile' } : choice;
  }

  async function findOrMakeArtist(
    { registry }: Pick<Writers, 'registry'>,
    { accountId, isSandbox }: Submitter,
    choice: ArtistChoice,
    now: number,
  ): Promise<Pick<Artist, 'id'>> {
    if (choice.by === 'id') {
      const known = await registry.findArtistById(accountId, isSandbox, choice.id);
      if (known === null) throw new RegistryError('artist-unknown', 'no artist of this account');
      return known;
    }
    const made = { id: newId('art', now), accountId, isSandbox, createdAt: now };
    if (choice.by === 'own-profile') {
      const known = await registry.findOwnArtist(accountId, isSandbox);
      if (known !== null) return known;
      const fromProfile = { handle: '', displayName: '', bio: null, location: null, avatarUrl: null };
      await registry.insertArtist({ ...made, ...fromProfile, isOwn: true });
      return made;
    }
    const { profile } = choice;
    const known = await registry.findArtistByHandle(accountId, isSandbox, profile.handle);
    if (known !== null) {
      requireSame(known, profile);
      return known;
    }
    if (profile.displayName === null) {
      throw new FieldsError([{ field: 'artist/display_name', message: 'must be there for a new artist' }]);
    }
    // Of test keys nothing is taken away from anybody: their artists have handles among themselves.
    if (!isSandbox && !(await registry.claimHandle(profile.handle, made.id))) {
      throw new RegistryError('artist-handle-taken', 'somebody else has the handle');
    }
    await registry.insertArtist({ ...made, ...profile, displayName: profile.displayName, isOwn: false });
    return made;
  }

  async function insert(
    writers: Pick<Writers, 'registry'>,
    submitter: Submitter,
    choice: ArtistChoice,
    recording: Recording,
  ): Promise<string> {
    const { registry } = writers;
    const { accountId, isSandbox, credentialId } = submitter;
    const now = clock.now();
    const pending = await registry.lockAccount(accountId);
    if (pending >= PENDING_MAX) throw new RegistryError('too-many-pending', 'too many wait for a decision already');
    if (await registry.hasPending({ accountId, isSandbox, sha256: recording.sha256 })) {
      throw new RegistryError('submission-pending', 'this recording waits for a decision already');
    }
    const artist = await findOrMakeArtist(writers, submitter, choice, now);
    const track = { artistId: artist.id, sha256: recording.sha256, id: newId('trk', now) };
    const id = newId('sub', now);
    await registry.insertSubmission({
      ...recording,
      id,
      accountId,
      credentialId,
      isSandbox,
      createdAt: now,
      artistId: artist.id,
      trackId: await registry.takeTrack(track),
    });
    await registry.savePendingCount(accountId, pending + 1);
    return id;
  }

  async function findStored(id: string): Promise<Submission> {
    const submission = await store.registry.findSubmission(id);
    if (submission === null) throw new RegistryError('submission-unknown', 'no such submission');
    return submission;
  }

  return {
    async submit(submitter, typed, idempotencyKey) {
      const { accountId } = submitter;
      const { recording, artist } = checkSubmission(typed, clock.now());
      const digest = digestRequest(recording, artist, submitter.isSandbox);
      const choice = await requireOwnHandle(accountId, artist);
      const id = await store.transact(async (writers) => {
        if (idempotencyKey === null) return insert(writers, submitter, choice, recording);
        const { registry } = writers;
        const now = clock.now();
        await registry.lockAccount(accountId);
        const known = await registry.findRequest(accountId, idempotencyKey, now);
        if (known !== null) {
          if (equalBytes(known.digest, digest)) return known.submissionId;
          throw new RegistryError('submission-mismatch', 'the idempotency key was used for another submission');
        }
        const submissionId = await insert(writers, submitter, choice, recording);
        const expiresAt = now + REQUEST_KEPT_MS;
        await registry.insertRequest({ accountId, key: idempotencyKey, digest, submissionId, expiresAt });
        return submissionId;
      });
      return findStored(id);
    },

    async find({ accountId, isSandbox }, id) {
      const submission = await findStored(id);
      const isOfMode = isSandbox === null || submission.isSandbox === isSandbox;
      if (submission.accountId !== accountId || !isOfMode) {
        throw new RegistryError('submission-unknown', 'no such submission of the account');
      }
      return submission;
    },

    list: (accountId, after, limit) => store.registry.listSubmissions(accountId, after, limit),
  };
}

/** What was sent for an artist that is there must be what is known: a change of name is for the operators. */
function requireSame(known: Artist, { displayName }: ArtistProfile): void {
  if (displayName === null || displayName === known.displayName) return;
  throw new FieldsError([
    { field: 'artist/display_name', message: 'must be the name that the artist has, or left out' },
  ]);
}
