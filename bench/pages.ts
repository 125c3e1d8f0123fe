import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { renderCertificate } from '../src/web/pages/certificate.ts';
import { renderSitePage } from '../src/web/pages/site-layout.ts';
import { findCertificateView } from '../src/web/registry/certificate-view.ts';
import { startComposedServer } from '../test/support/composed-server.ts';
import { createPostgresTemplate, ENGINES } from '../test/support/databases.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { createReport } from './support/report.ts';

const PAGES = process.argv.includes('--quick') ? 300 : 3_000;
const WARM_UP = 200;
const VERSIONS = 5;
const AIM_MS = 3;

/** The page of a certificate of a work with some versions, one after the other: reading, rendering and routing. */
export async function benchPages(): Promise<void> {
  const report = createReport('pages');
  await using postgres = await startPostgres();
  await createPostgresTemplate(postgres);
  process.env.TOUCHMARK_TEST_POSTGRES = postgres.urlOf('postgres');
  for (const engine of ENGINES) {
    await using server = await startComposedServer(engine);
    const { id } = await server.signUp();
    const { secret } = await server.mint(id, 'origimark');
    const certify = async (work: object) => {
      const response = await server.ask({
        method: 'POST',
        url: '/api/v1/certify',
        headers: { 'x-api-key': secret },
        payload: {
          ...{ hash: randomBytes(32).toString('hex'), title: 'Salt marsh at dusk', author_first_name: 'Ada' },
          ...{ author_last_name: 'Weber', work_type: 'photograph', privacy_level: 'public', ownership_type: 'sole' },
          ...work,
        },
      });
      assert.equal(response.statusCode, 201, response.body);
      return response.json() as { cert_id: string; work_id: string };
    };
    let { cert_id, work_id } = await certify({});
    for (let i = 1; i < VERSIONS; i++) ({ cert_id, work_id } = await certify({ work_id }));
    const show = async () => {
      const { statusCode } = await server.ask({ url: `/cert/${cert_id}` });
      assert.equal(statusCode, 200);
    };
    for (let i = 0; i < WARM_UP; i++) await show();
    const start = performance.now();
    for (let i = 0; i < PAGES; i++) await show();
    const each = (performance.now() - start) / PAGES;
    report.add({
      what: `page of a certificate with ${VERSIONS} versions, read and sent`,
      engine,
      figures: { 'ms each': each },
    });
    const { store, services } = server;
    const certificate = await findCertificateView(cert_id, {
      ...{ certificates: store.certificate, timestamps: store.timestamp, tokens: store.timestampToken },
      ...{ receipts: store.anchor, works: services.workRegistry.works, publicLog: services.log },
    });
    const page = { certificate: certificate!, script: '/static/certificate.js', publicUrl: server.url };
    const rendered = time(() => renderSitePage(renderCertificate(page)));
    report.add({
      what: 'the same, rendered only',
      engine,
      figures: { 'ms each': rendered },
      aim: `${AIM_MS} ms`,
      reached: rendered <= AIM_MS,
    });
  }
  await report.write();
}

/** Milliseconds each. */
function time(run: () => unknown): number {
  for (let i = 0; i < WARM_UP; i++) run();
  const start = performance.now();
  for (let i = 0; i < PAGES; i++) run();
  return (performance.now() - start) / PAGES;
}
