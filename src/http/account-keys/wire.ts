import { type Static, Type } from 'typebox';
import type { Credential } from '../../core/key/credential.ts';
import type { Minted } from '../../core/key/mint.ts';
import { SCOPES } from '../../core/key/scope.ts';
import { CREDENTIAL_KINDS } from '../../core/key/secret.ts';
import { presentTime, presentTimeOrNull } from '../shared/present-time.ts';

const NAME_MAX_CHARS = 100;

const orNull = (type: 'string', options: object = {}) =>
  Type.Unsafe<string | null>({ type: [type, 'null'], ...options });

/** C0, DEL, C1, and the characters that turn the direction of a text round, which hide what a list shows. */
const NO_CONTROLS = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]+$';

export const Name = orNull('string', { minLength: 1, maxLength: NAME_MAX_CHARS, pattern: NO_CONTROLS });
export const Kind = Type.Unsafe<Credential['kind']>({ type: 'string', enum: [...CREDENTIAL_KINDS] });
export const Scopes = Type.Unsafe<string[] | null>({
  type: ['array', 'null'],
  items: { type: 'string', enum: [...SCOPES] },
  minItems: 1,
  uniqueItems: true,
});

export const Key = Type.Object(
  {
    id: Type.String(),
    kind: Kind,
    name: orNull('string'),
    display_prefix: Type.String(),
    scopes: Scopes,
    created_at: Type.String(),
    last_used_at: orNull('string'),
    expires_at: orNull('string'),
    revoked_at: orNull('string'),
  },
  { title: 'AccountKey' },
);

/** `secret` is shown here and never again. */
export const NewKey = Type.Object({ ...Key.properties, secret: Type.String() }, { title: 'NewAccountKey' });

export const ErrorBody = Type.Object(
  {
    error: Type.Object({ code: Type.String(), message: Type.String(), request_id: Type.String() }),
  },
  { title: 'AccountKeysError' },
);

export function presentKey(credential: Credential): Static<typeof Key> {
  return {
    id: credential.id,
    kind: credential.kind,
    name: credential.name,
    display_prefix: credential.displayPrefix,
    scopes: credential.scopes === null ? null : [...credential.scopes],
    created_at: presentTime(credential.createdAt),
    last_used_at: presentTimeOrNull(credential.lastUsedAt),
    expires_at: presentTimeOrNull(credential.expiresAt),
    revoked_at: presentTimeOrNull(credential.revokedAt),
  };
}

export function presentMinted({ credential, secret }: Minted): Static<typeof NewKey> {
  return { ...presentKey(credential), secret };
}
