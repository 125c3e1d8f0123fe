import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PDFDocument } from '@cantoo/pdf-lib';
import { Registry } from 'prom-client';
import { readPythonVerifier } from '../../src/app/documents.ts';
import { createPdfRenderer } from '../../src/app/pdf.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createWorkRegistry, type WorkRegistry } from '../../src/app/works.ts';
import type { CertificateKeys } from '../../src/config/certificate-keys.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { checkTspSignature } from '../../src/config/tsp-signatures.ts';
import { createDossiers } from '../../src/core/document/dossiers.ts';
import { createLimits } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { LogService } from '../../src/core/log/log-service.ts';
import type { Store } from '../../src/core/store.ts';
import type { PrivacyLevel, Registration } from '../../src/core/works/work.ts';
import { createCertificateFiles } from '../../src/http/certificate-files/index.ts';
import { createServer } from '../../src/http/server.ts';
import type { App } from '../../src/http/shared/app.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { headersFile } from '../../src/proof/bundle/headers-file.ts';
import { verifyBundle } from '../../src/proof/bundle/verify-bundle.ts';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { digestEnvelope } from '../../src/proof/certificate/envelope.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { startCertification } from '../support/certification.ts';
import { createTestDatabase, ENGINES } from '../support/databases.ts';
import { stamp } from '../support/dossier.ts';
import { readPdf } from '../support/pdf-text.ts';
import { makeAuthority } from '../support/tsa-certificates.ts';

const TITLE = 'Sonata of the hidden harbour';
const [FIRST_NAME, LAST_NAME] = ['Wilhelmina', 'Quartermaine'];

for (const engine of ENGINES) {
  describe(`bundles and pages, ${engine}`, () => {
    const cleanup = new AsyncDisposableStack();
    let store: Store;
    let registry: WorkRegistry;
    let keys: CertificateKeys;
    let log: LogService;
    let app: App;
    let folder: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'touchmark-bundle-'));
      cleanup.defer(() => rmSync(folder, { recursive: true }));
      const files = cleanup.use(await createTestDatabase(engine));
      const database = cleanup.use(await openDatabase(files.location));
      store = createStore(database);
      const { certification, certificateKeys, ...started } = await startCertification(store, cleanup);
      keys = certificateKeys;
      log = started.log;
      await log.awaitPublished((await store.certificate.find('cer_test_synthetic'))!.versionSequence);
      const logger = createLogger({ level: 'silent' });
      registry = createWorkRegistry({ store, issuer: certification.issuer, publicLog: log, logger }, cleanup);
      app = createServer({
        surfaces: [
          createCertificateFiles({
            findState: async () => null,
            dossiers: createDossiers({
              certificates: store.certificate,
              timestamps: store.timestamp,
              tokens: store.timestampToken,
              documents: certification.documents,
              works: registry.works,
              anchors: { find: async () => null, composeProofs: () => [] },
              publicLog: log,
            }),
            publicUrl: 'https://touchmark.example',
            limiter: new MemoryLimiter({ maxKeys: 10, clock: systemClock }),
            pageLimit: createLimits()['page-address'],
            renderPdf: createPdfRenderer(),
            verifier: readPythonVerifier(),
          }),
        ],
        clock: systemClock,
        random: systemRandom,
        logger,
        registry: new Registry(),
        readiness: {},
        trustedProxies: [],
        version: '0.0.0',
      });
      cleanup.defer(() => app.close());
    });
    after(() => cleanup.disposeAsync());

    async function download(id: string) {
      const response = await app.inject({ url: `/cert/${id}/proof-bundle.zip` });
      assert.equal(response.statusCode, 200, response.body);
      assert.equal(response.headers['content-type'], 'application/zip');
      return { zip: response.rawPayload, files: readZip(new Uint8Array(response.rawPayload)) };
    }

    const check = (files: ReadonlyMap<string, Uint8Array>) =>
      verifyBundle(files, {
        trust: {
          keys: keys.keys.map(({ publicKey, validFrom, validUntil }) => ({ publicKey, validFrom, validUntil })),
          log: null,
        },
        headers: headersFile(new Uint8Array(), 'regtest'),
        tokenRoots: [],
        workSha256: null,
        now: Date.now() + 60_000,
        verify: verifyEd25519,
        checkSignature: checkTspSignature,
      });

    async function certify(privacy: PrivacyLevel): Promise<string> {
      const { version } = await registry.certifier.certify(`account:${systemRandom(8).join('')}`, {
        hash: systemRandom(32),
        title: TITLE,
        author: { firstName: FIRST_NAME, lastName: LAST_NAME, country: 'si' },
        workType: 'audio',
        sourceLanguage: 'en',
        creationDate: '2026-05-01',
        privacy,
        ownership: 'sole',
        workId: null,
      });
      return version.certId;
    }

    test('a bundle of a recording holds, and the same state gives the same bytes', async () => {
      const { zip, files } = await download('cer_test_synthetic');
      const verdict = await check(files);
      assert.equal(verdict.outcome, 'pending', JSON.stringify(verdict.steps, null, 1));
      assert.ok(verdict.steps.every(({ ok }) => ok !== false));
      assert.ok(files.has('log.tlog-proof'));
      assert.deepEqual(files.get('verify_cli.py'), readPythonVerifier());
      assert.ok(zip.length < readPythonVerifier().length, 'the verifier is packed');
      assert.deepEqual((await download('cer_test_synthetic')).zip, zip);
    });

    test('the log proof is there once a checkpoint covers the entry, and stays with the one that is anchored', async () => {
      const id = await certify('public');
      const covering = await log.head();
      const checkpointOf = (files: ReadonlyMap<string, Uint8Array>) => Buffer.from(files.get('checkpoint.txt')!);
      const published = (await download(id)).files;
      assert.ok(Buffer.from(covering.note).toString().startsWith(checkpointOf(published).toString()));
      await store.transact((writers) =>
        writers.log.saveAnchored({ ...covering, receiptId: 'receipt', anchoredAt: Date.now() }, Date.now()),
      );
      await certify('public');
      assert.ok((await log.head()).size > covering.size);
      const { files } = await download(id);
      assert.deepEqual(files.get('log.tlog-proof'), published.get('log.tlog-proof'));
      assert.equal((await check(files)).outcome, 'pending');
    });

    test('stock tools check what the README says', async (t) => {
      const record = (await store.certificate.find(await certify('public')))!;
      const run = (command: string) => spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
      if (run('openssl version').status !== 0) return t.skip('openssl is not on this machine: it is NOT asked');
      const token = stamp(digestEnvelope(record), makeAuthority());
      const list = { digest: digestEnvelope(record), authority: 'test', revocations: [makeRevocationList(folder)] };
      await store.transact(({ timestampToken }) => timestampToken.put([{ ...token, ...list }]));
      const { files } = await download(record.id);
      assert.deepEqual(files.get('tsa-crl-1.der'), list.revocations[0]);
      for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
      assert.equal(run('sha256sum -c SHA256SUMS').status, 0);
      const readme = Buffer.from(files.get('README.txt')!).toString();
      const commands = [...readme.matchAll(/^ {2}(openssl .*)$/gm)].map(([, command]) => command!);
      assert.equal(commands.length, 5);
      assert.match(run(commands.find((command) => command.includes('crl'))!).stdout, /No Revoked Certificates/);
      for (const command of commands) assert.equal(run(command).status, 0, command + run(command).stderr);
      assert.equal((await check(files)).outcome, 'pending');
    });

    for (const [privacy, hidden, shown] of [
      ['public', [], [TITLE, LAST_NAME]],
      ['anonymous', [FIRST_NAME, LAST_NAME], [TITLE]],
      ['private', [TITLE, FIRST_NAME, LAST_NAME], []],
    ] as const) {
      test(`a ${privacy} work shows in bundle and page what it may, and still holds`, async () => {
        const id = await certify(privacy);
        const { zip, files } = await download(id);
        const verdict = await check(files);
        assert.equal(verdict.outcome, 'pending', JSON.stringify(verdict.steps, null, 1));
        const pdf = await app.inject({ url: `/cert/${id}/certificate.pdf` });
        assert.equal(pdf.statusCode, 200);
        const { lines, attachments } = await readPdf(new Uint8Array(pdf.rawPayload));
        const page = [lines.join(' '), ...[...attachments.values()].map((bytes) => Buffer.from(bytes).toString())].join(
          ' ',
        );
        for (const word of hidden) assert.ok(!zip.includes(word) && !page.includes(word), word);
        for (const word of shown) assert.ok(zip.includes(word) && page.includes(word), word);
      });
    }

    test('a chain of versions is in the bundle of each, without names', async () => {
      const owner = `account:${systemRandom(8).join('')}`;
      const registration = {
        title: TITLE,
        author: { firstName: FIRST_NAME, lastName: LAST_NAME, country: null },
        workType: 'text',
        sourceLanguage: null,
        creationDate: null,
        privacy: 'public',
        ownership: 'sole',
      } satisfies Omit<Registration, 'hash' | 'workId'>;
      const one = await registry.certifier.certify(owner, { ...registration, hash: systemRandom(32), workId: null });
      const { workId } = one.version;
      const two = await registry.certifier.certify(owner, { ...registration, hash: systemRandom(32), workId });
      for (const { version } of [one, two]) {
        const { files } = await download(version.certId);
        assert.equal((await check(files)).outcome, 'pending');
        const chain = JSON.parse(Buffer.from(files.get('chain.json')!).toString());
        const ids = chain.versions.map(({ cert_id }: { cert_id: string }) => cert_id);
        assert.deepEqual(ids, [one.version.certId, two.version.certId]);
        assert.ok(!JSON.stringify(chain).includes(LAST_NAME));
        const superseded = { state: 'superseded', by: two.version.certId };
        assert.deepEqual((await check(files)).status, version === one.version ? superseded : { state: 'active' });
      }
    });

    test('the page is A4, and Letter for who asks', async () => {
      for (const [query, width, height] of [
        ['', 595.28, 841.89],
        ['?size=letter', 612, 792],
      ] as const) {
        const { rawPayload } = await app.inject({ url: `/cert/cer_test_synthetic/certificate.pdf${query}` });
        const page = (await PDFDocument.load(rawPayload, { updateMetadata: false })).getPage(0);
        assert.deepEqual([page.getWidth(), page.getHeight()], [width, height]);
      }
    });

    test('what is not there is 404, and a size that is not there 400', async () => {
      for (const id of ['cer_nothing', '../x', 'TS-AAAAAA', '0190163d-8694-739b-aea5-966c26f8ad90', 'x'.repeat(300)]) {
        for (const file of ['proof-bundle.zip', 'certificate.pdf']) {
          const { statusCode } = await app.inject({ url: `/cert/${encodeURIComponent(id)}/${file}` });
          assert.equal(statusCode, 404, `${id} ${file}`);
        }
      }
      const { statusCode } = await app.inject({ url: '/cert/cer_test_synthetic/certificate.pdf?size=a0' });
      assert.equal(statusCode, 400);
    });
  });
}

/** A list of an authority that has revoked nothing, in DER. */
function makeRevocationList(folder: string): Uint8Array {
  const run = (command: string) => spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  const settings = '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=9\n';
  const { status, stderr } = run(
    `printf '${settings}' > ca.cnf && : > index && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 ` +
      '-nodes -keyout ca.key -out ca.pem -subj /CN=Lists -days 9 && ' +
      'openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out crl.pem && ' +
      'openssl crl -in crl.pem -outform DER -out crl.der',
  );
  assert.equal(status, 0, stderr);
  return new Uint8Array(readFileSync(join(folder, 'crl.der')));
}
