import { CanonicalJsonError, encodeCanonical, parseCanonical } from '../../base/canonical-json.ts';
import { encodeHex } from '../../base/hex.ts';
import { isJsonObject } from '../certificate/manifest.ts';

const CHAIN_FORMAT = 'touchmark/chain/1';

/** A signed version in the chain that a certificate is of. Nobody has signed the chain; each version is signed. */
export interface ChainLink {
  readonly certificateId: string;
  /** Of the signed manifest under this id. */
  readonly version: number;
  /** Epoch ms. */
  readonly signedAt: number;
  readonly status: 'active' | 'revoked' | 'superseded';
  readonly workSha256: Uint8Array;
  readonly keyId: string;
  readonly envelopeSha256: Uint8Array;
  /** Number of its event in the public log. */
  readonly sequence: number;
}

/** `chain.json`: RFC 8785, oldest first. It holds no names and no titles. */
export function encodeChain(links: readonly ChainLink[]): Uint8Array {
  return encodeCanonical({
    format: CHAIN_FORMAT,
    versions: links.map((link) => ({
      cert_id: link.certificateId,
      version: link.version,
      signed_at: new Date(link.signedAt).toISOString(),
      status: link.status,
      work_sha256: encodeHex(link.workSha256),
      key_id: link.keyId,
      envelope_sha256: encodeHex(link.envelopeSha256),
      log_sequence: link.sequence,
    })),
  });
}

/** Whether the chain has this version of this certificate, once, with this envelope. */
export function hasVersion(chain: Uint8Array, certificateId: string, version: number, envelopeSha256: string): boolean {
  try {
    const value = parseCanonical(chain);
    if (!isJsonObject(value) || value.format !== CHAIN_FORMAT || !Array.isArray(value.versions)) return false;
    const found = value.versions.filter(
      (link) => isJsonObject(link) && link.cert_id === certificateId && link.version === version,
    );
    return found.length === 1 && found[0].envelope_sha256 === envelopeSha256;
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false;
    throw error;
  }
}
