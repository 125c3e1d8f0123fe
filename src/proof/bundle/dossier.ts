import type { CertificateDocument } from '../certificate/document.ts';
import type { Envelope } from '../certificate/envelope.ts';
import type { ManifestRegistry } from '../certificate/manifest.ts';
import type { ChainLink } from './version-chain.ts';

/** `pending`: good, and not confirmed in Bitcoin yet. */
export type DossierState = 'valid' | 'pending' | 'revoked';

/** What a document tells people of a certificate, as everybody may see it. Times are epoch ms. */
export interface DossierFace {
  /** Null: redacted, or there is none. */
  readonly title: string | null;
  readonly author: string | null;
  readonly isTitleRedacted: boolean;
  readonly isAuthorRedacted: boolean;
}

/** A time-stamp token of the envelope with its chain, all in DER. */
export interface DossierToken {
  readonly token: Uint8Array;
  readonly time: number;
  /** From the signer to its root. */
  readonly chain: readonly Uint8Array[];
  readonly revocations: readonly Uint8Array[];
}

/** Everything that is known of a signed certificate and may be shown to everybody. */
export interface CertificateDossier extends DossierFace {
  readonly kind: 'certificate';
  readonly id: string;
  readonly registry: ManifestRegistry;
  readonly isSandbox: boolean;
  readonly state: DossierState;
  readonly version: number;
  readonly issuedAt: number;
  readonly revokedAt: number | null;
  readonly workSha256: Uint8Array;
  /** With the openings of what is not redacted. */
  readonly document: CertificateDocument;
  readonly envelope: Envelope;
  readonly publicKey: Uint8Array;
  readonly envelopeProof: Uint8Array | null;
  readonly workProof: Uint8Array | null;
  /** Of the checkpoint in the log proof; null until it was given to calendars. */
  readonly checkpointProof: Uint8Array | null;
  readonly token: DossierToken | null;
  readonly chain: readonly ChainLink[];
  /** Of the earliest confirmed block over the envelope. */
  readonly block: { readonly height: number; readonly time: number } | null;
}

/** Everything that is known of a timestamp and may be shown to everybody. */
export interface TimestampDossier {
  readonly kind: 'timestamp';
  readonly id: string;
  readonly state: DossierState;
  readonly createdAt: number;
  readonly workSha256: Uint8Array;
  readonly workProof: Uint8Array | null;
  readonly block: { readonly height: number; readonly time: number } | null;
}

export type Dossier = CertificateDossier | TimestampDossier;
