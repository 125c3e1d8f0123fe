import { ASYMMETRIC_ALGORITHMS, type AsymmetricAlgorithm, type JwtIssuer } from '../core/account/tokens.ts';
import { ConfigError, type Env, readText } from './env.ts';

/** The mail server, whose address may hold a password. Null: no mail can be sent. */
export function readMailServer(env: Env): { readonly url: string; readonly from: string } | null {
  const url = readText(env, 'TOUCHMARK_SMTP_URL');
  const from = readText(env, 'TOUCHMARK_MAIL_FROM');
  if (url === null && from === null) return null;
  if (url === null || from === null) {
    throw new ConfigError('bad-config', 'TOUCHMARK_SMTP_URL and TOUCHMARK_MAIL_FROM need each other');
  }
  if (!['smtp:', 'smtps:'].includes(URL.parse(url)?.protocol ?? '') || URL.parse(url)?.hostname === '') {
    throw new ConfigError('bad-config', 'TOUCHMARK_SMTP_URL must be an smtp or smtps address');
  }
  if (!/^(?:[^<>"\p{Cc}]*<)?[^\s<>,;:"()@]+@[A-Za-z0-9.-]+>?$/u.test(from)) {
    throw new ConfigError('bad-config', 'TOUCHMARK_MAIL_FROM must be "mail@example.com" or "Name <mail@example.com>"');
  }
  return { url, from };
}

/** HMAC keys shorter than the hash can be guessed (RFC 7518 section 3.2). */
const SHARED_SECRET_MIN_BYTES = 32;

/** Outside issuers of JSON Web Tokens. A shared secret is never repeated in an error. */
export function readJwtIssuers(env: Env): readonly JwtIssuer[] {
  const text = readText(env, 'TOUCHMARK_JWT_ISSUERS');
  if (text === null) return [];
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    throw wrong('must be a JSON array');
  }
  if (!Array.isArray(items)) throw wrong('must be a JSON array');
  const issuers = items.map(parseIssuer);
  for (const field of ['name', 'issuer'] as const) {
    if (new Set(issuers.map((issuer) => issuer[field])).size < issuers.length) throw wrong(`has one ${field} twice`);
  }
  return issuers;
}

function parseIssuer(item: unknown): JwtIssuer {
  if (typeof item !== 'object' || item === null) throw wrong('must hold objects');
  const { name, issuer, audience, jwks, algorithms, secret, ...others } = item as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong(`has a field "${unknown}" that means nothing`);
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) {
    throw wrong('needs a name of a-z, 0-9 and hyphens for each issuer');
  }
  if (typeof issuer !== 'string' || issuer === '') throw wrong(`needs an issuer for ${name}`);
  if (typeof audience !== 'string' || audience === '') throw wrong(`needs an audience for ${name}`);
  if ((jwks === undefined) === (secret === undefined)) throw wrong(`needs either jwks or secret for ${name}`);
  if (secret !== undefined) {
    if (algorithms !== undefined) throw wrong(`takes no algorithms with a secret, for ${name}: it is HS256`);
    return { name, issuer, audience, keys: { secret: parseSecret(name, secret) } };
  }
  return {
    name,
    issuer,
    audience,
    keys: { jwksUrl: parseJwksUrl(name, jwks), algorithms: parseAlgorithms(name, algorithms) },
  };
}

function parseSecret(name: string, secret: unknown): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : new Uint8Array();
  if (bytes.length < SHARED_SECRET_MIN_BYTES) {
    throw wrong(`needs a secret of at least ${SHARED_SECRET_MIN_BYTES} bytes for ${name}`);
  }
  return bytes;
}

/** Who can change what is fetched can sign anything: https, or this very machine. */
function parseJwksUrl(name: string, jwks: unknown): string {
  const url = typeof jwks === 'string' ? URL.parse(jwks) : null;
  const isLocal = url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !isLocal))
    throw wrong(`needs an https address as jwks for ${name}`);
  return url.href;
}

function parseAlgorithms(name: string, algorithms: unknown): readonly AsymmetricAlgorithm[] {
  if (algorithms === undefined) return ['RS256', 'ES256', 'EdDSA'];
  const known = Array.isArray(algorithms)
    ? ASYMMETRIC_ALGORITHMS.filter((algorithm) => algorithms.includes(algorithm))
    : [];
  if (!Array.isArray(algorithms) || known.length === 0 || known.length !== algorithms.length) {
    throw wrong(`takes algorithms out of ${ASYMMETRIC_ALGORITHMS.join(', ')} for ${name}`);
  }
  return known;
}

function wrong(what: string): ConfigError {
  return new ConfigError('bad-config', `TOUCHMARK_JWT_ISSUERS ${what}`);
}
