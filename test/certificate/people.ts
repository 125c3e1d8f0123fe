import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { encodeUlid } from '../../src/base/ulid.ts';
import type { CertificateRecord } from '../../src/core/certificate/certificate.ts';
import type { Issuer } from '../../src/core/certificate/issuer.ts';
import type { Store } from '../../src/core/store.ts';
import { makeTrackoriginManifest } from '../../src/proof/certificate/trackorigin-manifest.ts';

/** What issues, as the registry does it, without a submission before. */
export interface Issuing {
  readonly store: Store;
  readonly issuer: Issuer;
}

export function draftOf(
  issuer: Issuer,
  fields: { id?: string; title?: string; sha256?: Uint8Array; accountId?: string | null } = {},
) {
  const now = systemClock.now();
  const { id = `cer_${encodeUlid(now, systemRandom(10))}`, title = 'Lighthouse', accountId = null } = fields;
  const sha256 = fields.sha256 ?? new Uint8Array(randomBytes(32));
  const manifest = makeTrackoriginManifest(
    { id, version: 1, issuedAt: now, updatedAt: null },
    {
      standard: 'TO-1.0',
      verdict: 'verified',
      master: { sha256, durationMs: 187_000 },
      artist: { id: 'art_1', handle: 'marasings', displayName: 'Mara Vex' },
      track: { id: 'trk_1', title },
      declarations: { ai_use: 'none' },
    },
  );
  return issuer.sign({
    ...{ id, registry: 'trackorigin', isSandbox: id.startsWith('cer_test_'), accountId, workSha256: sha256 },
    ...{ manifest, issuedAt: now },
  });
}

export async function issue({ store, issuer }: Issuing, fields: Parameters<typeof draftOf>[1] = {}) {
  const [record] = await store.transact((writers) => issuer.issue(writers, [draftOf(issuer, fields)]));
  return record!;
}

/** The next version, with another title. */
export async function retitle({ store, issuer }: Issuing, id: string, title: string): Promise<CertificateRecord> {
  return store.transact(async (writers) => {
    const current = await writers.certificate.lock(id);
    assert.ok(current);
    const now = systemClock.now();
    const manifest = JSON.parse(current.manifestJson);
    const next = {
      ...manifest,
      version: current.version + 1,
      updated_at: new Date(now).toISOString(),
      track: { ...manifest.track, title },
    };
    const { registry, isSandbox, accountId, workSha256 } = current;
    const draft = { id, registry, isSandbox, accountId, workSha256, manifest: next, issuedAt: now };
    return issuer.revise(writers, current, issuer.sign(draft));
  });
}

export async function revoke({ store, issuer }: Issuing, id: string, reason = 'owner_request') {
  return store.transact(async (writers) => {
    const current = await writers.certificate.lock(id);
    assert.ok(current);
    return issuer.revoke(writers, current, reason, systemClock.now());
  });
}
