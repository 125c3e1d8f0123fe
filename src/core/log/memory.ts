/**
 * What this machine has seen signed, kept outside of the database, so that an older copy of the database is noticed
 * before anything is signed on it.
 */
export interface CheckpointMemory {
  /** The signed note of the newest checkpoint, or null when none was ever seen. */
  read(): Promise<Uint8Array | null>;
  /** Resolves when it is on the disk. */
  write(note: Uint8Array): Promise<void>;
}
