import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { App } from '../shared/app.ts';
import type { Admission, Admissions } from './admission.ts';
import { PAYER } from './api.ts';
import { type Notifier, parseNotifyEmail } from './notify.ts';
import { ANCHOR_ERRORS, AnchorItem, nullable } from './schemas.ts';
import { submitAdmitted } from './submit.ts';
import { presentAnchored, toAnchorRequest } from './wire.ts';

/** Documented by the contract. */
const BODY_MAX_BYTES = 4 * 1024;

const AnchorBody = Type.Object({
  ...AnchorItem.properties,
  notify_email: Type.Optional(
    Type.Unknown({ description: 'With a pack token: the address that the receipt is sent to. Else it is ignored.' }),
  ),
});

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
  description: 'With X-Pack-Token or X-Orpho-Api-Key, or anonymously on the free tier.',
  tags: ['orphograph'],
  security: PAYER,
  body: AnchorBody,
  response: { 200: Anchored, ...ANCHOR_ERRORS },
};

/** `POST /api/anchor` */
export function registerAnchor(app: App, anchors: AnchorService, admissions: Admissions, notifier: Notifier): void {
  app.post('/api/anchor', { schema, bodyLimit: BODY_MAX_BYTES, config: { cors: true } }, async (request, reply) => {
    const admission = await admissions.admit(request, reply, 1);
    const recipient = admission.purse === null ? null : parseNotifyEmail(request.body.notify_email);
    const paid = await anchorOne(admission, request.body);
    if (paid !== null) {
      if (recipient !== null) notifier.notify(admission.purse!, recipient, paid.anchored, request.log);
      return present(paid, admission);
    }
    // Somebody else spent the last credit meanwhile.
    return anchorAnonymously(request, reply);
  });

  async function anchorAnonymously(request: FastifyRequest<{ Body: Static<typeof AnchorBody> }>, reply: FastifyReply) {
    const admission = await admissions.admitAnonymous(request, reply);
    return present((await anchorOne(admission, request.body))!, admission);
  }

  async function anchorOne(admission: Admission, body: Static<typeof AnchorBody>) {
    const requests = [toAnchorRequest(body, admission.owner)];
    const { anchored, balance } = await submitAdmitted(anchors, admission, requests);
    return anchored[0] == null ? null : { anchored: anchored[0], balance };
  }
}

function present(
  { anchored, balance }: { anchored: Parameters<typeof presentAnchored>[0]; balance: number },
  { purse, subscriptionActive }: Admission,
) {
  return presentAnchored(anchored, { packConsumed: purse !== null, packRemaining: balance, subscriptionActive });
}
