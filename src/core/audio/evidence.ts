import { SYNTHETIC_ID } from '../certificate/synthetic.ts';

/** Who made a print: whoever sent it, or Touchmark, of sound that it had itself. */
export type Evidence = 'client_asserted' | 'server_extracted';

/**
 * Of the prints of a certificate. No route takes sound: the synthetic recording, which the server composes, is the only
 * one that it has.
 */
export function masterEvidence({ id }: { readonly id: string }): Evidence {
  return id === SYNTHETIC_ID ? 'server_extracted' : 'client_asserted';
}
