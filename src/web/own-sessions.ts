import type { FastifyRequest } from 'fastify';
import type { App } from '../http/shared/app.ts';
import { askOwnApi, readJson } from './forms/own-api.ts';
import type { ListedSession } from './pages/sessions.ts';

/** Where the account of a request is signed in, as its API says; null when it does not. */
export async function listOwnSessions(app: App, request: FastifyRequest): Promise<readonly ListedSession[] | null> {
  const [all, present] = (
    await Promise.all(
      ['/api/auth/list-sessions', '/api/auth/get-session'].map((url) => askOwnApi(app, request, { url })),
    )
  ).map(readJson) as [readonly ApiSession[] | null, { readonly session: ApiSession } | null];
  if (!Array.isArray(all)) return null;
  return all.map(({ id, token, userAgent, ipAddress, createdAt }: ApiSession) => ({
    id,
    token,
    userAgent: userAgent || null,
    address: ipAddress || null,
    since: Date.parse(createdAt),
    isThis: token === present?.session?.token,
  }));
}

interface ApiSession {
  readonly id: string;
  readonly token: string;
  readonly userAgent?: string | null;
  readonly ipAddress?: string | null;
  readonly createdAt: string;
}
