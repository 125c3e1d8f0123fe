import { CodedError } from '../base/coded-error.ts';

type AudioErrorCode =
  /** Nothing that is read here, by its first bytes. */
  | 'unsupported-format'
  /** A format that needs fpcalc or ffmpeg, of which neither is on the path. */
  | 'needs-ffmpeg'
  /** A sample rate or a number of channels outside of what music has. */
  | 'unsupported-layout'
  /** What the first bytes promise does not follow. */
  | 'damaged-audio'
  /** Less than the three seconds that a print needs. */
  | 'too-short';

/** Audio that cannot be fingerprinted. The message is a sentence without the file's name. */
export class AudioError extends CodedError<AudioErrorCode> {}
