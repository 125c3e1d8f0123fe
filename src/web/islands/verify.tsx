import { render } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { HeaderSource } from '../../proof/bundle/header-source.ts';
import { HEADERS_FILE_MAX_BYTES, headersFile } from '../../proof/bundle/headers-file.ts';
import { esploraHeaders, serverHeaders } from './block-headers.ts';
import { doubtClock, readClocks } from './device-clock.ts';
import { DropZone } from './drop-zone.tsx';
import type { Chosen } from './dropped-files.ts';
import { type Recognised, recognise } from './evidence-files.ts';
import { HashPool } from './hash-pool.ts';
import { ResultShown } from './result-shown.tsx';
import { trustAddress } from './trusted-address.ts';
import { answerAll } from './verify-answers.ts';
import type { Result } from './verify-result.ts';
import { sayCount } from './words.ts';

/** A whole folder is for the command line; this many answers are more than anyone reads. */
const FILES_MAX = 2_000;

function App({ pool, network, bases }: { pool: HashPool; network: BitcoinNetwork; bases: readonly string[] }) {
  const [results, setResults] = useState<readonly Result[]>([]);
  const [says, setSays] = useState('');
  const [problem, setProblem] = useState('');
  const [doubt, setDoubt] = useState<string | null>(null);
  const [headersName, setHeadersName] = useState<string | null>(null);
  const given = useRef<Recognised[]>([]);
  const turn = useRef(0);
  const online = useMemo(() => (bases.length > 0 ? esploraHeaders(bases, network) : serverHeaders(network)), []);
  const headers = useRef<HeaderSource>(online);

  const run = async () => {
    if (given.current.length === 0) return;
    const own = ++turn.current;
    setSays('Checking…');
    const clocks = await readClocks();
    const now = clocks.server ?? clocks.device;
    const answers = await answerAll(given.current, { pool, headers: headers.current, now, onProgress: setSays });
    // Another file was added meanwhile: its turn answers for all.
    if (own !== turn.current) return;
    setResults(answers);
    const times = answers.flatMap((answer) => answer.times);
    setDoubt(times.length > 0 ? doubtClock(clocks, times) : null);
    setSays(answers.length === 1 ? `${answers[0]!.title}.` : `${sayCount(answers.length, 'answer')}.`);
  };
  const takeHeaders = async (file: File) => {
    try {
      if (file.size > HEADERS_FILE_MAX_BYTES) throw new Error('it is larger than all headers there are');
      headers.current = headersFile(new Uint8Array(await file.arrayBuffer()), network);
      setHeadersName(file.name);
    } catch (error) {
      setProblem(`The headers file cannot be used: ${error instanceof Error ? error.message : String(error)}.`);
    }
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
        const found = await recognise(chosen);
        if (found.kind === 'headers') await takeHeaders(found.file);
        else given.current.push(found);
      } catch {
        setProblem(`${chosen.path} cannot be read.`);
      }
    }
    await run();
  };
  const forget = () => {
    turn.current++;
    given.current = [];
    setResults([]);
    setDoubt(null);
    setSays('');
  };
  const chooseHeaders = async (file: File | undefined) => {
    if (file === undefined) return;
    setProblem('');
    await takeHeaders(file);
    await run();
  };
  const askNetwork = () => {
    headers.current = online;
    setHeadersName(null);
    void run();
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
          Block headers from: {headersName ?? (bases.length > 0 ? bases.map(hostOf).join(', ') : 'this server')}
        </summary>
        <div class="sheet">
          <p>
            Proofs end at a Bitcoin block, and the header of that block has to come from somewhere. To believe nobody,
            drop a file of headers too; <code>touchmark headers</code> writes one from your own node. Its proof of work
            is checked.
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
            {headersName !== null && (
              <button type="button" class="quiet" onClick={askNetwork}>
                Ask the network again
              </button>
            )}
          </p>
        </div>
      </details>
      {results.length > 0 && (
        <section aria-labelledby="results-title">
          <h2 id="results-title">{results.length === 1 ? 'The answer' : 'The answers'}</h2>
          {doubt && (
            <div class="notice wait" role="alert">
              <p>{doubt}</p>
            </div>
          )}
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
