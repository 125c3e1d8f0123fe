import { Type } from 'typebox';
import { decodeSha256 } from '../../base/hex.ts';
import { DISPLAY_NAME_MAX_CHARS } from '../../core/account/profile.ts';
import { REVOCATION_REASONS } from '../../core/certificate/revocation.ts';
import type { CertificateReader } from '../../core/certificate/store.ts';
import type { TrackCertificate } from '../../core/registry/certificate.ts';
import type { CertificateChanges, ChangeOrder } from '../../core/registry/changes.ts';
import { FieldsError } from '../../core/registry/error.ts';
import type { CertificateFilter, RegistryReader } from '../../core/registry/store.ts';
import { LINE_MAX_CHARS, searchKey } from '../../core/registry/text.ts';
import { isTrackoriginId } from '../../proof/certificate/manifest.ts';
import type { App } from '../shared/app.ts';
import { type Cursors, cutPage } from '../shared/cursor.ts';
import { parseUtc } from '../shared/parse-utc.ts';
import type { OperatorOf } from './guard.ts';
import {
  ErrorBody,
  listOf,
  Mode,
  oneOf,
  pageQuery,
  parseLimit,
  REFUSALS,
  RegisteredCertificate,
  strict,
} from './schemas.ts';
import { parseLine, parseReason, presentCertificate } from './wire.ts';

export interface CertificateRouteParts {
  readonly registry: Pick<RegistryReader, 'listCertificates' | 'findCertificate' | 'findPublicArtist'>;
  readonly certificates: Pick<CertificateReader, 'findMany'>;
  readonly changes: CertificateChanges;
  readonly cursors: Cursors;
}

const PATH = '/api/operator/certificates';
const tags = ['operator'];
const BODY_MAX_BYTES = 16 * 1024;
const QUERY_MAX_CHARS = 200;

const ById = Type.Object({ id: Type.String() });
const Reason = Type.String({ description: '1 to 1,000 characters, for the audit log' });
const changed = {
  200: RegisteredCertificate,
  404: ErrorBody,
  409: ErrorBody,
  503: ErrorBody,
  ...REFUSALS,
};

/** What was issued, found and changed. */
export function registerCertificates(app: App, parts: CertificateRouteParts, operatorOf: OperatorOf): void {
  const { registry, changes, cursors } = parts;

  const search = {
    summary: 'Certificates of tracks, newest first',
    tags,
    querystring: Type.Object({
      ...pageQuery,
      q: Type.Optional(
        Type.String({
          description: 'An id, a SHA-256 of a master, or the start of a title',
          maxLength: QUERY_MAX_CHARS,
        }),
      ),
      handle: Type.Optional(Type.String({ description: 'Of the artist' })),
      status: Type.Optional(oneOf(['active', 'revoked', 'all'])),
      mode: Type.Optional(Mode),
    }),
    response: { 200: listOf('certificates', RegisteredCertificate), ...REFUSALS },
  };
  app.get(PATH, { schema: search }, async ({ query }) => {
    const { q = '', handle, status = 'all', mode = 'live' } = query;
    const none = { certificates: [], next_cursor: null };
    if (isTrackoriginId(q)) {
      const found = await registry.findCertificate(q);
      return found === null ? none : { ...none, certificates: await present(parts, [found]) };
    }
    const artist = handle === undefined ? null : await registry.findPublicArtist(handle.toLowerCase());
    if (handle !== undefined && artist?.id == null) return none;
    const sha256 = decodeSha256(q);
    const filter: CertificateFilter = {
      isSandbox: mode === 'test',
      isActive: status === 'all' ? null : status === 'active',
      sha256,
      artistId: artist?.id ?? null,
      titleKey: q === '' || sha256 !== null ? null : searchKey(q),
    };
    const name = JSON.stringify(['operator certificates', q, handle ?? null, status, mode]);
    const limit = parseLimit(query.limit);
    const found = await registry.listCertificates(filter, cursors.parse(name, query.cursor), limit + 1);
    const page = cutPage(found, limit, ({ issuedAt, id }) => cursors.format(name, { at: issuedAt, id }));
    return { certificates: await present(parts, page.items), next_cursor: page.nextCursor };
  });

  const find = { summary: 'A certificate of a track', tags, params: ById, response: changed };
  app.get(`${PATH}/:id`, { schema: find }, async ({ params }) => presentCertificate(await changes.view(params.id)));

  const update = {
    summary: 'Correct a title or the artist’s name: the next version under the same id',
    tags,
    params: ById,
    body: Type.Object(
      {
        title: Type.Optional(Type.String()),
        artist_display_name: Type.Optional(Type.String()),
        reason: Reason,
      },
      strict,
    ),
    response: changed,
  };
  app.post(`${PATH}/:id/update`, { schema: update, bodyLimit: BODY_MAX_BYTES }, async (request) => {
    const { title, artist_display_name: name, reason } = request.body;
    if (title === undefined && name === undefined) {
      throw new FieldsError([{ field: 'title', message: 'must be there, or artist_display_name' }]);
    }
    const correction = {
      title: title === undefined ? null : parseLine(title, 'title', LINE_MAX_CHARS),
      displayName: name === undefined ? null : parseLine(name, 'artist_display_name', DISPLAY_NAME_MAX_CHARS),
    };
    const order = orderOf(operatorOf(request), request.params.id, reason);
    return presentCertificate(await changes.correct(order, correction));
  });

  const revoke = {
    summary: 'Revoke a certificate; there is no way back',
    tags,
    params: ById,
    body: Type.Object(
      {
        code: oneOf(REVOCATION_REASONS),
        reason: Reason,
        effective_at: Type.Optional(
          Type.String({ description: 'ISO-8601 UTC, not before the issue and not to come; now when left out' }),
        ),
      },
      strict,
    ),
    response: changed,
  };
  app.post(`${PATH}/:id/revoke`, { schema: revoke, bodyLimit: BODY_MAX_BYTES }, async (request) => {
    const { code, reason, effective_at } = request.body;
    const order = orderOf(operatorOf(request), request.params.id, reason);
    return presentCertificate(await changes.revoke(order, code, parseTime(effective_at)));
  });

  const risk = {
    summary: 'Say whether a match of the audio needs both fingerprints',
    tags,
    params: ById,
    body: Type.Object({ high_risk: Type.Boolean(), reason: Reason }, strict),
    response: changed,
  };
  app.put(`${PATH}/:id/risk`, { schema: risk, bodyLimit: BODY_MAX_BYTES }, async (request) => {
    const { high_risk, reason } = request.body;
    const order = orderOf(operatorOf(request), request.params.id, reason);
    return presentCertificate(await changes.setRisk(order, high_risk));
  });
}

function orderOf(operatorId: string, certificateId: string, reason: string): ChangeOrder {
  return { operatorId, certificateId, reason: parseReason(reason) };
}

async function present({ certificates }: CertificateRouteParts, found: readonly TrackCertificate[]) {
  const records = await certificates.findMany(found.map(({ id }) => id));
  const byId = new Map(records.map((record) => [record.id, record]));
  return found.flatMap((certificate) => {
    const record = byId.get(certificate.id);
    return record === undefined ? [] : [presentCertificate({ certificate, record })];
  });
}

function parseTime(text: string | undefined): number | null {
  if (text === undefined) return null;
  const epochMs = parseUtc(text);
  if (epochMs === null) {
    throw new FieldsError([{ field: 'effective_at', message: 'must be a time in ISO-8601 UTC' }]);
  }
  return epochMs;
}
