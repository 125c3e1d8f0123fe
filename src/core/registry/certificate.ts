/** What the registry keeps of a certificate of a track, beside the signed manifest. Times are epoch ms. */
export interface TrackCertificate {
  readonly id: string;
  readonly isSandbox: boolean;
  readonly artistId: string;
  readonly trackId: string;
  readonly submissionId: string;
  readonly sha256: Uint8Array;
  readonly title: string;
  /** What the title is searched by: `searchKey` of it. */
  readonly titleKey: string;
  readonly issuedAt: number;
  readonly isActive: boolean;
  /** From when on it is not to be relied on, by the operator's word; null while active. */
  readonly revokedFrom: number | null;
  /** A match of its audio needs both fingerprints. */
  readonly isHighRisk: boolean;
}

/** A certificate's place in lists that show the newest first. */
export type CertificatePosition = Pick<TrackCertificate, 'id' | 'issuedAt'>;
