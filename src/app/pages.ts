import type { PublicLog } from '../core/log/public-log.ts';
import type { LogReader } from '../core/log/store.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createOperatorPages } from '../web/operator/surface.ts';
import { createOwnerPages } from '../web/owner/surface.ts';
import type { LogHealth } from '../web/pages/operator/health.ts';
import type { StatusView } from '../web/pages/status.ts';
import { createRegistryPages } from '../web/registry/surface.ts';
import type { Scripts } from '../web/scripts.ts';
import type { Running, ServerSettings } from './app.ts';
import { openRelay } from './relay.ts';
import type { Services } from './services.ts';
import { systemClock } from './system.ts';
import { createWebhooks } from './webhooks.ts';

/** Pages about certificates and whom they name, those of their owners, and those of operators. */
export function createPeoplePages(
  settings: ServerSettings,
  running: Running,
  { accounts, audio, limiter, log, timestamps, tracks, workRegistry }: Services,
  { scripts, checkStatus }: { readonly scripts: Scripts; readonly checkStatus: () => Promise<StatusView> },
): readonly Surface[] {
  const { store } = running;
  const { sessions } = accounts;
  const { works } = workRegistry;
  return [
    createRegistryPages({
      scripts,
      publicUrl: settings.config.http.publicUrl,
      sessions,
      verifications: workRegistry.verifications,
      works,
      certificates: store.certificate,
      registry: store.registry,
      timestamps: store.timestamp,
      tokens: store.timestampToken,
      receipts: store.anchor,
      publicLog: log,
      relay: openRelay(settings, running, workRegistry),
      limiter,
      limits: settings.config.limits,
    }),
    createOwnerPages({
      scripts,
      sessions,
      publicUrl: settings.config.http.publicUrl,
      works,
      submissions: tracks.submissions,
      timestamps,
      timestampUsage: {
        subscriptions: store.subscription,
        timestamps: store.timestamp,
        quotas: settings.config.timestampQuotas,
        clock: systemClock,
      },
      clock: systemClock,
      webhooks: createWebhooks(running, settings),
    }),
    createOperatorPages({
      ...tracks,
      sessions,
      publicUrl: settings.config.http.publicUrl,
      accounts: store.account,
      registry: store.registry,
      policies: audio.policies,
      checkHealth: async () => ({ status: await checkStatus(), log: await checkLog(log, store.log) }),
    }),
  ];
}

async function checkLog(log: PublicLog, reader: LogReader): Promise<LogHealth> {
  const [size, head, [anchored]] = await Promise.all([
    reader.size(),
    log.head().catch(() => null),
    log.listAnchored(1),
  ]);
  return {
    origin: log.origin,
    verifierKey: log.verifierKey,
    size,
    unpublished: size - (head?.size ?? 0),
    publishedAt: head?.publishedAt ?? null,
    anchored: anchored === undefined ? null : { size: anchored.size, at: anchored.anchoredAt },
  };
}
