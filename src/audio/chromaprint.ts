import createModule, { type MainModule } from '@unimusic/chromaprint/dist/chromaprint.js';
import { PRINT_RATE } from '../proof/fingerprint/item-clock.ts';

/** Chromaprint's default algorithm, "TEST2" (`CHROMAPRINT_ALGORITHM_DEFAULT`). */
const ALGORITHM = 1;
/** Samples that are handed over at once. */
const CHUNK_SAMPLES = 16_384;

/** Takes mono sound at 11025 Hz as 16-bit samples, piece by piece, and makes Chromaprint's raw items of all of it. */
export interface ChromaPrinter {
  push(samples: Int16Array): void;
  finish(): Uint32Array;
  /** Has to be called in the end, also after `finish`. */
  free(): void;
}

export interface Chromaprint {
  createPrinter(): ChromaPrinter;
}

/**
 * Chromaprint's own code, compiled to WebAssembly. The package's wrapper around it reads its results before they are
 * there and takes sound from a browser only, so it is left out; `wasm` are the bytes of its `chromaprint.wasm`.
 */
export async function loadChromaprint(wasm: Uint8Array): Promise<Chromaprint> {
  const module = await startModule(wasm);
  return { createPrinter: () => createPrinter(module) };
}

/** The module was built for browsers and looks for a window before anything else, though it uses none. */
function startModule(wasm: Uint8Array): Promise<MainModule> {
  const scope = globalThis as { window?: unknown };
  const isMissing = scope.window === undefined;
  if (isMissing) scope.window = {};
  try {
    // Nothing is looked up: it would be named relative to a module, which a bundle in one file is not.
    return createModule({ wasmBinary: wasm, locateFile: (name: string) => name });
  } finally {
    if (isMissing) delete scope.window;
  }
}

function createPrinter(module: MainModule): ChromaPrinter {
  const context = module._chromaprint_new(ALGORITHM);
  const input = module._malloc(CHUNK_SAMPLES * 2);
  require(module._chromaprint_start(context, PRINT_RATE, 1));
  return {
    push(samples) {
      for (let i = 0; i < samples.length; i += CHUNK_SAMPLES) {
        const chunk = samples.subarray(i, i + CHUNK_SAMPLES);
        // Looked up each time: when the module's memory grows, the view before is dead.
        (module.HEAP16 as Int16Array).set(chunk, input / 2);
        require(module._chromaprint_feed(context, input, chunk.length));
      }
    },
    finish() {
      require(module._chromaprint_finish(context));
      return readItems(module, context);
    },
    free() {
      module._free(input);
      module._chromaprint_free(context);
    },
  };
}

function readItems(module: MainModule, context: number): Uint32Array {
  const results = module._malloc(8);
  // It calls it a failure when there is nothing, which is what very short sound has.
  const isFilled = module._chromaprint_get_raw_fingerprint(context, results, results + 4) === 1;
  const [data, count] = (module.HEAP32 as Int32Array).subarray(results / 4, results / 4 + 2) as unknown as [
    number,
    number,
  ];
  module._free(results);
  if (!isFilled) return new Uint32Array(0);
  const items = Uint32Array.from((module.HEAP32 as Int32Array).subarray(data / 4, data / 4 + count));
  module._free(data);
  return items;
}

function require(status: number): void {
  if (status !== 1) throw new Error('Chromaprint failed');
}
