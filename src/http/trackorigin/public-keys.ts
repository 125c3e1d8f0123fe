import { Type } from 'typebox';
import { encodeBase64 } from '../../base/base64.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import type { KeyDirectory } from '../../core/certificate/key-directory.ts';
import type { CertificateKey } from '../../core/certificate/signer.ts';
import type { PublicLog } from '../../core/log/public-log.ts';
import type { App } from '../shared/app.ts';
import { presentTime, presentTimeOrNull } from '../shared/present-time.ts';

const Key = Type.Object({
  key_id: Type.String(),
  algorithm: Type.Literal('Ed25519'),
  public_key: Type.String({ description: '32 bytes in base64' }),
  public_key_pem: Type.String({ description: 'the same as SubjectPublicKeyInfo' }),
  valid_from: Type.String(),
  valid_until: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  status: Type.Union([Type.Literal('active'), Type.Literal('retired')]),
});

const schema = {
  summary: 'Every key that certificates are or were signed with',
  tags: ['trackorigin'],
  response: {
    200: Type.Object({
      ...Key.properties,
      keys: Type.Array(Key, { description: 'The newest first; the fields beside are those of the first one.' }),
      log: Type.Object({ origin: Type.String(), verifier_key: Type.String() }),
    }),
  },
};

const MAX_AGE_SECONDS = 300;
/** What stands before the 32 bytes in SubjectPublicKeyInfo, RFC 8410 section 4. */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** `GET /.well-known/trackorigin-public-key.json` */
export function registerPublicKeys(
  app: App,
  keys: KeyDirectory,
  { origin, verifierKey: verifier_key }: Pick<PublicLog, 'origin' | 'verifierKey'>,
  clock: Clock,
): void {
  app.get('/.well-known/trackorigin-public-key.json', { schema, config: { cors: true } }, async (_request, reply) => {
    const now = clock.now();
    const presented = (await keys.list()).map((key) => presentKey(key, now)).reverse();
    reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`);
    return { ...presented[0]!, keys: presented, log: { origin, verifier_key } };
  });
}

function presentKey({ id, publicKey, validFrom, validUntil }: CertificateKey, now: number) {
  const spki = encodeBase64(concatBytes(SPKI_PREFIX, publicKey));
  return {
    key_id: id,
    algorithm: 'Ed25519' as const,
    public_key: encodeBase64(publicKey),
    public_key_pem: `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`,
    valid_from: presentTime(validFrom),
    valid_until: presentTimeOrNull(validUntil),
    status: validUntil === null || validUntil > now ? ('active' as const) : ('retired' as const),
  };
}
