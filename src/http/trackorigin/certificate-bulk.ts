import { Type } from 'typebox';
import type { CertificateMemory } from '../../core/certificate/memory.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { type CertificateAnswer, isVisible } from './certificate-answer.ts';
import { sendJson } from './certificate-caching.ts';
import { CERTIFICATE_ID_PATTERN, CertificateBody, ErrorBody } from './schemas.ts';

/** As the contract has it. */
const BULK_MAX_IDS = 100;

const schema = {
  summary: 'Several certificates at once',
  tags: ['trackorigin'],
  body: Type.Object(
    {
      cert_ids: Type.Array(Type.String({ pattern: CERTIFICATE_ID_PATTERN }), { minItems: 1, maxItems: BULK_MAX_IDS }),
    },
    { additionalProperties: false },
  ),
  response: {
    200: Type.Object({
      results: Type.Record(Type.String(), Type.Union([CertificateBody, Type.Null()]), {
        description: 'By id; null for one that is not there.',
      }),
      found: Type.Integer(),
      requested: Type.Integer({ description: 'How many different ids were asked for.' }),
    }),
    400: ErrorBody,
    401: ErrorBody,
    402: ErrorBody,
    429: ErrorBody,
  },
};

/** `POST /api/v1/certificates/bulk` */
export function registerCertificateBulk(
  app: App,
  memory: CertificateMemory<CertificateAnswer>,
  admission: Admission,
): void {
  const options = { schema, onRequest: admission.admit('key'), config: { cors: true } } as const;
  app.post('/api/v1/certificates/bulk', options, async (request, reply) => {
    const caller = admission.callerOf(request);
    const ids = [...new Set(request.body.cert_ids)];
    const known = await memory.findMany(ids);
    let found = 0;
    const results = ids.map((id) => {
      const answer = known.get(id);
      if (answer === undefined || !isVisible(answer, caller)) return `"${id}":null`;
      found++;
      return `"${id}":${answer.json}`;
    });
    reply.header('cache-control', 'private, no-store');
    const json = `{"results":{${results.join(',')}},"found":${found},"requested":${ids.length}}`;
    sendJson(request, reply, json, null);
    return reply;
  });
}
