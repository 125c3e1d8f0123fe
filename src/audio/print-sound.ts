import type { Chromaprint } from './chromaprint.ts';
import type { Decoder } from './pcm.ts';
import { type AudioPrints, createAudioPrinter } from './printer.ts';

/** A decoder together with what prints its sound: bytes of a file in, prints out. Disposing frees both. */
export interface Printing extends Disposable {
  /** Throws AudioError. */
  push(bytes: Uint8Array): Promise<void>;
  /** Throws AudioError. */
  finish(): Promise<AudioPrints>;
}

export function createPrinting(decoder: Decoder, chromaprint: Chromaprint): Printing {
  const printer = createAudioPrinter(chromaprint);
  return {
    async push(bytes) {
      const pcm = await decoder.push(bytes);
      if (pcm !== null) printer.push(pcm);
    },
    async finish() {
      const pcm = await decoder.finish();
      if (pcm !== null) printer.push(pcm);
      return printer.finish();
    },
    [Symbol.dispose]() {
      decoder.free();
      printer.free();
    },
  };
}
