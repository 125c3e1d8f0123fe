import { createHash } from 'node:crypto';
import { AudioError } from '../../audio/audio-error.ts';
import type { Chromaprint } from '../../audio/chromaprint.ts';
import { DETECT_BYTES, detectFormat } from '../../audio/detect-format.ts';
import { createPrinting } from '../../audio/print-sound.ts';
import type { AudioPrints } from '../../audio/printer.ts';
import { createDecoder } from '../../audio/wasm-decoders.ts';
import { FileError } from '../file-error.ts';
import { withRegularFile } from '../regular-file.ts';
import { printExternally } from './external.ts';

/** A recording's digest and prints. Without a band print where only fpcalc was there to read it. */
export interface PrintedFile extends Omit<AudioPrints, 'bandItems'> {
  readonly bandItems: Uint32Array | null;
  readonly sha256: Uint8Array;
}

interface PrintOptions {
  readonly signal: AbortSignal;
  readonly onBytes?: (done: number, size: number) => void;
}

/** Small enough that what it decodes to stays small; large enough not to be what takes the time. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a file once, for its digest and its sound at the same time; memory does not grow with the file. Errors:
 * AudioError; FileError.
 */
export function printFile(path: string, chromaprint: Chromaprint, options: PrintOptions): Promise<PrintedFile> {
  return withRegularFile(path, async (file) => {
    const before = await file.stat();
    const start = new Uint8Array(DETECT_BYTES);
    const { bytesRead: startLength } = await file.read(start, 0, DETECT_BYTES, 0);
    const format = detectFormat(start.subarray(0, startLength));
    if (format === 'unknown') {
      throw new AudioError('unsupported-format', 'it is not WAV, FLAC, MP3, Ogg Vorbis, Opus or MP4 audio');
    }
    const hash = createHash('sha256');
    using work = format === 'mp4' ? null : createPrinting(await createDecoder(format), chromaprint);
    const chunk = new Uint8Array(CHUNK_BYTES);
    let done = 0;
    for (;;) {
      options.signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, done);
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      hash.update(bytes);
      await work?.push(bytes);
      done += bytesRead;
      options.onBytes?.(done, before.size);
    }
    const prints = work === null ? await printExternally(path, chromaprint, options.signal) : await work.finish();
    const after = await file.stat();
    if (done !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      throw new FileError('changed-while-read', 'it changed while it was read; try again when it is complete');
    }
    return { ...prints, sha256: new Uint8Array(hash.digest()) };
  });
}
