import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

/** One line of a benchmark. `aim` and `reached` are about the same number. */
export interface Row {
  readonly what: string;
  readonly engine: string;
  readonly figures: Readonly<Record<string, number | string>>;
  readonly aim?: string;
  readonly reached?: boolean;
}

/** Prints rows as they come and keeps them in `bench/results/<name>.json`. */
export function createReport(name: string) {
  const rows: Row[] = [];
  return {
    add(row: Row): void {
      rows.push(row);
      const figures = Object.entries(row.figures).map(([key, value]) => `${key} ${format(value)}`);
      const verdict = row.aim === undefined ? '' : `   ${row.reached ? 'reached' : 'MISSED'}: ${row.aim}`;
      console.log(`${row.what.padEnd(44)} ${row.engine.padEnd(9)} ${figures.join('  ')}${verdict}`);
    },
    async write(): Promise<void> {
      const folder = join(import.meta.dirname, '..', 'results');
      await mkdir(folder, { recursive: true });
      const machine = { cores: availableParallelism(), cpu: cpus()[0]?.model, node: process.version };
      await writeFile(join(folder, `${name}.json`), `${JSON.stringify({ machine, rows }, null, 2)}\n`);
    },
  };
}

function format(value: number | string): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : value;
}
