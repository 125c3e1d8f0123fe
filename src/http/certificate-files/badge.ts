import { hash } from 'node:crypto';
import { Type } from 'typebox';
import { BADGE_STYLES, BADGE_THEMES, type BadgeTheme, renderBadge } from '../../documents/badge.ts';
import type { App } from '../shared/app.ts';
import type { CertificateFilesParts } from './index.ts';
import { sendPicture } from './send-picture.ts';

/**
 * A badge of a certificate that was revoked meanwhile is shown for at most this long, whatever the number of caches on
 * the way: each counts from when the answer was made, and none may go on with it when it cannot ask again.
 */
const CACHE_CONTROL = 'public, max-age=60, must-revalidate';
const LABEL = 'Touchmark';

/** The badge may have its own style, and nothing else. */
const POLICIES = Object.fromEntries(
  BADGE_THEMES.map((theme) => [
    theme,
    `default-src 'none'; style-src 'sha256-${hash('sha256', BADGE_STYLES[theme], 'base64')}'; frame-ancestors 'none'`,
  ]),
) as Record<BadgeTheme, string>;

const Theme = Type.Union(BADGE_THEMES.map((theme) => Type.Literal(theme)));
const Picture = { content: { 'image/svg+xml': { schema: Type.String() } } };
const schema = {
  summary: 'The state of a certificate as a picture',
  description: 'What is unknown has a badge too, with status 404.',
  tags: ['certificates'],
  params: Type.Object({ id: Type.String() }),
  querystring: Type.Object({ theme: Type.Optional(Theme) }),
  response: { 200: Picture, 404: Picture },
};

/** `GET /cert/{id}/badge.svg` */
export function registerBadge(app: App, { findState }: CertificateFilesParts): void {
  app.get('/cert/:id/badge.svg', { schema, config: { cors: true } }, async (request, reply) => {
    const { theme = 'auto' } = request.query;
    const state = await findState(request.params.id);
    const content = renderBadge({ state: state ?? 'unknown', theme, label: LABEL });
    reply.code(state === null ? 404 : 200).header('content-security-policy', POLICIES[theme]);
    return sendPicture(request, reply, { type: 'image/svg+xml; charset=utf-8', content, cacheControl: CACHE_CONTROL });
  });
}
