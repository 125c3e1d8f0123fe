/** Whom certificates name as the maker of a recording. Times are epoch ms. */
export interface Artist {
  /** `art_` and a ULID. */
  readonly id: string;
  /** Who may submit for it. */
  readonly accountId: string;
  /** Of test keys: its handle is known to them only. */
  readonly isSandbox: boolean;
  /** The account's own: handle, names and texts are those of the account's profile. */
  readonly isOwn: boolean;
  readonly handle: string;
  readonly displayName: string;
  readonly bio: string | null;
  readonly location: string | null;
  readonly avatarUrl: string | null;
  /** When its first certificate was issued; null before. */
  readonly verifiedAt: number | null;
  /** Of its certificates, active or revoked. */
  readonly certificateCount: number;
}

/** What anybody may see under a handle. `id` is null for an account that has submitted nothing. */
export type PublicArtist = Omit<Artist, 'id' | 'accountId' | 'isSandbox' | 'isOwn'> & { readonly id: string | null };

/** How a submission names its artist. */
export type ArtistChoice =
  /** The account itself, by its profile. */
  | { readonly by: 'own-profile' }
  | { readonly by: 'id'; readonly id: string }
  /** One that the account represents; made when it is new. */
  | { readonly by: 'handle'; readonly profile: ArtistProfile };

/** Of a represented artist as it was sent; null where nothing was. */
export interface ArtistProfile {
  readonly handle: string;
  readonly displayName: string | null;
  readonly bio: string | null;
  readonly location: string | null;
  readonly avatarUrl: string | null;
}
