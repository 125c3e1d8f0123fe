import type { JsonValue } from '../../base/canonical-json.ts';
import { decodeHex } from '../../base/hex.ts';
import { CertificateError } from './error.ts';

export const MANIFEST_FORMAT = 'touchmark/manifest/1';

export type ManifestRegistry = 'trackorigin' | 'origimark';

export type JsonObject = { readonly [name: string]: JsonValue };

/** What manifests of all registries have. Times are epoch ms. */
export interface ManifestHead {
  readonly registry: ManifestRegistry;
  readonly certificateId: string;
  /** One of the sandbox, which proves nothing about anything: the id says so. */
  readonly isSandbox: boolean;
  /** From 1. */
  readonly version: number;
  readonly issuedAt: number;
  /** When this version was signed; null for the first, which was signed when it was issued. */
  readonly updatedAt: number | null;
  /** SHA-256 of the work, 32 bytes. */
  readonly workSha256: Uint8Array;
}

/** `cer_` and letters, digits and underscores, at most 64 characters in all; `cer_test_` for the sandbox's. */
const TRACKORIGIN_ID = /^cer_[A-Za-z0-9_]{1,60}$/;
const SANDBOX_ID_START = 'cer_test_';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isTrackoriginId(id: string): boolean {
  return TRACKORIGIN_ID.test(id);
}

/** Whether it has the form of an id, of whatever registry. */
export function isCertificateId(id: string): boolean {
  return isTrackoriginId(id) || UUID.test(id);
}

/** Whether the id says that the certificate is one of the sandbox. */
export function isSandboxId(id: string): boolean {
  return id.startsWith(SANDBOX_ID_START);
}

/** Errors: `bad-manifest`. What a registry adds is not looked at, but for the digest of the work. */
export function readManifestHead(manifest: JsonObject): ManifestHead {
  if (manifest.format !== MANIFEST_FORMAT) throw badManifest('format');
  const { registry, cert_id: id, version } = manifest;
  if (registry !== 'trackorigin' && registry !== 'origimark') throw badManifest('registry');
  const isId = (text: string) => (registry === 'trackorigin' ? isTrackoriginId(text) : UUID.test(text));
  if (typeof id !== 'string' || !isId(id)) throw badManifest('cert_id');
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) throw badManifest('version');
  const updatedAt = manifest.updated_at === undefined ? null : readTime(manifest.updated_at, 'updated_at');
  // Validity of keys is judged by the time of signing.
  if ((updatedAt === null) !== (version === 1)) throw badManifest('updated_at');
  return {
    registry,
    certificateId: id,
    isSandbox: isSandboxId(id),
    version,
    issuedAt: readTime(manifest.issued_at, 'issued_at'),
    updatedAt,
    workSha256: registry === 'trackorigin' ? readMasterDigest(manifest) : readDigest(manifest.hash, 'hash'),
  };
}

function readMasterDigest({ master }: JsonObject): Uint8Array {
  if (!isJsonObject(master)) throw badManifest('master');
  return readDigest(master.sha256, 'master.sha256');
}

function readDigest(value: JsonValue | undefined, field: string): Uint8Array {
  const digest = typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? decodeHex(value) : null;
  if (digest === null) throw badManifest(field);
  return digest;
}

function readTime(value: JsonValue | undefined, field: string): number {
  const time = typeof value === 'string' ? parseIsoTime(value) : null;
  if (time === null) throw badManifest(field);
  return time;
}

/** Epoch ms of `2026-05-26T08:13:42.000Z`, exactly in this form and of a day that exists; else null. */
export function parseIsoTime(text: string): number | null {
  const time = Date.parse(text);
  return Number.isFinite(time) && new Date(time).toISOString() === text ? time : null;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function badManifest(field: string): CertificateError {
  return new CertificateError('bad-manifest', `the manifest has no valid field "${field}"`);
}
