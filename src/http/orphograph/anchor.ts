import { Type } from 'typebox';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { App } from '../shared/app.ts';
import type { Admit } from './admission.ts';
import { ANCHOR_ERRORS, AnchorItem, nullable } from './schemas.ts';
import { submitAdmitted } from './submit.ts';
import { presentAnchored, toAnchorRequest } from './wire.ts';

/** Documented by the contract. */
const BODY_MAX_BYTES = 4 * 1024;

const Anchored = Type.Object({
  receipt_id: Type.String(),
  created_at: Type.String(),
  hash_hex: Type.String(),
  sha512_hex: nullable('string'),
  client_label: nullable('string'),
  calendars_ok: Type.Integer(),
  calendars_total: Type.Integer(),
  low_redundancy: Type.Boolean(),
  pack_consumed: Type.Boolean(),
  pack_remaining: Type.Integer(),
  subscription_active: Type.Boolean(),
  successes: Type.Array(Type.Object({ calendar: Type.String(), ots_path: Type.String() })),
  failures: Type.Array(Type.Object({ calendar: Type.String(), error: Type.String() })),
});

const schema = {
  summary: 'Anchor one SHA-256 digest',
  tags: ['orphograph'],
  body: AnchorItem,
  response: { 200: Anchored, ...ANCHOR_ERRORS },
};

/** `POST /api/anchor` */
export function registerAnchor(app: App, anchors: AnchorService, admit: Admit): void {
  app.post('/api/anchor', { schema, bodyLimit: BODY_MAX_BYTES, config: { cors: true } }, async (request) => {
    const admission = admit(request);
    const [anchored] = await submitAdmitted(anchors, admission, [toAnchorRequest(request.body)]);
    return presentAnchored(anchored!, admission.subscriptionActive);
  });
}
