import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import jsqr from 'jsqr';
import { sql } from 'kysely';
import { PNG } from 'pngjs';
import { readPythonVerifier } from '../../src/app/documents.ts';
import { createPdfRenderer } from '../../src/app/pdf.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { buildRound } from '../../src/core/anchor/round.ts';
import type { ScheduledSubmission } from '../../src/core/anchor/store.ts';
import { findCertificateState } from '../../src/core/document/certificate-state.ts';
import { createLimits } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { Store } from '../../src/core/store.ts';
import { createCertificateFiles } from '../../src/http/certificate-files/index.ts';
import type { App } from '../../src/http/shared/app.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { createCheckedServer } from '../support/described-answers.ts';

const PUBLIC_URL = 'https://touchmark.example';

for (const engine of ENGINES) {
  describe(`pictures of certificates, ${engine}`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    let app: App;
    let sequence = 0;

    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
      const parts = { certificates: store.certificate, anchors: store.anchor, timestamps: store.timestamp };
      app = createCheckedServer({
        surfaces: [
          createCertificateFiles({
            findState: (id) => findCertificateState(id, parts),
            dossiers: { compile: async () => null },
            publicUrl: PUBLIC_URL,
            limiter: new MemoryLimiter({ maxKeys: 10, clock: systemClock }),
            pageLimit: createLimits()['page-address'],
            renderPdf: createPdfRenderer(),
            verifier: readPythonVerifier(),
          }),
        ],
      });
    });
    after(async () => {
      await app.close();
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
    const wordOf = (svg: string) => />(Valid|Pending|Revoked|Unknown)<\/text>/.exec(svg)?.[1];

    async function insertReceipt(status: 'pending' | 'partial' | 'pinned') {
      const { round, receipts } = buildRound(
        [{ digest: new Uint8Array(randomBytes(32)), sha512: null, label: null, owner: null }],
        Date.now(),
        systemRandom,
      );
      const submission: ScheduledSubmission = {
        ...{
          roundId: round.id,
          calendar: 'a',
          attempt: 1,
          url: 'https://a.example',
          state: 'failed' as const,
          error: 'x',
        },
        ...{ acceptedAt: null, proof: null, commitment: null, lookupUri: null, upgrade: null, block: null },
        ...{ polls: 0, dueAt: null, resubmitAt: null },
      };
      await store.transact(({ anchor }) => anchor.insertRound(round, receipts, [submission]));
      const pinnedAt = status === 'pinned' ? new Date() : null;
      await sql`update round set status = ${status}, pinned_at = ${pinnedAt} where id = ${round.id}`.execute(
        database.kysely,
      );
      return { receiptId: receipts[0]!.id, roundId: round.id };
    }

    async function insertCertificate(id: string, receiptId: string | null): Promise<string> {
      sequence++;
      await sql`insert into certificate (
          id, registry, is_sandbox, version, status, work_sha256, manifest_json, key_id, signature, commitment,
          issued_at, updated_at, issued_sequence, sequence, version_sequence, envelope_receipt_id
        ) values (
          ${id}, ${id.startsWith('cer_') ? 'trackorigin' : 'origimark'}, false, 1, 'active', ${randomBytes(32)}, '{}',
          'key_x', ${randomBytes(64)}, ${randomBytes(32)}, now(), now(), ${sequence}, ${sequence}, ${sequence}, ${receiptId}
        )`.execute(database.kysely);
      return id;
    }

    const revoke = (id: string) =>
      sql`update certificate set status = 'revoked', revoked_at = now(), revocation_reason = 'x' where id = ${id}`.execute(
        database.kysely,
      );

    for (const [kind, makeId] of [
      ['recording', () => `cer_${randomBytes(8).toString('hex').toUpperCase()}`],
      ['work', () => randomUUID()],
    ] as const) {
      test(`the badge of a ${kind} follows it from its issue to its end`, async () => {
        const fresh = await insertCertificate(makeId(), null);
        assert.equal(wordOf((await get(`/cert/${fresh}/badge.svg`)).body), 'Pending');
        const waiting = await insertCertificate(makeId(), (await insertReceipt('partial')).receiptId);
        assert.equal(wordOf((await get(`/cert/${waiting}/badge.svg`)).body), 'Pending');
        const pinned = await insertCertificate(makeId(), (await insertReceipt('pinned')).receiptId);
        const before = await get(`/cert/${pinned}/badge.svg`);
        assert.equal(wordOf(before.body), 'Valid');
        await revoke(pinned);
        const after = await get(`/cert/${pinned}/badge.svg`, { 'if-none-match': String(before.headers.etag) });
        assert.equal(after.statusCode, 200);
        assert.equal(wordOf(after.body), 'Revoked');
      });
    }

    test('a timestamp has a badge too', async () => {
      const { receiptId, roundId } = await insertReceipt('pending');
      const id = randomUUID();
      await sql`insert into timestamp_record (
          account_id, id, created_at, digest, filename, file_size_bytes, certificate_id, receipt_id, round_id
        ) values ('account', ${id}, now(), ${randomBytes(32)}, 'a', 1, 'TS-7Q2WZ9', ${receiptId}, ${roundId})`.execute(
        database.kysely,
      );
      await sql`insert into timestamp_certificate values ('TS-7Q2WZ9', 'account', ${id})`.execute(database.kysely);
      assert.equal(wordOf((await get('/cert/TS-7Q2WZ9/badge.svg')).body), 'Pending');
      await sql`insert into submission (
          round_id, calendar, attempt, url, state, proof, commitment, upgrade, block_height, block_hash, block_time, polls
        ) values (
          ${roundId}, 'b', 1, 'https://b.example', 'confirmed', '\\x00', '\\x01', '\\x02', 1, ${randomBytes(32)}, 1, 0
        )`.execute(database.kysely);
      assert.equal(wordOf((await get('/cert/TS-7Q2WZ9/badge.svg')).body), 'Valid');
    });

    test('no cache goes on with a badge for more than five minutes', async () => {
      const id = await insertCertificate(randomUUID(), (await insertReceipt('pinned')).receiptId);
      for (const url of [`/cert/${id}/badge.svg`, `/cert/${randomUUID()}/badge.svg`]) {
        const { headers } = await get(url);
        const directives = String(headers['cache-control']).split(', ');
        assert.ok(directives.includes('must-revalidate'), 'also when the server cannot be asked');
        const [seconds] = directives.flatMap((directive) => /^(?:s-)?max-age=(\d+)$/.exec(directive)?.[1] ?? []);
        assert.ok(Number(seconds) <= 300);
        assert.ok(!directives.some((directive) => directive.startsWith('stale-')));
      }
    });

    test('who has the picture is told so', async () => {
      const id = await insertCertificate(randomUUID(), null);
      for (const file of ['badge.svg', 'badge.svg?theme=dark', 'qr.svg', 'qr.png']) {
        const { headers, statusCode } = await get(`/cert/${id}/${file}`);
        assert.equal(statusCode, 200);
        const again = await get(`/cert/${id}/${file}`, { 'if-none-match': `"x", W/${headers.etag}` });
        assert.equal(again.statusCode, 304);
        assert.equal(again.headers['cache-control'], headers['cache-control']);
        assert.equal(again.body, '');
      }
    });

    test('any page may show a picture, and none can run anything', async () => {
      const id = await insertCertificate(randomUUID(), null);
      for (const theme of ['light', 'dark', 'auto']) {
        const { headers, body } = await get(`/cert/${id}/badge.svg?theme=${theme}`);
        const style = /<style>(.*)<\/style>/.exec(body)![1]!;
        const digest = createHash('sha256').update(style).digest('base64');
        assert.equal(headers['content-type'], 'image/svg+xml; charset=utf-8');
        assert.ok(
          String(headers['content-security-policy']).startsWith(`default-src 'none'; style-src 'sha256-${digest}'`),
        );
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.equal(headers['access-control-allow-origin'], '*');
        assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
      }
      const { headers } = await get(`/cert/${id}/qr.svg`);
      assert.match(String(headers['content-security-policy']), /^default-src 'none'/);
    });

    test("a code leads to the certificate's page", async () => {
      const id = await insertCertificate(randomUUID(), null);
      const { headers, rawPayload } = await get(`/cert/${id}/qr.png`);
      assert.equal(headers['content-type'], 'image/png');
      const { data, width, height } = PNG.sync.read(rawPayload);
      assert.equal(jsqr.default(new Uint8ClampedArray(data), width, height)?.data, `${PUBLIC_URL}/cert/${id}`);
    });

    test('what is unknown has a badge that says so, and no code', async () => {
      const ids = [randomUUID(), 'cer_NOBODY', 'TS-ZZZZZZ', 'x', `cer_${'A'.repeat(5000)}`, '..%2f..', `'; drop`];
      for (const id of ids) {
        const badge = await get(`/cert/${encodeURIComponent(decodeURIComponent(id))}/badge.svg`);
        assert.equal(badge.statusCode, 404, id);
        assert.equal(wordOf(badge.body), 'Unknown');
        const code = await get(`/cert/${encodeURIComponent(decodeURIComponent(id))}/qr.svg`);
        assert.equal(code.statusCode, 404, id);
        assert.equal(code.headers['cache-control'], 'no-store');
      }
      assert.equal((await get(`/cert/${randomUUID()}/badge.svg?theme=pink`)).statusCode, 400);
    });
  });
}
