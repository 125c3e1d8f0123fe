/** What a file is by its first bytes, whatever its name says. */
export type AudioFormat =
  | 'wav'
  | 'flac'
  | 'mp3'
  | 'vorbis'
  | 'opus'
  /** Read by ffmpeg or fpcalc only. */
  | 'mp4'
  | 'unknown';

/** Bytes that are enough to tell; a file may have fewer. */
export const DETECT_BYTES = 64;

/** Where the first packet stands in the first page of an Ogg stream that has one packet, as all of these have. */
const OGG_PACKET_AT = 28;

export function detectFormat(start: Uint8Array): AudioFormat {
  const has = (at: number, text: string) =>
    [...text].every((character, i) => start[at + i] === character.charCodeAt(0));
  if ((has(0, 'RIFF') || has(0, 'RF64')) && has(8, 'WAVE')) return 'wav';
  if (has(0, 'fLaC')) return 'flac';
  if (has(0, 'OggS')) {
    if (has(OGG_PACKET_AT, '\u0001vorbis')) return 'vorbis';
    if (has(OGG_PACKET_AT, 'OpusHead')) return 'opus';
    return has(OGG_PACKET_AT, '\u007fFLAC') ? 'flac' : 'unknown';
  }
  if (has(4, 'ftyp')) return 'mp4';
  if (has(0, 'ID3') || isMpegFrame(start)) return 'mp3';
  return 'unknown';
}

/** The head of a frame of layer 1 to 3: eleven ones, then nothing that is reserved. */
function isMpegFrame([first, second = 0, third = 0]: Uint8Array): boolean {
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  const bitrate = third >> 4;
  const rate = (third >> 2) & 3;
  return first === 0xff && second >= 0xe0 && version !== 1 && layer !== 0 && bitrate !== 15 && rate !== 3;
}
