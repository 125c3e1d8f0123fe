import { createHash } from 'node:crypto';

export type Half = 'development' | 'held-out';

/** Puts each release into one of two halves of about as many recordings. Only the names and counts decide. */
export function splitReleases(counts: ReadonlyMap<string, number>): Map<string, Half> {
  const order = [...counts.keys()].sort((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1));
  const sizes = { development: 0, 'held-out': 0 };
  return new Map(
    order.map((release) => {
      const half = sizes.development <= sizes['held-out'] ? 'development' : 'held-out';
      sizes[half] += counts.get(release)!;
      return [release, half];
    }),
  );
}

/** Takes from each release in turn, so that a large one does not speak for all. */
export function takeInTurn<T extends { readonly release: string }>(items: readonly T[], count: number): T[] {
  const queues = [...Map.groupBy(items, ({ release }) => release).values()].map((queue) => [...queue]);
  const taken: T[] = [];
  while (taken.length < count && queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      const item = queue.shift();
      if (item !== undefined && taken.length < count) taken.push(item);
    }
  }
  return taken;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
