import { Type } from 'typebox';
import type { PublicLog } from '../../core/log/public-log.ts';
import { EVENT_TYPES } from '../../core/webhook/subscription.ts';
import { OWNERSHIP_TYPES, PRIVACY_LEVELS, WORK_TYPES } from '../../core/works/work.ts';
import type { App } from '../shared/app.ts';

const schema = {
  summary: 'What a program needs to know to use, and to check, this registry',
  tags: ['origimark'],
  response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) },
};

/** An hour: it changes with a new version of the server. */
const CACHE_CONTROL = 'public, max-age=3600';

/** `GET /.well-known/origimark.json` */
export function registerWellKnown(app: App, publicUrl: string, log: Pick<PublicLog, 'origin' | 'verifierKey'>): void {
  const api = `${publicUrl}/api/v1`;
  const description = {
    name: 'Touchmark',
    api_base: api,
    openapi: `${api}/openapi.json`,
    endpoints: {
      certify: `${api}/certify`,
      verify: `${api}/verify/{cert_id}`,
      verify_by_hash: `${api}/verify-by-hash`,
      registry: `${api}/registry`,
      chain: `${api}/chain/{work_id}`,
      my_certificates: `${api}/me/certs`,
      webhooks: `${api}/webhooks`,
      certificate_page: `${publicUrl}/cert/{cert_id}`,
      proof_bundle: `${publicUrl}/cert/{cert_id}/proof-bundle.zip`,
    },
    hash_algorithm: 'sha256',
    signature_algorithm: 'Ed25519',
    canonical_form: 'RFC 8785',
    manifest_format: 'touchmark/manifest/1',
    public_keys: `${publicUrl}/.well-known/trackorigin-public-key.json`,
    log: { origin: log.origin, verifier_key: log.verifierKey, checkpoint: `${publicUrl}/log/checkpoint` },
    work_types: WORK_TYPES,
    privacy_levels: PRIVACY_LEVELS,
    ownership_types: OWNERSHIP_TYPES,
    webhook_events: EVENT_TYPES.origimark,
  };
  app.get('/.well-known/origimark.json', { schema, config: { cors: true } }, async (_request, reply) => {
    reply.header('cache-control', CACHE_CONTROL);
    return description;
  });
}
