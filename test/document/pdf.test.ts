import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { PDFArray, PDFDict, PDFDocument, PDFName, PDFStream, PDFString } from '@cantoo/pdf-lib';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { readPdfFonts } from '../../src/app/pdf.ts';
import { renderCertificatePdf } from '../../src/documents/pdf/certificate-pdf.ts';
import type { Dossier } from '../../src/proof/bundle/dossier.ts';
import { makeDossier } from '../support/dossier.ts';
import { readPdf } from '../support/pdf-text.ts';

const fonts = readPdfFonts();
const PUBLIC_URL = 'https://touchmark.example';
const render = (dossier: Dossier, size: 'a4' | 'letter' = 'a4') =>
  renderCertificatePdf(dossier, { size, publicUrl: PUBLIC_URL, fonts });
const { dossier } = makeDossier();
const RENDERER_MISSING =
  spawnSync('pdftoppm', ['-v']).status === 0 ? false : 'pdftoppm is not on this machine: the page is NOT rendered';

test('what the page says can be searched and read aloud', async () => {
  const { lines, attachments } = await readPdf(await render(dossier));
  const text = lines.join('\n');
  for (const shown of [
    ...['CERTIFICATE OF PROVENANCE', 'Lighthouse', 'by Mara Vex', 'CONFIRMED IN BITCOIN', dossier.id],
    ...['26 May 2025, 08:13:42 UTC', `${PUBLIC_URL}/cert/${dossier.id}`, 'Version\n1\n', dossier.envelope.keyId],
  ]) {
    assert.ok(text.includes(shown), `${shown} in\n${text}`);
  }
  const finePrint = lines.join(' ');
  for (const said of ['proves nothing by itself', 'not who made it', 'the address in the code tells']) {
    assert.ok(finePrint.includes(said), `${said} in\n${finePrint}`);
  }
  const digest = Buffer.from(dossier.workSha256).toString('hex').match(/.{8}/g)!;
  assert.ok(text.includes(digest.slice(0, 4).join(' ')) && text.includes(digest.slice(4).join(' ')));
  assert.deepEqual([...attachments.keys()].sort(), ['certificate.json', 'envelope.ots', 'work.ots']);
  assert.deepEqual(JSON.parse(Buffer.from(attachments.get('certificate.json')!).toString()), dossier.document);
  assert.deepEqual(new Uint8Array(attachments.get('envelope.ots')!), dossier.envelopeProof);
  const raw = Buffer.from(await render(dossier));
  assert.equal(raw.subarray(0, 5).toString(), '%PDF-');
});

test('the same certificate gives the same bytes', async () => {
  assert.deepEqual(await render(dossier), await render(dossier));
  assert.notDeepEqual(await render(dossier), await render(dossier, 'letter'));
});

test('seal and code are drawn in vectors: curves and rectangles, and no picture', async () => {
  const bytes = await render(dossier);
  const [seal, code, ...others] = (await readPdf(bytes)).figures;
  assert.equal(others.length, 0);
  assert.ok(seal!.match(/ c$/gm)!.length > 50, 'the seal has curves');
  assert.ok(code!.match(/ re$/gm)!.length > 100, 'the code has rectangles');
  assert.doesNotMatch(seal! + code!, / Do$|\bBI\b/m);
  const { context } = await PDFDocument.load(bytes, { updateMetadata: false });
  const streams = context
    .enumerateIndirectObjects()
    .flatMap(([, object]) => (object instanceof PDFStream ? [object] : []));
  assert.ok(streams.length > 5);
  assert.ok(streams.every(({ dict }) => dict.get(PDFName.of('Subtype')) !== PDFName.of('Image')));
});

test('a certificate that Bitcoin has not confirmed yet says so', async () => {
  const { lines } = await readPdf(await render(makeDossier({ isAnchored: false }).dossier));
  assert.ok(lines.includes('WAITING FOR A BITCOIN BLOCK'), lines.join('|'));
  assert.ok(!lines.includes('CONFIRMED IN BITCOIN'));
});

test('a revoked certificate says so in the first place', async () => {
  const { lines } = await readPdf(await render(makeDossier({ status: 'revoked' }).dossier));
  assert.ok(lines.some((line) => line.startsWith('REVOKED ON ')));
  assert.ok(!lines.includes('CONFIRMED IN BITCOIN'));
});

test('Greek and Cyrillic are printed, other scripts by their numbers, and nothing breaks', async () => {
  const title =
    'Φάρος Маяк Žemė \u05e9\u05dc\u05d5\u05dd \u0634\u0639\u0627\u0639 \u706f\u53f0 \u202Eevil \u{1F469}\u200D\u{1F3A4}';
  const text = (await readPdf(await render({ ...dossier, title }))).lines.join(' ');
  assert.ok(text.includes('Φάρος Маяк Žemė'), text);
  for (const number of ['05E9', '0634', '706F', '53F0', '202E', '1F469']) assert.ok(text.includes(`U+${number}`), text);
  assert.ok(text.includes('In brackets'));
});

test('any title gives one page', async () => {
  for (const title of [
    ...['', ' ', '\u0000', '\ud800', 'x'.repeat(4096), '\u{1F600}'.repeat(1024), 'words and '.repeat(400)],
    ...['\u0301'.repeat(100), '\u200f\u202b', '…'.repeat(30), 'ß'.repeat(300)],
    ...[
      ') Tj /JS (app.alert\\(1\\)) ET',
      '<script>alert(1)</script>',
      'endstream endobj 1 0 obj << /OpenAction 2 0 R >>',
    ],
  ]) {
    const bytes = await render({ ...dossier, title });
    const { pages, lines } = await readPdf(bytes);
    const shown = JSON.stringify(title.slice(0, 20));
    assert.ok(lines.includes('CERTIFICATE OF PROVENANCE'), shown);
    assert.equal(pages, 1, shown);
    const { catalog } = await PDFDocument.load(bytes, { updateMetadata: false });
    for (const action of ['OpenAction', 'AA']) assert.equal(catalog.get(PDFName.of(action)), undefined, shown);
  }
});

test('what is redacted is not on the page', async () => {
  const redacted = { ...dossier, title: null, author: null, isTitleRedacted: true, isAuthorRedacted: true };
  const { lines } = await readPdf(await render(redacted));
  assert.ok(lines.join(' ').includes('Title withheld by the author'), lines.join('|'));
  assert.ok(!lines.some((line) => line.includes('Mara')));
});

test('a timestamp has a page too', async () => {
  const { workSha256, workProof, block } = dossier;
  const stamp = {
    kind: 'timestamp',
    id: 'TS-7K3Q9F',
    state: 'valid',
    createdAt: 0,
    workSha256,
    workProof,
    block,
  } as const;
  const { lines, attachments } = await readPdf(await render(stamp));
  assert.ok(lines.includes('CERTIFICATE OF EXISTENCE') && lines.includes('TS-7K3Q9F'));
  assert.ok(attachments.has('work.ots'));
});

for (const [size, points] of [
  ['a4', [595.28, 841.89]],
  ['letter', [612, 792]],
] as const) {
  test(`it is one ${size} page, tagged, in a language, with its proofs attached`, async () => {
    const bytes = await render(dossier, size);
    const document = await PDFDocument.load(bytes, { updateMetadata: false });
    assert.deepEqual(
      document.getPages().map((page) => [page.getWidth(), page.getHeight()]),
      [points],
    );
    const { catalog } = document;
    assert.equal(catalog.lookup(PDFName.of('Lang'), PDFString).decodeText(), 'en');
    assert.equal(catalog.lookup(PDFName.of('MarkInfo'), PDFDict).lookup(PDFName.of('Marked'))?.toString(), 'true');
    const [body] = listKids(catalog.lookup(PDFName.of('StructTreeRoot'), PDFDict));
    const elements = listKids(body!);
    const tags = elements.map((element) => element.lookup(PDFName.of('S'), PDFName).decodeText());
    assert.deepEqual(new Set(tags), new Set(['H1', 'H2', 'P', 'Figure']));
    for (const [i, element] of elements.entries()) {
      if (tags[i] === 'Figure') assert.ok(element.lookup(PDFName.of('Alt'), PDFString).decodeText().length > 0);
    }
    const { untagged, attachments } = await readPdf(bytes);
    assert.deepEqual(untagged, []);
    assert.deepEqual([...attachments.keys()].sort(), ['certificate.json', 'envelope.ots', 'work.ots']);
  });

  test(`a camera reads the address from the ${size} page`, { skip: RENDERER_MISSING }, async () => {
    const { stdout } = spawnSync('pdftoppm', ['-r', '110', '-png', '-'], {
      input: await render(dossier, size),
      maxBuffer: 1 << 26,
    });
    const png = PNG.sync.read(stdout);
    const read = jsqr.default(new Uint8ClampedArray(png.data), png.width, png.height);
    assert.equal(read?.data, `${PUBLIC_URL}/cert/${dossier.id}`);
  });
}

function listKids(element: PDFDict): readonly PDFDict[] {
  const kids = element.lookup(PDFName.of('K'), PDFArray);
  return kids.asArray().map((_, i) => kids.lookup(i, PDFDict));
}
