import {
  type CountDifferences,
  countDifferencesPlain,
  type FindAlignment,
  findAlignmentPlain,
  scanOffsets,
} from './scan.ts';
import { assembleCounter } from './scan-simd-code.ts';

/** Both ways of comparing, by the fastest means that the machine has; the results are the same. */
export interface Scanner {
  readonly isSimd: boolean;
  readonly find: FindAlignment;
  readonly count: CountDifferences;
}

export const PLAIN_SCANNER: Scanner = { isSimd: false, find: findAlignmentPlain, count: countDifferencesPlain };

const ITEM_BYTES = 4;

/** The part of WebAssembly's interface that is used; TypeScript knows it only together with a browser. */
declare const WebAssembly:
  | {
      validate(bytes: Uint8Array): boolean;
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object) => { readonly exports: unknown };
    }
  | undefined;

interface CounterExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly count: (a: number, b: number, bytes: number) => number;
}

/** A scanner with SIMD, or the plain one where WebAssembly does not have it. Holds one page of memory for good. */
export function createScanner(): Scanner {
  const bytes = assembleCounter();
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(bytes)) return PLAIN_SCANNER;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { memory: page, count: countBits } = exports as CounterExports;
  const memory = new Uint32Array(page.buffer);
  const half = memory.length / 2;
  return {
    isSimd: true,
    find(master, probe, limits) {
      if (master.length > half || probe.length > half) return findAlignmentPlain(master, probe, limits);
      memory.set(master, 0);
      memory.set(probe, half);
      return scanOffsets(master.length, probe.length, limits, (masterStart, probeStart, length) =>
        countBits(masterStart * ITEM_BYTES, (half + probeStart) * ITEM_BYTES, length * ITEM_BYTES),
      );
    },
    count: countDifferencesPlain,
  };
}
