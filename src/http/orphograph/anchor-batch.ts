import { type Static, Type } from 'typebox';
import type { Anchored, AnchorService } from '../../core/anchor/anchor.ts';
import type { App } from '../shared/app.ts';
import { fieldOf } from '../shared/schema-problems.ts';
import type { Admissions } from './admission.ts';
import { PAYER } from './api.ts';
import { codeOfField, presentItemError } from './errors.ts';
import { ANCHOR_ERRORS, AnchorItem, nullable } from './schemas.ts';
import { submitAdmitted } from './submit.ts';
import { presentRedundancy, presentTime, toAnchorRequest } from './wire.ts';

/** Both documented by the contract. */
const BODY_MAX_BYTES = 64 * 1024;
const BATCH_MAX_ITEMS = 50;

const Result = Type.Object({
  index: Type.Integer(),
  ok: Type.Boolean(),
  receipt_id: Type.Optional(Type.String()),
  created_at: Type.Optional(Type.String()),
  calendars_ok: Type.Optional(Type.Integer()),
  calendars_total: Type.Optional(Type.Integer()),
  low_redundancy: Type.Optional(Type.Boolean()),
  client_label: Type.Optional(nullable('string')),
  error: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
});

const ITEM = { description: 'An item as the body of POST /api/anchor.' };

const schema = {
  summary: 'Anchor up to 50 SHA-256 digests',
  description:
    'Each item succeeds or fails alone: one that is not valid, or that a pack has no credit left for, does not keep the others from being anchored. The whole is ok when at least one was.',
  tags: ['orphograph'],
  security: PAYER,
  // Items are checked one by one, so that a bad one fails alone.
  body: Type.Object({ hashes: Type.Array(Type.Unknown(ITEM), { minItems: 1, maxItems: BATCH_MAX_ITEMS }) }),
  response: {
    200: Type.Object({
      ok: Type.Boolean(),
      submitted: Type.Integer(),
      succeeded: Type.Integer(),
      failed: Type.Integer(),
      results: Type.Array(Result),
    }),
    ...ANCHOR_ERRORS,
  },
};

/** `POST /api/anchor/batch` */
export function registerAnchorBatch(app: App, anchors: AnchorService, admissions: Admissions): void {
  app.post(
    '/api/anchor/batch',
    { schema, bodyLimit: BODY_MAX_BYTES, config: { cors: true } },
    async (request, reply) => {
      const { hashes } = request.body;
      const check = request.compileValidationSchema(AnchorItem, 'body');
      const results: Static<typeof Result>[] = [];
      const valid: { index: number; item: Static<typeof AnchorItem> }[] = [];
      for (const [index, item] of hashes.entries()) {
        if (check(item)) {
          valid.push({ index, item: item as Static<typeof AnchorItem> });
        } else {
          const code = codeOfField(fieldOf(check.errors![0]!));
          results[index] = { index, ok: false, ...presentItemError(code) };
        }
      }
      // Nothing to anchor costs no token.
      if (valid.length > 0) {
        const admission = await admissions.admit(request, reply, valid.length);
        const requests = valid.map(({ item }) => toAnchorRequest(item, admission.owner));
        const { anchored } = await submitAdmitted(anchors, admission, requests);
        for (const [i, { index }] of valid.entries()) results[index] = presentResult(index, anchored[i]!);
      }
      const succeeded = results.filter(({ ok }) => ok).length;
      return {
        ok: succeeded > 0,
        submitted: hashes.length,
        succeeded,
        failed: hashes.length - succeeded,
        results,
      };
    },
  );
}

function presentResult(index: number, anchored: Anchored | null): Static<typeof Result> {
  if (anchored === null) return { index, ok: false, ...presentItemError('credits-exhausted') };
  const { receipt, submissions } = anchored;
  return {
    index,
    ok: true,
    receipt_id: receipt.id,
    created_at: presentTime(receipt.createdAt),
    ...presentRedundancy(submissions),
    client_label: receipt.label,
  };
}
