import chromaprintWasm from '@unimusic/chromaprint/dist/chromaprint.wasm?url';
import { AudioError } from '../../audio/audio-error.ts';
import { type Chromaprint, loadChromaprint } from '../../audio/chromaprint.ts';
import { detectFormat } from '../../audio/detect-format.ts';
import { createPrinting } from '../../audio/print-sound.ts';
import { createDecoder } from '../../audio/wasm-decoders.ts';
import { encodeItems } from '../../proof/fingerprint/items.ts';

export interface Prints {
  readonly durationMs: number;
  /** Base64 of raw Chromaprint items. */
  readonly fingerprint: string;
  readonly fingerprint2: string;
}

export type PrintReply = { readonly prints: Prints } | { readonly error: string };

const CHUNK_BYTES = 1024 * 1024;

const scope = self as unknown as {
  onmessage: (event: MessageEvent<File>) => void;
  postMessage: (reply: PrintReply) => void;
};

scope.onmessage = async ({ data: file }) => {
  try {
    scope.postMessage({ prints: await print(file) });
  } catch (error) {
    const isKnown = error instanceof AudioError;
    scope.postMessage({ error: isKnown ? `${file.name}: ${error.message}.` : 'It cannot be read as sound here.' });
  }
};

/** Errors: AudioError. */
async function print(file: File): Promise<Prints> {
  const format = detectFormat(await readPart(file, 0));
  if (format === 'unknown') throw new AudioError('unsupported-format', 'this is no audio file that is read here');
  if (format === 'mp4') throw new AudioError('needs-ffmpeg', 'MP4 is not read by browsers here; FLAC and MP3 are');
  const [chromaprint, decoder] = await Promise.all([fetchChromaprint(), createDecoder(format)]);
  using printing = createPrinting(decoder, chromaprint);
  for (let start = 0; start < file.size; start += CHUNK_BYTES) await printing.push(await readPart(file, start));
  const { durationMs, items, bandItems } = await printing.finish();
  return { durationMs, fingerprint: encodeItems(items), fingerprint2: encodeItems(bandItems) };
}

async function fetchChromaprint(): Promise<Chromaprint> {
  const response = await fetch(chromaprintWasm);
  if (!response.ok) throw new Error('the server does not give it');
  return loadChromaprint(new Uint8Array(await response.arrayBuffer()));
}

async function readPart(file: File, start: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(start, start + CHUNK_BYTES).arrayBuffer());
}
