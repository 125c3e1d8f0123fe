import { render } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { reverseBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { BundleOutcome, BundleVerdict } from '../../proof/bundle/bundle-verdict.ts';
import type { HeaderSource, HeaderTrust } from '../../proof/bundle/header-source.ts';
import { HEADERS_FILE_MAX_BYTES, headersFile } from '../../proof/bundle/headers-file.ts';
import type { Verdict } from '../../proof/bundle/verdict.ts';
import { refuseEvidence, verifyEvidence } from '../../proof/bundle/verify-evidence.ts';
import type { CertificateVerdict } from '../../proof/certificate/verdict.ts';
import type { CertificateTrust } from '../../proof/certificate/verify-certificate.ts';
import { esploraHeaders, serverHeaders } from './block-headers.ts';
import { checkBundle } from './check-bundle.ts';
import { checkCertificate } from './check-certificate.ts';
import { NoEd25519Error } from './check-signatures.ts';
import { DropZone } from './drop-zone.tsx';
import type { Chosen } from './dropped-files.ts';
import { type Recognised, recognise } from './evidence-files.ts';
import { HashPool } from './hash-pool.ts';
import { readServerTrust } from './server-trust.ts';
import { trustAddress } from './trusted-address.ts';
import { listNeeded, pairUp, type Work } from './verify-cases.ts';
import { sayCount, saySize } from './words.ts';

interface StepShown {
  readonly ok: boolean | null;
  readonly detail: string;
  readonly about?: string | undefined;
}

/** One answer, as it is shown. */
interface Result {
  readonly title: string;
  readonly tone: Tone;
  readonly name: string;
  readonly says: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly steps: readonly StepShown[];
  readonly doesNotProve: readonly string[];
  /** Of a work that nothing was given about: where to look it up. */
  readonly lookUp?: string;
}

type Tone = 'good' | 'wait' | 'bad' | 'open';

/** A whole folder is for the command line; this many answers are more than anyone reads. */
const FILES_MAX = 2_000;

const OUTCOMES: Readonly<Record<Verdict['outcome'], readonly [string, Tone]>> = {
  verified: ['Verified', 'good'],
  pending: ['Pending', 'wait'],
  altered: ['Altered', 'bad'],
  invalid: ['Not valid', 'bad'],
  'cannot-check': ['Cannot check', 'open'],
};

const CERTIFICATE_OUTCOMES: Readonly<Record<CertificateVerdict['outcome'], readonly [string, Tone]>> = {
  verified: ['Verified', 'good'],
  revoked: ['Revoked', 'bad'],
  'self-asserted': ['Cannot check who signed', 'open'],
  altered: ['Altered', 'bad'],
  invalid: ['Not valid', 'bad'],
  'cannot-check': ['Cannot check', 'open'],
};

const BUNDLE_OUTCOMES: Readonly<Record<BundleOutcome, readonly [string, Tone]>> = {
  ...OUTCOMES,
  ...CERTIFICATE_OUTCOMES,
};

const SUPERSEDED = ['Superseded', 'wait'] as const;

const TRUST: Readonly<Record<HeaderTrust, string>> = {
  node: 'your own Bitcoin node',
  quorum: 'several servers that agree',
  'single-source': 'one server, believed',
  'headers-file': 'your headers file, believed',
};

function App({ pool, network, bases }: { pool: HashPool; network: BitcoinNetwork; bases: readonly string[] }) {
  const [results, setResults] = useState<readonly Result[]>([]);
  const [says, setSays] = useState('');
  const [problem, setProblem] = useState('');
  const [fromFile, setFromFile] = useState<{ name: string; source: HeaderSource } | null>(null);
  const given = useRef<Recognised[]>([]);
  const turn = useRef(0);
  const online = useMemo(() => (bases.length > 0 ? esploraHeaders(bases, network) : serverHeaders(network)), []);
  const headers = fromFile?.source ?? online;

  const run = async (source: HeaderSource) => {
    const own = ++turn.current;
    setSays('Checking…');
    const answers = await answerAll(given.current, { pool, headers: source, onProgress: setSays });
    // Another file was added meanwhile: its turn answers for all.
    if (own !== turn.current) return;
    setResults(answers);
    setSays(answers.length === 1 ? `${answers[0]!.title}.` : `${sayCount(answers.length, 'answer')}.`);
  };
  const choose = async ({ files, unreadable }: Chosen) => {
    setProblem(
      unreadable
        .map(({ path, reason }) => `${path}: ${reason}`)
        .slice(0, 5)
        .join(' '),
    );
    if (files.length > FILES_MAX) {
      setProblem(
        `That is more than ${sayCount(FILES_MAX, 'file')}. For so many use the command line: touchmark verify`,
      );
      return;
    }
    for (const chosen of files) {
      try {
        given.current.push(await recognise(chosen));
      } catch {
        setProblem(`${chosen.path} cannot be read.`);
      }
    }
    if (given.current.length > 0) await run(headers);
  };
  const forget = () => {
    turn.current++;
    given.current = [];
    setResults([]);
    setSays('');
  };
  const chooseHeaders = async (file: File | undefined) => {
    if (file === undefined) return;
    setProblem('');
    try {
      if (file.size > HEADERS_FILE_MAX_BYTES) throw new Error('it is larger than all headers there are');
      const source = headersFile(new Uint8Array(await file.arrayBuffer()), network);
      setFromFile({ name: file.name, source });
      if (given.current.length > 0) await run(source);
    } catch (error) {
      setProblem(`The headers file cannot be used: ${error instanceof Error ? error.message : String(error)}.`);
    }
  };
  return (
    <>
      <DropZone title="Drop a file and its proof here" onChoose={choose}>
        A receipt (JSON or ZIP), .ots files, a certificate or its proof bundle, and the file they are about. One of them
        alone will do for a part of the answer.
      </DropZone>
      <p class="hidden" role="status">
        {says}
      </p>
      {problem && (
        <div class="notice bad" role="alert">
          <p>{problem}</p>
        </div>
      )}
      <details>
        <summary>
          Block headers from:{' '}
          {fromFile ? fromFile.name : bases.length > 0 ? bases.map(hostOf).join(', ') : 'this server'}
        </summary>
        <div class="sheet">
          <p>
            Proofs end at a Bitcoin block, and the header of that block has to come from somewhere. To believe nobody,
            give a file of headers; <code>touchmark headers</code> writes one from your own node. Its proof of work is
            checked.
          </p>
          <p class="actions">
            <label class="button quiet">
              Choose a headers file
              <input
                type="file"
                class="hidden"
                onChange={(event) => void chooseHeaders(event.currentTarget.files?.[0])}
              />
            </label>
            {fromFile && (
              <button
                type="button"
                class="quiet"
                onClick={() => {
                  setFromFile(null);
                  void run(online);
                }}
              >
                Ask the network again
              </button>
            )}
          </p>
        </div>
      </details>
      {results.length > 0 && (
        <section aria-labelledby="results-title">
          <h2 id="results-title">{results.length === 1 ? 'The answer' : 'The answers'}</h2>
          {results.slice(0, 100).map((result, i) => (
            <ResultShown key={`${i}:${result.name}`} result={result} />
          ))}
          {results.length > 100 && <p>And {sayCount(results.length - 100, 'more answer')}.</p>}
          <p class="actions">
            <button type="button" class="quiet" onClick={forget}>
              Start again
            </button>
            <button type="button" class="quiet" onClick={() => print()}>
              Print
            </button>
          </p>
        </section>
      )}
    </>
  );
}

async function answerAll(
  given: readonly Recognised[],
  { pool, headers, onProgress }: { pool: HashPool; headers: HeaderSource; onProgress: (text: string) => void },
): Promise<Result[]> {
  const evidence = given.flatMap((item) => (item.kind === 'evidence' ? item.evidence : []));
  const certificates = given.filter((item) => item.kind === 'certificate' || item.kind === 'bundle');
  const names = listNeeded(evidence);
  const works: Work[] = [];
  const results: Result[] = [];
  for (const item of given) {
    if (item.kind === 'broken') results.push(presentVerdict(item.name, null, refuseEvidence(item.error, headers)));
    if (item.kind !== 'work') continue;
    try {
      const say = (done: number) => onProgress(`Reading ${item.name}: ${saySize(done)} of ${saySize(item.file.size)}`);
      works.push({ name: item.name, digests: await pool.hash(item.file, names, say) });
    } catch (error) {
      results.push(cannotRead(item.name, error instanceof Error ? error.message : String(error)));
    }
  }
  const { cases, unknown } = pairUp(works, evidence);
  for (const { evidence: item, work, digests } of cases) {
    results.push(presentVerdict(item.name, work, await verifyEvidence(item, digests, headers)));
  }
  const answered = new Set<Work>();
  if (certificates.length > 0) {
    const trust = await readServerTrust();
    for (const item of certificates) results.push(await answerCertificate(item, { trust, headers }, works, answered));
  }
  return [...results, ...unknown.filter((work) => !answered.has(work)).map(presentUnknown)];
}

async function answerCertificate(
  item: Extract<Recognised, { kind: 'certificate' | 'bundle' }>,
  { trust, headers }: { trust: CertificateTrust; headers: HeaderSource },
  works: readonly Work[],
  answered: Set<Work>,
): Promise<Result> {
  const { name } = item;
  const check = async (workSha256: Uint8Array | null): Promise<{ outcome: BundleOutcome; show: Present }> => {
    if (item.kind === 'certificate') {
      const verdict = await checkCertificate(item.bytes, trust, workSha256);
      return { outcome: verdict.outcome, show: (work) => presentCertificate(name, work, verdict) };
    }
    const verdict = await checkBundle(item.files, { trust, headers, workSha256, now: Date.now() });
    return { outcome: verdict.outcome, show: (work) => presentBundle(name, work, verdict) };
  };
  try {
    // Tried with each work: the one it is about, or else the first, which then is not the work.
    let best: { outcome: BundleOutcome; show: Present; work: Work | null } | null = null;
    for (const work of works.length === 0 ? [null] : works) {
      const answer = await check(work?.digests.sha256 ?? null);
      if (best === null || best.outcome === 'altered') best = { ...answer, work };
      if (best.outcome !== 'altered') break;
    }
    if (best!.work !== null) answered.add(best!.work);
    return best!.show(best!.work);
  } catch (error) {
    if (!(error instanceof NoEd25519Error)) throw error;
    return {
      ...cannotRead(name, ''),
      title: 'Cannot check',
      tone: 'open',
      says: 'This browser cannot check Ed25519 signatures. A newer one can, and so can the command line: touchmark verify',
    };
  }
}

type Present = (work: Work | null) => Result;

function presentVerdict(name: string, work: Work | null, verdict: Verdict): Result {
  const [title, tone] = OUTCOMES[verdict.outcome];
  const isByDigest = work === null && verdict.outcome === 'verified';
  return {
    title,
    tone,
    name: work === null ? name : `${work.name} by ${name}`,
    says: isByDigest
      ? `${verdict.proves} The file itself was not given: give it too, to see that it is the one.`
      : verdict.proves,
    facts: [
      ...verdict.blocks.flatMap(({ height, hash, time, confirmations }) => [
        ['Block', `${height}, ${encodeHex(reverseBytes(hash))}`] as const,
        [
          'Time of the block',
          `${new Date(1000 * time).toISOString().slice(0, 16).replace('T', ' ')} UTC on ${verdict.network}`,
        ] as const,
        ...(confirmations === null ? [] : [['Confirmations', String(confirmations)] as const]),
      ]),
      ...(verdict.trust === null ? [] : [['Block headers from', TRUST[verdict.trust]] as const]),
    ],
    steps: verdict.steps.map(({ ok, detail, proof }) => ({ ok, detail, about: proof })),
    doesNotProve: verdict.doesNotProve,
  };
}

function presentCertificate(name: string, work: Work | null, verdict: CertificateVerdict): Result {
  const [title, tone] = isSuperseded(verdict) ? SUPERSEDED : CERTIFICATE_OUTCOMES[verdict.outcome];
  return {
    title,
    tone,
    name: work === null ? name : `${work.name} by ${name}`,
    says: `${verdict.proves}${verdict.outcome === 'verified' ? OWN_KEY : ''}`,
    facts: listCertificateFacts(verdict),
    steps: verdict.steps,
    doesNotProve: verdict.doesNotProve,
  };
}

function presentBundle(name: string, work: Work | null, verdict: BundleVerdict): Result {
  const [title, tone] = isSuperseded(verdict) ? SUPERSEDED : BUNDLE_OUTCOMES[verdict.outcome];
  const { envelopeTime, workTime, tokenTime, trust } = verdict;
  return {
    title,
    tone,
    name: work === null ? name : `${work.name} by ${name}`,
    says: `${verdict.proves}${verdict.outcome === 'verified' || verdict.outcome === 'pending' ? OWN_KEY : ''}`,
    facts: [
      ...listCertificateFacts(verdict),
      ...(tokenTime === null ? [] : [['Seen by a time-stamping authority', sayMinute(tokenTime)] as const]),
      ...(envelopeTime === null ? [] : [['Signed before, by Bitcoin', sayMinute(1000 * envelopeTime)] as const]),
      ...(workTime === null ? [] : [['Work there before, by Bitcoin', sayMinute(1000 * workTime)] as const]),
      ...(trust === null ? [] : [['Block headers from', TRUST[trust]] as const]),
    ],
    steps: verdict.steps.map(({ part, ok, detail }) => ({ ok, detail, about: part })),
    doesNotProve: verdict.doesNotProve,
  };
}

const OWN_KEY = ' The trusted key is the one that this server names as its own.';

/** Of one that does not hold it matters more that it does not hold. */
function isSuperseded({ outcome, status }: CertificateVerdict | BundleVerdict): boolean {
  return outcome === 'verified' && status?.state === 'superseded';
}

function listCertificateFacts({
  certificateId,
  status,
  issuedAt,
  log,
}: CertificateVerdict | BundleVerdict): readonly (readonly [string, string])[] {
  return [
    ...(certificateId === null ? [] : [['Certificate', certificateId] as const]),
    ...(status?.state === 'superseded' ? [['Superseded by', status.by] as const] : []),
    ...(status?.state === 'revoked' && status.reason !== null
      ? [['Reason of the revocation', status.reason] as const]
      : []),
    ...(issuedAt === null ? [] : [['Issued, as the signer says', sayMinute(issuedAt)] as const]),
    ...(log === null ? [] : [['Public log', `${log.origin}, ${log.size} entries`] as const]),
  ];
}

function sayMinute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function presentUnknown({ name, digests }: Work): Result {
  const sha256 = encodeHex(digests.sha256!);
  return {
    title: 'Unknown',
    tone: 'open',
    name,
    says: 'Nothing that you gave is about this file. Add its receipt, its .ots files or its certificate.',
    facts: [['SHA-256', sha256]],
    steps: [],
    doesNotProve: [],
    lookUp: `/verify/${sha256}`,
  };
}

function cannotRead(name: string, reason: string): Result {
  return { title: 'Cannot check', tone: 'open', name, says: reason, facts: [], steps: [], doesNotProve: [] };
}

const SIGNS: Readonly<Record<Tone, string>> = {
  good: 'M6 13.5 10.5 18 19 7',
  wait: 'M12.5 6v7l4.5 3',
  bad: 'M7 7l11 11M18 7 7 18',
  open: 'M9.5 9.5a3 3 0 1 1 4.4 2.7c-1 .5-1.4 1-1.4 2.3M12.5 18.2v.1',
};

function ResultShown({ result }: { result: Result }) {
  const { title, tone, name, says, facts, steps, doesNotProve, lookUp } = result;
  return (
    <article class="result">
      <div class={`verdict ${tone}`} data-verdict={title}>
        <svg class={`sign ${tone === 'good' ? 'struck' : ''}`} viewBox="0 0 25 25" aria-hidden="true">
          <circle cx="12.5" cy="12.5" r="11" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path
            d={SIGNS[tone]}
            fill="none"
            stroke="currentColor"
            stroke-width="2.2"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </svg>
        <h3>{title}</h3>
        <p class="hint">{name}</p>
      </div>
      <div class="sheet">
        <p>{says}</p>
        {facts.length > 0 && (
          <dl class="facts">
            {facts.map(([term, text], i) => (
              <div key={i}>
                <dt>{term}</dt>
                <dd>
                  <code>{text}</code>
                </dd>
              </div>
            ))}
          </dl>
        )}
        {lookUp && (
          <p>
            <a href={lookUp}>Ask this server what is public about the digest</a>{' '}
            <span class="hint">(it learns the digest)</span>
          </p>
        )}
        {steps.length > 0 && (
          <details open={tone !== 'good'}>
            <summary>{sayCount(steps.length, 'step')} checked</summary>
            <ol class="steps">
              {steps.map((step, i) => (
                <StepShown key={i} step={step} />
              ))}
            </ol>
          </details>
        )}
        {doesNotProve.length > 0 && (
          <details>
            <summary>What it does not prove</summary>
            <ul>
              {doesNotProve.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </article>
  );
}

function StepShown({ step: { ok, detail, about } }: { step: StepShown }) {
  const [tone, mark, word] =
    ok === null
      ? (['open', '?', 'Open'] as const)
      : ok
        ? (['ok', '✓', 'Good'] as const)
        : (['no', '✗', 'Bad'] as const);
  return (
    <li class={tone}>
      <span class="mark">
        <span aria-hidden="true">{mark}</span>
        <span class="hidden">{word}: </span>
      </span>
      <span>
        {detail}
        {about && <small>{about}</small>}
      </span>
    </li>
  );
}

function hostOf(address: string): string {
  return new URL(address, location.href).host;
}

function start(place: HTMLElement): void {
  const { hashWorker, network, headerSources } = place.dataset;
  const bases = (headerSources ?? '').split(' ').filter((base) => base !== '');
  place.replaceChildren();
  render(<App pool={new HashPool(hashWorker!)} network={network as BitcoinNetwork} bases={bases} />, place);
  // A browser without it, or a page of an insecure origin, verifies as well; it only needs a network to be loaded.
  navigator.serviceWorker?.register(trustAddress('/service-worker.js'), { scope: '/verify' }).catch(() => {});
}

start(document.getElementById('verify')!);
