import type { FastifyRequest } from 'fastify';
import { CodedError } from '../../base/coded-error.ts';
import type { Authenticator, Credential, CredentialKind, CredentialRefusal } from '../../core/key/credential.ts';
import { permits } from '../../core/key/scope.ts';

/** Where a request may carry a secret. */
export type Transport = 'bearer' | 'x-api-key' | 'x-orpho-api-key' | 'x-pack-token';

export interface PresentedSecret {
  readonly transport: Transport;
  /** Printable ASCII without spaces. Whether it is a key, or was one, is not known yet. */
  readonly secret: string;
}

export type CredentialFaultCode =
  /** None was sent. */
  | 'credential-missing'
  /** Not `Bearer <token>`, characters no key has, the form of no key, or a wrong checksum: most likely a typing error. */
  | 'credential-malformed'
  | 'credential-unknown'
  | 'credential-revoked'
  | 'credential-expired'
  /** A working key, of a kind that may not do this. */
  | 'credential-wrong-kind'
  /** A working key whose scopes do not cover this. */
  | 'credential-scope'
  /** Two at once: whose request is it? */
  | 'credentials-conflict'
  /** Addresses are logged and passed on by everything between here and there. The key should be replaced. */
  | 'credential-in-url';

export class CredentialFault extends CodedError<CredentialFaultCode> {}

const HEADERS: Readonly<Record<Transport, string>> = {
  bearer: 'authorization',
  'x-api-key': 'x-api-key',
  'x-orpho-api-key': 'x-orpho-api-key',
  'x-pack-token': 'x-pack-token',
};

/** A JWT of an outside issuer with many claims fits; keys have 76 characters at the most. */
const SECRET_MAX_CHARS = 4096;

const KEY_IN_QUERY = /(?:to_[ps]k_(?:live|test)|om_live|orpho|proofd_live|pack)_[0-9A-Za-z_-]{20}/;

/**
 * The secret that a request carries in one of the ways that its contract knows; null for none.
 * Errors: CredentialFault `credential-malformed`, `credentials-conflict`, `credential-in-url`.
 */
export function readSecret(request: FastifyRequest, transports: readonly Transport[]): PresentedSecret | null {
  refuseKeyInUrl(request.url);
  const present = transports.filter((transport) => request.headers[HEADERS[transport]] !== undefined);
  const [transport] = present;
  if (transport === undefined) return null;
  // Node joins a repeated header, or keeps only the first: either way only the raw ones tell.
  if (present.length > 1 || countHeader(request, HEADERS[transport]) > 1) {
    throw new CredentialFault('credentials-conflict', 'more than one credential');
  }
  const value = String(request.headers[HEADERS[transport]]);
  const secret = transport === 'bearer' ? /^bearer +(.*)$/i.exec(value)?.[1] : value;
  if (secret === undefined || secret.length > SECRET_MAX_CHARS || !/^[\x21-\x7e]+$/.test(secret)) {
    throw new CredentialFault('credential-malformed', 'not the form of a credential');
  }
  return { transport, secret };
}

/** What a route asks of whoever uses a key there. */
export interface KeyDemand {
  readonly transports: readonly Transport[];
  readonly kinds: readonly CredentialKind[];
  /** `write` for what changes something, or is charged for like that. */
  readonly scope: 'read' | 'write';
}

/** The credential a request is made with; null when it has none. Errors: CredentialFault, and the authenticator's. */
export async function findCredential(
  authenticator: Authenticator,
  request: FastifyRequest,
  { transports, kinds, scope }: KeyDemand,
): Promise<Credential | null> {
  const presented = readSecret(request, transports);
  if (presented === null) return null;
  const answer = await authenticator.authenticate(presented.secret, kinds);
  if (!answer.ok) throw new CredentialFault(REFUSALS[answer.refusal], `the credential is ${answer.refusal}`);
  if (!permits(answer.credential, scope)) throw new CredentialFault('credential-scope', `the key may not ${scope}`);
  return answer.credential;
}

/** The same where nobody may go without. Errors: CredentialFault, `credential-missing` among them. */
export async function requireCredential(
  authenticator: Authenticator,
  request: FastifyRequest,
  demand: KeyDemand,
): Promise<Credential> {
  const credential = await findCredential(authenticator, request, demand);
  if (credential === null) throw new CredentialFault('credential-missing', 'no credential');
  return credential;
}

const REFUSALS: Readonly<Record<CredentialRefusal, CredentialFaultCode>> = {
  malformed: 'credential-malformed',
  unknown: 'credential-unknown',
  revoked: 'credential-revoked',
  expired: 'credential-expired',
  'wrong-kind': 'credential-wrong-kind',
};

/** Also where no key is wanted: there it would be ignored, and still be in every log. */
function refuseKeyInUrl(url: string): void {
  const at = url.indexOf('?');
  if (at === -1) return;
  // Escaped characters are read as well; a broken escape hides nothing, since keys need none.
  const query = url
    .slice(at + 1)
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  if (KEY_IN_QUERY.test(query)) throw new CredentialFault('credential-in-url', 'a key in the query string');
}

function countHeader({ raw }: FastifyRequest, name: string): number {
  return raw.rawHeaders.filter((entry, i) => i % 2 === 0 && entry.toLowerCase() === name).length;
}
