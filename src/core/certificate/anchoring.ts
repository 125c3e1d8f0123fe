import type { Clock } from '../../base/clock.ts';
import { digestEnvelope } from '../../proof/certificate/envelope.ts';
import type { AnchorService } from '../anchor/anchor.ts';
import type { AnchorRequest } from '../anchor/receipt.ts';
import type { Store } from '../store.ts';
import type { CertificateRecord } from './certificate.ts';

/** Two digests each: together the receipts of one round. */
const CLAIM_LIMIT = 500;
/** Longer than a round can take; what a worker that died had taken is anchored by another one after this. */
const LEASE_MS = 180_000;

/**
 * Has newly signed certificates anchored: the envelope's digest, so that the signature survives a later loss of the
 * key, and the digest of the work. Any number may run. One that dies between a round and its note leaves receipts that
 * nobody asks for, and the digests are anchored again.
 */
export class CertificateAnchoring {
  readonly #parts: { store: Store; anchors: Pick<AnchorService, 'submit'>; clock: Clock };

  constructor(parts: { store: Store; anchors: Pick<AnchorService, 'submit'>; clock: Clock }) {
    this.#parts = parts;
  }

  /** Everything that waits. Resolves with how many certificates were anchored. Errors: AnchorError. */
  async run(signal: AbortSignal): Promise<number> {
    let anchored = 0;
    while (!signal.aborted) {
      const taken = await this.#anchorSome();
      anchored += taken;
      if (taken < CLAIM_LIMIT) break;
    }
    return anchored;
  }

  async #anchorSome(): Promise<number> {
    const { store, anchors, clock } = this.#parts;
    const now = clock.now();
    const records = await store.transact(({ certificate }) =>
      certificate.claimAnchoring(now, now + LEASE_MS, CLAIM_LIMIT),
    );
    if (records.length === 0) return 0;
    const anchored = await anchors.submit(
      records.flatMap((record) => [keep(digestEnvelope(record)), keep(record.workSha256)]),
    );
    const receipts = records.map(({ id, version, workReceiptId }: CertificateRecord, i) => ({
      id,
      version,
      envelopeReceiptId: anchored[2 * i]!.receipt.id,
      // The older proof of the same work is the better one.
      workReceiptId: workReceiptId ?? anchored[2 * i + 1]!.receipt.id,
    }));
    await store.transact(({ certificate }) => certificate.saveReceipts(receipts));
    return records.length;
  }
}

/** Kept for ever, and among the receipts of no account. */
function keep(digest: Uint8Array): AnchorRequest {
  return { digest, sha512: null, label: null, owner: { accountId: null, credentialId: null } };
}
