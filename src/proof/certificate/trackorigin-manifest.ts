import type { JsonValue } from '../../base/canonical-json.ts';
import { encodeHex } from '../../base/hex.ts';
import { badManifest, isJsonObject, type JsonObject, MANIFEST_FORMAT, readManifestHead } from './manifest.ts';

/** The rules of review that a certificate was given by. */
export const TRACKORIGIN_STANDARD = 'TO-1.0';

/** What a trackorigin certificate says. */
export interface TrackoriginClaims {
  readonly standard: string;
  /** What the review found. */
  readonly verdict: string;
  readonly master: {
    /** 32 bytes. */
    readonly sha256: Uint8Array;
    readonly durationMs: number | null;
  };
  readonly artist: { readonly id: string; readonly handle: string; readonly displayName: string };
  readonly track: { readonly id: string; readonly title: string };
  /** What whoever submitted the track declared about it: codes, yes and no. */
  readonly declarations: { readonly [name: string]: JsonValue };
}

/** The manifest to sign. Times are epoch ms; `updatedAt` is null for version 1 and only for it. */
export function makeTrackoriginManifest(
  about: { id: string; version: number; issuedAt: number; updatedAt: number | null },
  { standard, verdict, master, artist, track, declarations }: TrackoriginClaims,
): JsonObject {
  const { sha256, durationMs } = master;
  return {
    format: MANIFEST_FORMAT,
    registry: 'trackorigin',
    cert_id: about.id,
    version: about.version,
    issued_at: new Date(about.issuedAt).toISOString(),
    ...(about.updatedAt !== null && { updated_at: new Date(about.updatedAt).toISOString() }),
    standard,
    verdict,
    master: { sha256: encodeHex(sha256), ...(durationMs !== null && { duration_ms: durationMs }) },
    artist: { id: artist.id, handle: artist.handle, display_name: artist.displayName },
    track: { id: track.id, title: track.title },
    declarations,
  };
}

/** Errors: `bad-manifest`. */
export function readTrackoriginClaims(manifest: JsonObject): TrackoriginClaims {
  const { registry, workSha256: sha256 } = readManifestHead(manifest);
  if (registry !== 'trackorigin') throw badManifest('registry');
  const master = readObject(manifest, 'master');
  const artist = readObject(manifest, 'artist');
  const track = readObject(manifest, 'track');
  const { duration_ms: durationMs = null } = master;
  if (durationMs !== null && typeof durationMs !== 'number') throw badManifest('master.duration_ms');
  return {
    standard: readText(manifest, 'standard'),
    verdict: readText(manifest, 'verdict'),
    master: { sha256, durationMs },
    artist: {
      id: readText(artist, 'id'),
      handle: readText(artist, 'handle'),
      displayName: readText(artist, 'display_name'),
    },
    track: { id: readText(track, 'id'), title: readText(track, 'title') },
    declarations: readObject(manifest, 'declarations'),
  };
}

function readObject(parent: JsonObject, field: string): JsonObject {
  const value = parent[field];
  if (!isJsonObject(value)) throw badManifest(field);
  return value;
}

function readText(parent: JsonObject, field: string): string {
  const value = parent[field];
  if (typeof value !== 'string') throw badManifest(field);
  return value;
}
