import type { Clock } from '../../base/clock.ts';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { Limiter } from '../../core/limit/limiter.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { Surface } from '../shared/surface.ts';
import { createAdmission } from './admission.ts';
import { registerAnchor } from './anchor.ts';
import { registerAnchorBatch } from './anchor-batch.ts';
import { registerBadgeJs } from './badge-js.ts';
import { registerBadgeSvg } from './badge-svg.ts';
import { type Pricing, registerConfig } from './config.ts';
import { presentError } from './errors.ts';
import { type Operations, registerHealth } from './health.ts';
import { registerReceipt } from './receipt.ts';
import { registerReceiptZip } from './receipt-zip.ts';
import { registerStats } from './stats.ts';
import { registerSummary } from './summary.ts';
import { registerVerify } from './verify.ts';

export interface OrphographParts {
  readonly anchors: AnchorService;
  /** Of anonymous anchors, by client network; null lets everyone anchor as much as they like. */
  readonly freeTier: Limiter | null;
  /** SHA-256 of the API keys whose holders are not subject to the free tier. */
  readonly apiKeyDigests: readonly Uint8Array[];
  readonly operations: Operations;
  readonly network: BitcoinNetwork;
  readonly pricing: Pricing;
  readonly clock: Clock;
}

/** The public part of the orphograph contract. */
export function createOrphograph(parts: OrphographParts): Surface {
  const { anchors, operations, network, pricing, clock } = parts;
  return {
    pathPrefixes: ['/api/', '/badge.js'],
    presentError,
    register(app) {
      const admit = createAdmission(parts.apiKeyDigests, parts.freeTier);
      registerAnchor(app, anchors, admit);
      registerAnchorBatch(app, anchors, admit);
      registerReceipt(app, anchors, clock);
      registerReceiptZip(app, anchors);
      registerSummary(app, anchors, network);
      registerVerify(app, anchors);
      registerHealth(app, anchors, operations, clock);
      registerStats(app, anchors, clock);
      registerConfig(app, pricing);
      registerBadgeSvg(app, anchors, network);
      registerBadgeJs(app);
    },
  };
}
