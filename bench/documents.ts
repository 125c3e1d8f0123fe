import { hash, randomBytes } from 'node:crypto';
import { readPythonVerifier } from '../src/app/documents.ts';
import { readPdfFonts } from '../src/app/pdf.ts';
import { checkTspSignature } from '../src/config/tsp-signatures.ts';
import { renderBadge } from '../src/documents/badge.ts';
import { composeBundle } from '../src/documents/bundle/compose-bundle.ts';
import { renderCertificatePdf } from '../src/documents/pdf/certificate-pdf.ts';
import { createQrCode, renderQrPng } from '../src/documents/qr.ts';
import { encodeRequest } from '../src/proof/tsp/request.ts';
import { readResponse } from '../src/proof/tsp/response.ts';
import { expectImprint, verifyToken } from '../src/proof/tsp/verify.ts';
import { makeDossier } from '../test/support/dossier.ts';
import { makeAuthority } from '../test/support/tsa-certificates.ts';
import { createReport } from './support/report.ts';
import { streamBundles } from './support/stream-bundles.ts';
import { measureUsage } from './support/usage.ts';

const QUICK = process.argv.includes('--quick');
const COUNT = QUICK ? 2_000 : 20_000;
const PAGES = QUICK ? 50 : 300;
const PDF_AIM_MS = 20;
const BUNDLE_AIM_MS = 30;
const TOKENS_AIM = 3_000;
const VERIFICATIONS_AIM = 2_000;
const BUNDLES = QUICK ? 100 : 1_000;
/** Flat, but for what buffers and caches of the process happen to have. */
const GROWTH_AIM_MB = 5;

/** What stands alone: tokens, badges, codes. Rates are per second of one core's time, signatures included. */
export async function benchDocuments(): Promise<void> {
  const report = createReport('documents');
  const authority = makeAuthority();
  const roots = authority.chain.slice(-1);
  const asked = Array.from({ length: COUNT }, (_, i) => {
    const imprint = { digest: 'SHA-256', hash: new Uint8Array(hash('sha256', String(i), 'buffer')) } as const;
    return { imprint, query: encodeRequest({ imprint, nonce: new Uint8Array(randomBytes(8)) }) };
  });
  const responses: Uint8Array[] = [];
  const issued = await rate(COUNT, (i) => void responses.push(authority.answer(asked[i]!.query)));
  report.add({
    what: 'tokens issued (P-256, certificates inside)',
    engine: 'pure',
    figures: { 'a second and core': issued },
    aim: `${TOKENS_AIM}/s`,
    reached: issued >= TOKENS_AIM,
  });
  const verified = await rate(COUNT, async (i) => {
    const expected = { digestOf: expectImprint(asked[i]!.imprint), roots, now: Date.now() };
    await verifyToken(readResponse(responses[i]!), expected, checkTspSignature);
  });
  report.add({
    what: 'tokens verified, chain included',
    engine: 'pure',
    figures: { 'a second and core': verified },
    aim: `${VERIFICATIONS_AIM}/s`,
    reached: verified >= VERIFICATIONS_AIM,
  });
  const badges = await rate(COUNT, () => renderBadge({ state: 'valid', theme: 'auto', label: 'Touchmark' }));
  report.add({ what: 'badges', engine: 'pure', figures: { 'a second and core': badges } });
  const codes = await rate(COUNT / 20, (i) => renderQrPng(createQrCode(`https://touchmark.example/cert/${i}`), 10));
  report.add({ what: 'QR codes as PNG', engine: 'pure', figures: { 'a second and core': codes } });
  const fonts = readPdfFonts();
  const { dossier } = makeDossier();
  const publicUrl = 'https://touchmark.example';
  const pages = await rate(PAGES, () => renderCertificatePdf(dossier, { size: 'a4', publicUrl, fonts }));
  report.add({
    what: 'PDF certificates, warm',
    engine: 'pure',
    figures: { 'ms each': 1000 / pages },
    aim: `${PDF_AIM_MS} ms`,
    reached: 1000 / pages <= PDF_AIM_MS,
  });
  const verifier = readPythonVerifier();
  const bundles = await rate(PAGES, () => [...composeBundle(dossier, { verifier, publicUrl })]);
  report.add({
    what: 'files of proof bundles, warm',
    engine: 'pure',
    figures: { 'ms each': 1000 / bundles },
    aim: `${BUNDLE_AIM_MS} ms`,
    reached: 1000 / bundles <= BUNDLE_AIM_MS,
  });
  const { perSecond, archivesMb, grownMb } = await streamBundles(BUNDLES);
  report.add({
    what: `proof bundles over HTTP, ${archivesMb} MB`,
    engine: 'pure',
    figures: { 'a second': perSecond, 'MB more in memory after them': grownMb },
    aim: `${GROWTH_AIM_MB} MB more`,
    reached: grownMb <= GROWTH_AIM_MB,
  });
  await report.write();
}

async function rate(count: number, run: (i: number) => unknown): Promise<number> {
  const before = measureUsage().cpuMicros;
  for (let i = 0; i < count; i++) await run(i);
  return Math.round((count * 1_000_000) / (measureUsage().cpuMicros - before));
}
