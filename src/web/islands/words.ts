const NUMBER = new Intl.NumberFormat('en-GB');

export function sayCount(count: number, one: string, many = `${one}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? one : many}`;
}

export function sayNumber(value: number): string {
  return NUMBER.format(value);
}

/** `1.4 GB`; powers of 1000, as systems show them to people. */
export function saySize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `in 20 seconds`, `in 8 hours`; rounded up, so that waiting that long is enough. */
export function sayWait(seconds: number): string {
  if (seconds < 90) return `in ${sayCount(Math.max(1, Math.ceil(seconds)), 'second')}`;
  const minutes = Math.ceil(seconds / 60);
  return minutes > 90 ? `in ${sayCount(Math.ceil(minutes / 60), 'hour')}` : `in ${sayCount(minutes, 'minute')}`;
}

/** `2026-05-14 14:00 UTC`, of epoch ms. */
export function sayMinute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
