import type { Static } from 'typebox';
import { encodeHex } from '../../base/hex.ts';
import type { Timestamp } from '../../core/timestamp/timestamp.ts';
import { presentTime } from '../shared/present-time.ts';
import type { Timestamp as TimestampSchema } from './schemas.ts';

export type PresentTimestamp = (timestamp: Timestamp) => Static<typeof TimestampSchema>;

/** The canonical resource, the same in every answer. `publicUrl` has no trailing slash. */
export function createPresenter(publicUrl: string): PresentTimestamp {
  return ({ confirmation, ...timestamp }) => {
    const sha256 = encodeHex(timestamp.digest);
    return {
      id: timestamp.id,
      certificate_id: timestamp.certificateId,
      sha256_hash: sha256,
      filename: timestamp.filename,
      file_size_bytes: timestamp.sizeBytes,
      file_type: timestamp.type,
      status: timestamp.status,
      blockchain_tx: confirmation?.txid ?? null,
      bitcoin_block: confirmation?.height ?? null,
      confirmed_at: confirmation && presentTime(confirmation.time),
      created_at: presentTime(timestamp.createdAt),
      // Files are never here, so there is nothing to draw a picture of; and pages have no branding of their owner's.
      thumbnail_url: null,
      branding_snapshot: null,
      certificate_url: `${publicUrl}/cert/${timestamp.certificateId}`,
      verify_url: `${publicUrl}/verify/${sha256}`,
      ots_url: `/api/v1/timestamps/${timestamp.id}/ots`,
    };
  };
}
