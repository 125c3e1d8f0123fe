import { Type } from 'typebox';
import { decodeSha256 } from '../../base/hex.ts';
import type { AudioReader } from '../../core/audio/store.ts';
import { CertificateServiceError } from '../../core/certificate/error.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { prepareCertificate } from './certificate-answer.ts';
import { sendJson, setCaching } from './certificate-caching.ts';
import { TrackoriginError } from './errors.ts';
import { CertificateBody, ErrorBody } from './schemas.ts';

const schema = {
  summary: 'The one active certificate of a recording',
  tags: ['trackorigin'],
  params: Type.Object({ sha256_hex: Type.String({ description: '64 hexadecimal characters of either case' }) }),
  response: {
    200: CertificateBody,
    304: Type.Null(),
    400: ErrorBody,
    404: ErrorBody,
    409: ErrorBody,
    429: ErrorBody,
  },
};

/** Whether there is none, one or more is all that the contract asks. */
const ENOUGH_TO_TELL = 2;

/** `GET /api/v1/tracks/by-sha256/{sha256_hex}`, of a master or of a rendition: live ones, and for a test key those of its account's sandbox. */
export function registerTrackBySha256(app: App, audio: Pick<AudioReader, 'findByContent'>, admission: Admission): void {
  const options = { schema, onRequest: admission.admit('anyone'), config: { cors: true } } as const;
  app.get('/api/v1/tracks/by-sha256/:sha256_hex', options, async (request, reply) => {
    const sha256 = decodeSha256(request.params.sha256_hex);
    if (sha256 === null) throw new TrackoriginError('sha256-invalid', 'not 64 hexadecimal characters');
    const caller = admission.callerOf(request);
    const realm =
      caller === null || caller.isLive
        ? ({ of: 'live' } as const)
        : ({ of: 'sandbox', accountId: caller.accountId } as const);
    const found = await audio.findByContent(realm, sha256, ENOUGH_TO_TELL);
    if (found.length > 1) throw new TrackoriginError('certificates-ambiguous', 'more than one is active');
    const answer = found.length === 0 ? null : prepareCertificate(found[0]!);
    if (answer === null) throw new CertificateServiceError('certificate-unknown', 'no active certificate of this work');
    setCaching(reply, caller);
    sendJson(request, reply, answer.json, answer.etag);
    return reply;
  });
}
