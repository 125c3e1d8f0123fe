import { isTrackoriginId } from '../../proof/certificate/manifest.ts';
import { TrackoriginError } from './errors.ts';

/** The contract has the form checked before anything is looked up. Errors: `certificate-id-invalid`. */
export function requireCertificateId(text: string): string {
  if (!isTrackoriginId(text)) throw new TrackoriginError('certificate-id-invalid', 'not the form of a certificate id');
  return text;
}
