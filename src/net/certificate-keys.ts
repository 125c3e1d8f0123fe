import { CodedError } from '../base/coded-error.ts';

export class CertificateKeysError extends CodedError<'keys-unreachable'> {}

const PATH = '/.well-known/trackorigin-public-key.json';
const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 20_000;

/** The list of keys that a server publishes, as text. Errors: CertificateKeysError. */
export async function readCertificateKeys(server: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(`${server}${PATH}`, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (!response.ok) throw new CertificateKeysError('keys-unreachable', `${server} answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > MAX_BYTES) throw new CertificateKeysError('keys-unreachable', `${server} answers without end`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof CertificateKeysError) throw cause;
    throw new CertificateKeysError('keys-unreachable', `${server} cannot be reached for its keys`, { cause });
  }
}
