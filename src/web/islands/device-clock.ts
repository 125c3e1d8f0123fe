import { sayMinute } from './words.ts';

/** The time as this device has it, and as the server does; epoch ms. */
export interface Clocks {
  readonly device: number;
  /** Null when it cannot be asked. */
  readonly server: number | null;
}

const ASK_TIMEOUT_MS = 3_000;
/** A header has whole seconds, and is late by as long as the answer took. */
const SERVER_TOLERANCE_MS = 5 * 60_000;
/** Blocks may be two hours ahead of everybody's clocks. */
const PROOF_TOLERANCE_MS = 2 * 3_600_000;

export async function readClocks(): Promise<Clocks> {
  return { server: await askServer(), device: Date.now() };
}

/** By the `Date` of an answer that neither a cache nor the service worker has kept. */
async function askServer(): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
    const { headers } = await fetch('/robots.txt', { method: 'HEAD', cache: 'no-store', credentials: 'omit', signal });
    return Date.parse(headers.get('date') ?? '') || null;
  } catch {
    return null;
  }
}

/** What to say when the device's clock is doubtful; null when nothing speaks against it. `times` are those of proofs. */
export function doubtClock({ device, server }: Clocks, times: readonly number[]): string | null {
  const doubt = `The clock of this device seems wrong: it says ${sayMinute(device)}`;
  if (server !== null) {
    if (Math.abs(device - server) <= SERVER_TOLERANCE_MS) return null;
    return `${doubt}, and this server says ${sayMinute(server)}. Times were compared with the server’s.`;
  }
  const latest = Math.max(...times);
  if (latest <= device + PROOF_TOLERANCE_MS) return null;
  return `${doubt}, and what you gave was made later, at ${sayMinute(latest)}. Set the clock, and check again.`;
}
