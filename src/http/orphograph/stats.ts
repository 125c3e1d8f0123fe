import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { OrderDesk } from '../../core/order/desk.ts';
import type { App } from '../shared/app.ts';
import { shareFor } from '../shared/fresh-cache.ts';
import { prepareAnswer, sendReady } from '../shared/ready-answer.ts';
import { CONTRACT_VERSION, Oracle, presentOracle } from './health.ts';
import { nullable } from './schemas.ts';
import { presentTime, presentTimeOrNull } from './wire.ts';

/** By the contract. */
const FRESH_MS = 60_000;

const schema = {
  summary: 'How much is anchored here, in totals',
  tags: ['orphograph'],
  response: {
    200: Type.Object({
      version: Type.String(),
      uptime_sec: Type.Integer(),
      boot_at: Type.String(),
      anchors: Type.Object({
        total: Type.Integer(),
        last_24h: Type.Integer(),
        last_7d: Type.Integer(),
        last_anchor_at: nullable('string'),
      }),
      calendars: Type.Object({
        reachable: Type.Integer(),
        total: Type.Integer(),
        items: Type.Array(Type.Object({ name: Type.String(), reachable: Type.Boolean() })),
      }),
      btc_oracle: Oracle,
      checked_at: Type.String(),
    }),
  },
};

/** `GET /api/stats` */
export function registerStats(app: App, anchors: AnchorService, desk: OrderDesk | null, clock: Clock): void {
  const bootAt = clock.now();

  const count = shareFor(FRESH_MS, clock, async () => {
    const counts = await anchors.counts();
    const items = anchors.calendars(counts).map(({ name, reachable }) => ({ name, reachable }));
    const now = clock.now();
    // Not in the order of /api/health: the contract's.
    const { available, source, usd_per_btc } = presentOracle(desk);
    return prepareAnswer({
      version: CONTRACT_VERSION,
      uptime_sec: Math.floor((now - bootAt) / 1000),
      boot_at: presentTime(bootAt),
      anchors: {
        total: counts.receipts,
        last_24h: counts.lastDay,
        last_7d: counts.lastWeek,
        last_anchor_at: presentTimeOrNull(counts.lastAnchorAt),
      },
      calendars: { reachable: items.filter(({ reachable }) => reachable).length, total: items.length, items },
      btc_oracle: { available, source, usd_per_btc },
      checked_at: presentTime(now),
    });
  });

  app.get('/api/stats', { schema, config: { cors: true } }, async (request, reply) => {
    sendReady(request, reply, await count(), `public, max-age=${FRESH_MS / 1000}`);
    return reply;
  });
}
