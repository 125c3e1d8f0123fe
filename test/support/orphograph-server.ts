import { createHash, randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Clock } from '../../src/base/clock.ts';
import type { Allowance } from '../../src/core/limit/gcra.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { DOCUMENTED_PRICING } from '../../src/http/orphograph/config.ts';
import { createOrphograph } from '../../src/http/orphograph/index.ts';
import { createServer } from '../../src/http/server.ts';
import type { App } from '../../src/http/shared/app.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import type { ReadinessChecks } from '../../src/http/shared/readiness.ts';
import type { Surface } from '../../src/http/shared/surface.ts';
import type { BitcoinNetwork } from '../../src/proof/bitcoin/network.ts';
import { createMemoryAnchors, type MemoryAnchors } from './memory-anchors.ts';

export const API_KEY = 'orpho_0123456789abcdefghijklmnopqrstuv';
export const START = Date.parse('2026-05-14T14:00:00Z');

export interface OrphographServer {
  readonly app: App;
  readonly anchors: MemoryAnchors;
  readonly clock: Clock & { time: number };
  /** Parsed log lines. */
  readonly log: Record<string, unknown>[];
}

/** The HTTP server with the orphograph contract over an anchor service in memory, not listening. */
export function createOrphographServer(
  options: {
    freeTier?: Allowance;
    trustedProxies?: readonly string[];
    readiness?: ReadinessChecks;
    network?: BitcoinNetwork;
    surfaces?: readonly Surface[];
  } = {},
): OrphographServer {
  const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: async () => {} };
  const anchors = createMemoryAnchors(clock.now);
  const log: Record<string, unknown>[] = [];
  const app = createServer({
    surfaces: [
      createOrphograph({
        anchors,
        freeTier:
          options.freeTier === undefined
            ? null
            : new MemoryLimiter({ allowance: options.freeTier, maxKeys: 1000, clock }),
        apiKeyDigests: [createHash('sha256').update(API_KEY).digest()],
        operations: {
          measureLedger: async () => ({ anchors: 245_678, upgrades: 12_345, expiries: 0 }),
          lastRuns: () => ({ upgradeAt: START - 300_000, expiryAt: null }),
        },
        network: options.network ?? 'mainnet',
        pricing: DOCUMENTED_PRICING,
        clock,
      }),
      ...(options.surfaces ?? []),
    ],
    clock,
    random: (length) => new Uint8Array(randomBytes(length)),
    logger: createLogger({ level: 'info', destination: { write: (line) => void log.push(JSON.parse(line)) } }),
    registry: new Registry(),
    readiness: options.readiness ?? {},
    trustedProxies: options.trustedProxies ?? [],
    version: '0.1.0',
  });
  return { app, anchors, clock, log };
}
