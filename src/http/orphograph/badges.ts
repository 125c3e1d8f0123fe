import { Type } from 'typebox';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { App } from '../shared/app.ts';
import { sayStatus } from './badge-look.ts';
import { ErrorBody } from './schemas.ts';

/** More would make addresses that some proxies cut off. */
export const BADGES_MAX = 100;
const IDS = `^[A-Za-z0-9_-]{1,64}(,[A-Za-z0-9_-]{1,64}){0,${BADGES_MAX - 1}}$`;

const schema = {
  summary: 'What the badges of several receipts say',
  description: 'Not in the contract: for the script, which shows many badges on a page.',
  tags: ['orphograph'],
  querystring: Type.Object({
    ids: Type.String({ pattern: IDS, description: `Up to ${BADGES_MAX} ids of receipts, with commas between them.` }),
  }),
  response: {
    200: Type.Object({
      results: Type.Record(
        Type.String(),
        Type.Union([
          Type.Object({
            status: Type.Union([Type.Literal('pending'), Type.Literal('partial'), Type.Literal('pinned')]),
            text: Type.String(),
          }),
          Type.Null(),
        ]),
        { description: 'By id; null for one that is not there, or private: pages of others show those to nobody.' },
      ),
    }),
    400: ErrorBody,
  },
};

/** `GET /api/badges` */
export function registerBadges(app: App, anchors: Pick<AnchorService, 'readState'>, network: BitcoinNetwork): void {
  app.get('/api/badges', { schema, config: { cors: true } }, async (request, reply) => {
    const ids = [...new Set(request.query.ids.split(','))];
    // Read together.
    const states = await Promise.all(ids.map((id) => anchors.readState(id)));
    // What has an owner may become private at any moment.
    reply.header('cache-control', 'no-cache');
    const results = ids.map((id, i) => {
      const state = states[i]!;
      if (state === null || state.isPrivate) return [id, null] as const;
      return [id, { status: state.status, text: sayStatus(state.status, network) }] as const;
    });
    return { results: Object.fromEntries(results) };
  });
}
