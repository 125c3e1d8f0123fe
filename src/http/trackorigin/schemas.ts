import { Type } from 'typebox';
import { typedErrorBody } from '../shared/error-details.ts';

export const ErrorBody = typedErrorBody('TrackoriginError');

/** Of every list here. */
const LIMIT_DEFAULT = 25;

export const PageQuery = Type.Object({
  limit: Type.Optional(Type.String({ pattern: '^([1-9]\\d?|100)$', description: '1 to 100, 25 when left out' })),
  cursor: Type.Optional(Type.String({ description: '`next_cursor` of the page before' })),
});

export function parseLimit(text: string | undefined): number {
  return text === undefined ? LIMIT_DEFAULT : Number(text);
}

/** As the contract documents it. */
export const CERTIFICATE_ID_PATTERN = '^cer_[A-Za-z0-9_]{1,60}$';

export const CertificateParams = Type.Object({ cert_id: Type.String() });

const textOrNull = () => Type.Unsafe<string | null>({ type: ['string', 'null'] });
const Status = Type.Union([Type.Literal('active'), Type.Literal('revoked')]);

export const CertificateBody = Type.Object(
  {
    cert_id: Type.String(),
    verdict: Type.String(),
    revoked: Type.Boolean(),
    issued_at: Type.String(),
    standard: Type.String(),
    master: Type.Object({ sha256: Type.String(), duration_ms: Type.Optional(Type.Integer()) }),
    artist: Type.Object({ id: Type.String(), handle: Type.String(), display_name: Type.String() }),
    track: Type.Object({ id: Type.String(), title: Type.String() }),
    manifest: Type.Object({}, { additionalProperties: true, description: 'What was signed, as its RFC 8785 bytes.' }),
    signature: Type.String({ description: 'Ed25519, base64' }),
    key_id: Type.String({ description: 'Names the key in /.well-known/trackorigin-public-key.json.' }),
    public_url: Type.String(),
    status: Status,
    version: Type.Integer(),
    updated_at: Type.String(),
    revoked_at: textOrNull(),
    revocation_reason: textOrNull(),
    sandbox: Type.Boolean(),
    sequence: Type.Integer({ description: 'Number of its newest event in the public log.' }),
    document_url: Type.String(),
  },
  { title: 'TrackoriginCertificate' },
);

export const CertificateStatusBody = Type.Object(
  {
    status: Status,
    version: Type.Integer(),
    verdict: Type.String(),
    revoked: Type.Boolean(),
    issued_at: Type.String(),
    standard: Type.String(),
    checked_at: Type.String({ description: 'The status held at this moment.' }),
    cert_id: Type.String(),
    revoked_at: textOrNull(),
    revocation_reason: textOrNull(),
  },
  { title: 'TrackoriginStatus' },
);
