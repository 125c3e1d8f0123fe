import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { parseCredential } from './anchor-client.ts';
import { AnchorList, type Item, type ReceiptStatus } from './anchor-list.ts';
import { AnchorRun } from './anchor-run.ts';
import { DropZone } from './drop-zone.tsx';
import type { Chosen } from './dropped-files.ts';
import { HashPool } from './hash-pool.ts';
import { newKey } from './new-key.ts';
import { ARCHIVE_MAX_RECEIPTS, collectReceipts, offerDownload } from './receipt-archive.ts';
import { SavedList } from './saved-list.ts';
import { sayCount, sayNumber, saySize, sayWait } from './words.ts';

const ROWS_AT_FIRST = 50;
const ROWS_MORE = 200;
const DRAW_MS = 120;

const STATES: Readonly<Record<ReceiptStatus, { tone: string; text: string }>> = {
  pending: { tone: 'waiting', text: 'Waiting for a Bitcoin block' },
  partial: { tone: 'mid', text: 'In a block, being checked' },
  pinned: { tone: 'good', text: 'Anchored in Bitcoin' },
};

function App({ run, list, draw, left }: { run: AnchorRun; list: AnchorList; draw: Draw; left: Left }) {
  const [, redraw] = useState(0);
  const [rows, setRows] = useState(ROWS_AT_FIRST);
  const [notice, setNotice] = useState(sayLeft(left));
  useEffect(() => draw.listen(() => redraw((turn) => turn + 1)), []);
  const tally = list.tally();
  const { pause, unreadable, bytesDone, bytesTotal } = run.state;
  const choose = (chosen: Chosen) => {
    setNotice(chosen.files.length + chosen.unreadable.length === 0 ? 'There is no file in what you chose.' : null);
    run.add(chosen);
  };
  const hidden = tally.total - rows;
  return (
    <>
      <DropZone title="Drop files or a folder here" onChoose={choose} withFolders>
        They are read on this device. Only their fingerprints are sent.
      </DropZone>
      <Choices run={run} />
      {notice && (
        <div class="notice wait">
          <p>{notice}</p>
        </div>
      )}
      {tally.total > 0 && (
        <section aria-labelledby="list-title">
          <h2 id="list-title">Your files</h2>
          <p class="quiet-line">
            The files never left this device: the server has seen {sayCount(tally.total, 'fingerprint')} at most.
          </p>
          {tally.waiting > 0 && (
            <div>
              <progress max={Math.max(1, bytesTotal)} value={bytesDone} aria-label="Reading files" />
              <p class="hint number">
                Reading: {saySize(bytesDone)} of {saySize(bytesTotal)}
              </p>
            </div>
          )}
          <ul class="tally">
            <li>
              <b>{sayNumber(tally.total)}</b> {tally.total === 1 ? 'file' : 'files'}
            </li>
            {tally.waiting > 0 && (
              <li>
                <b>{sayNumber(tally.waiting)}</b> to read
              </li>
            )}
            {tally.hashed > 0 && (
              <li>
                <b>{sayNumber(tally.hashed)}</b> to send
              </li>
            )}
            <li>
              <b>{sayNumber(tally.anchored)}</b> with a receipt
            </li>
            <li>
              <b>{sayNumber(tally.pinned)}</b> in Bitcoin
            </li>
            {tally.failed > 0 && (
              <li>
                <b>{sayNumber(tally.failed)}</b> not done
              </li>
            )}
          </ul>
          <p class="hidden" role="status">
            {saySummary(tally)}
          </p>
          {pause && <Pause run={run} pause={pause} waiting={tally.hashed} />}
          {unreadable.length > 0 && <UnreadableList unreadable={unreadable} />}
          <Downloads
            list={list}
            anchored={tally.anchored}
            busy={tally.waiting + tally.hashed > 0}
            onClear={left.clear}
          />
          <ul class="files">
            {list.first(rows).map((item) => (
              <Row key={item.key} item={item} />
            ))}
          </ul>
          {hidden > 0 && (
            <p class="actions">
              <span>And {sayCount(hidden, 'more file')}.</span>
              <button type="button" class="quiet" onClick={() => setRows(rows + ROWS_MORE)}>
                Show more
              </button>
            </p>
          )}
        </section>
      )}
    </>
  );
}

function Choices({ run }: { run: AnchorRun }) {
  const [problem, setProblem] = useState('');
  const setCredential = (text: string) => {
    run.credential = text.trim() === '' ? null : parseCredential(text);
    setProblem(text.trim() !== '' && run.credential === null ? 'That is neither a token nor a key.' : '');
    if (run.credential !== null && run.state.pause !== null) run.resume();
  };
  return (
    <details>
      <summary>Options</summary>
      <div class="sheet">
        <p>
          <label class="check">
            <input
              type="checkbox"
              onChange={(event) => {
                run.withNames = event.currentTarget.checked;
              }}
            />
            <span>Write file names into the receipts. Who has a receipt’s address can read them.</span>
          </label>
        </p>
        <label for="credential">Pack token or API key</label>
        <input
          id="credential"
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="credential-hint"
          onChange={(event) => setCredential(event.currentTarget.value)}
        />
        <p class="hint" id="credential-hint" role="status">
          {problem || 'For more files than are free. It is used until this page is closed, and not stored.'}
        </p>
      </div>
    </details>
  );
}

function Pause({
  run,
  pause,
  waiting,
}: {
  run: AnchorRun;
  pause: NonNullable<AnchorRun['state']['pause']>;
  waiting: number;
}) {
  const seconds = pause.resumesAt === null ? null : Math.max(1, (pause.resumesAt - Date.now()) / 1000);
  const kept = `${sayCount(waiting, 'fingerprint')} ${waiting === 1 ? 'is' : 'are'} kept here and nothing is lost.`;
  return (
    <div class="notice wait" role="alert">
      <p>
        <strong>{pause.message}</strong> {kept}
      </p>
      {pause.kind === 'limit' && (
        <p>
          Keep this page open and it goes on by itself, enter a pack token or an API key under Options, or see{' '}
          <a href="/pricing">what more costs</a>.
        </p>
      )}
      {pause.kind === 'unreachable' && seconds === null && (
        <p>
          The last upload may have arrived all the same. Sending it again may make second receipts, which cost credits
          again.
        </p>
      )}
      {pause.kind !== 'limit' && seconds !== null && <p>It is tried again {sayWait(seconds)}.</p>}
      <p class="actions">
        <button type="button" class="quiet" onClick={() => run.resume()}>
          Try now
        </button>
      </p>
    </div>
  );
}

function UnreadableList({ unreadable }: { unreadable: AnchorRun['state']['unreadable'] }) {
  return (
    <details class="notice bad">
      <summary>
        {sayCount(unreadable.length, 'entry', 'entries')} could not be read and {unreadable.length === 1 ? 'is' : 'are'}{' '}
        left out
      </summary>
      <ul>
        {unreadable.slice(0, 200).map(({ path, reason }) => (
          <li key={path}>
            <code>{path}</code>: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Downloads({
  list,
  anchored,
  busy,
  onClear,
}: {
  list: AnchorList;
  anchored: number;
  busy: boolean;
  onClear: () => void;
}) {
  const [says, setSays] = useState('');
  const isWorking = useRef(false);
  if (anchored === 0) return null;
  const parts = Math.ceil(anchored / ARCHIVE_MAX_RECEIPTS);
  const download = async (part: number) => {
    if (isWorking.current) return;
    isWorking.current = true;
    const start = part * ARCHIVE_MAX_RECEIPTS;
    const items = list.listAnchored().slice(start, start + ARCHIVE_MAX_RECEIPTS);
    try {
      const bytes = await collectReceipts(items, (done) => setSays(`Collecting: ${done} of ${items.length}`));
      offerDownload(bytes, parts === 1 ? 'touchmark-receipts.zip' : `touchmark-receipts-${part + 1}.zip`);
      setSays('Downloaded. Keep it beside your files.');
    } catch {
      setSays('Not all receipts could be had. Try again in a moment.');
    }
    isWorking.current = false;
  };
  const clear = () => {
    if (confirm('Forget this list? Receipts that you did not download cannot be found again.')) onClear();
  };
  return (
    <>
      <p class="actions">
        {Array.from({ length: Math.min(parts, 12) }, (_, part) => (
          <button type="button" key={part} onClick={() => void download(part)}>
            {parts === 1
              ? anchored === 1
                ? 'Download the receipt'
                : 'Download all receipts'
              : `Receipts, part ${part + 1}`}
          </button>
        ))}
        {parts > 12 && (
          <span>and {sayCount(parts - 12, 'part')} more: the command line client is better at so many.</span>
        )}
        {!busy && (
          <button type="button" class="quiet" onClick={clear}>
            Forget this list
          </button>
        )}
      </p>
      <p class="hint" role="status">
        {says || 'You can close this page: the list is kept in this browser, and receipts grow complete on the server.'}
      </p>
    </>
  );
}

function Row({ item }: { item: Item }) {
  const { path, size, stage, sha256, receiptId, status, problem } = item;
  const state = status === null ? describeStage(stage) : STATES[status];
  return (
    <li>
      <span class="name">
        {path} <small>{saySize(size)}</small>
      </span>
      {stage === 'failed' ? (
        <span class="state bad">{problem}</span>
      ) : (
        <span class={`state ${state.tone}`}>{state.text}</span>
      )}
      {sha256 !== null && <code class="digest">SHA-256 {sha256}</code>}
      {status !== null && (
        <ol class="trail" aria-hidden="true">
          <li class="past">Recorded</li>
          <li class={status === 'pending' ? 'now' : 'past'}>Waiting for a block</li>
          <li class={status === 'pinned' ? 'past' : status === 'partial' ? 'now' : ''}>In Bitcoin</li>
        </ol>
      )}
      {receiptId !== null && (
        <span class="more actions">
          <a href={`/api/receipt/${receiptId}.zip`} download>
            Receipt (ZIP)<span class="hidden"> of {path}</span>
          </a>
          <a href={`/api/receipt/${receiptId}/summary`}>
            What it proves<span class="hidden">: {path}</span>
          </a>
        </span>
      )}
    </li>
  );
}

function describeStage(stage: Item['stage']) {
  if (stage === 'waiting') return { tone: 'waiting', text: 'Being read' };
  return { tone: 'waiting', text: stage === 'sent' ? 'Being sent' : 'Ready to send' };
}

function saySummary({ total, waiting, anchored, pinned, failed }: ReturnType<AnchorList['tally']>): string {
  if (waiting > 0) return 'Reading files.';
  const parts = [`${anchored} of ${sayCount(total, 'file')} have a receipt`, `${pinned} are in Bitcoin`];
  return `${parts.join(', ')}${failed > 0 ? `, ${failed} were not done` : ''}.`;
}

function sayLeft({ unread, elsewhere }: Left): string | null {
  const parts = [unread > 0 ? sayUnread(unread) : null, elsewhere > 0 ? sayElsewhere(elsewhere) : null];
  return parts.filter((part) => part !== null).join(' ') || null;
}

function sayElsewhere(count: number): string {
  return `Another tab of this browser is at work with ${sayCount(count, 'file')}: ${count === 1 ? 'it is' : 'they are'} shown there, and this tab has a list of its own.`;
}

function sayUnread(count: number): string {
  return `${sayCount(count, 'file')} of your last visit ${count === 1 ? 'was' : 'were'} not read before the page was closed. Choose ${count === 1 ? 'it' : 'them'} again.`;
}

/** Tells the page to draw, at most every `DRAW_MS`: 100,000 files change far more often than anyone can see. */
class Draw {
  #draw: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  listen(draw: () => void): void {
    this.#draw = draw;
  }

  readonly soon = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, DRAW_MS);
  };
}

interface Left {
  readonly unread: number;
  /** Items that another tab has. */
  readonly elsewhere: number;
  readonly clear: () => void;
}

async function start(place: HTMLElement): Promise<void> {
  const saved = await SavedList.open(newKey());
  const { items, elsewhere } = await saved.load();
  const list = new AnchorList(items);
  const draw = new Draw();
  const run = new AnchorRun({ list, saved, pool: new HashPool(place.dataset.hashWorker!), onChange: draw.soon });
  const unread = list.dropUnread();
  void saved.remove(unread);
  const left = {
    unread: unread.length,
    elsewhere,
    clear: () => void saved.remove(list.keys()).then(() => location.reload()),
  };
  place.replaceChildren();
  render(<App run={run} list={list} draw={draw} left={left} />, place);
  run.start();
}

void start(document.getElementById('anchor')!);
