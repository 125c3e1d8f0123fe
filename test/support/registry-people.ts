import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { cookiesOf } from './people.ts';
import type { SandboxFile } from './server-process.ts';

/** Stands in every text that somebody else gives. */
export const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;

export const WORK = {
  title: 'Salt marsh at dusk',
  author_first_name: 'Ada',
  author_last_name: 'Weber',
  work_type: 'photograph',
  privacy_level: 'public',
  ownership_type: 'sole',
};

/** Somebody in a sandbox, by the routes that everybody has. */
export interface SandboxPeople {
  certify(fields?: Record<string, unknown>): Promise<{ cert_id: string; work_id: string; hash: string }>;
  /** The certificate's id. */
  certifyTrack(title: string, handle: string, displayName: string): Promise<string>;
  submitTrack(title: string, handle: string, displayName: string): Promise<string>;
  timestamp(): Promise<string>;
  revokeWork(certId: string): Promise<void>;
  /** Cookies of a session. */
  signIn(who: 'account' | 'operator'): Promise<string>;
}

/** Of any route; what is read of it is a text. */
type Answer = Record<'id' | 'cert_id' | 'work_id' | 'hash' | 'certificate_id', string>;

export function createSandboxPeople({ base_url: url, keys, account, operator }: SandboxFile): SandboxPeople {
  async function send(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  const people: SandboxPeople = {
    certify: (fields = {}) =>
      send('POST', '/api/v1/certify', { 'x-api-key': keys.origimark.api_key }, { hash: hex(), ...WORK, ...fields }),

    async submitTrack(title, handle, displayName) {
      const body = {
        title,
        sha256: hex(),
        duration_ms: 187_000,
        artist: { handle, display_name: displayName },
        declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
      };
      const headers = { authorization: `Bearer ${keys.trackorigin.secret_live}` };
      return (await send('POST', '/api/v1/submissions', headers, body)).id;
    },

    async certifyTrack(title, handle, displayName) {
      const id = await people.submitTrack(title, handle, displayName);
      const cookie = await people.signIn('operator');
      const decision = { verdict: 'verified', reason: 'Heard it.' };
      const path = `/api/operator/submissions/${id}/decision`;
      return (await send('POST', path, { cookie, origin: url }, decision)).cert_id;
    },

    async timestamp() {
      const headers = { authorization: `Bearer ${keys.proofd.api_key}` };
      const answer = await send('POST', '/api/v1/timestamps', headers, {
        sha256_hash: hex(),
        filename: 'a.txt',
        file_size_bytes: 3,
      });
      return answer.certificate_id;
    },

    async revokeWork(certId) {
      await send('POST', `/api/v1/certs/${certId}/revoke`, { 'x-api-key': keys.origimark.api_key });
    },

    async signIn(who) {
      const response = await fetch(`${url}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify(who === 'account' ? account : operator),
      });
      assert.equal(response.status, 200);
      return cookiesOf(response.headers);
    },
  };
  return people;
}

function hex(): string {
  return createHash('sha256').update(randomBytes(32)).digest('hex');
}
