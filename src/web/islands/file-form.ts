import { encodeHex } from '../../base/hex.ts';
import { HashPool } from './hash-pool.ts';
import type { PrintReply, Prints } from './print-worker.ts';
import { trustAddress } from './trusted-address.ts';
import { saySize } from './words.ts';

/*
 * A form about a file: the file is read here, and its digest, and for recordings the prints of its sound, go into the
 * form's fields. The form itself is sent by the account's script.
 */

function prepare(place: HTMLElement): void {
  const { fileInto, hashWorker, printWorker } = place.dataset;
  const input = place.querySelector('input')!;
  const status = place.querySelector('[role=status]')!;
  const pool = new HashPool(hashWorker!);
  let turn = 0;
  place.hidden = false;
  input.addEventListener('change', async () => {
    const file = input.files?.[0];
    if (file === undefined) return;
    // Of two files that are chosen one after the other, the second counts, whichever is read first.
    const mine = ++turn;
    const say = (text: string) => {
      if (mine === turn) status.textContent = text;
    };
    clear(input.form!);
    describe(input.form!, file);
    try {
      const { sha256 } = await pool.hash(file, ['sha256'], (done) =>
        say(`Read ${saySize(done)} of ${saySize(file.size)}.`),
      );
      if (mine !== turn) return;
      fill(fileInto!, encodeHex(sha256!));
      say(`${file.name}: its fingerprint is in the form. The file stays here.`);
      if (printWorker === undefined) return;
      say('Listening to it, on this device…');
      const prints = await print(printWorker, file);
      if (mine !== turn) return;
      fill(`${input.form!.id}-duration_ms`, String(prints.durationMs));
      fill(`${input.form!.id}-fingerprint`, prints.fingerprint);
      fill(`${input.form!.id}-fingerprint2`, prints.fingerprint2);
      say(`${file.name}: its fingerprints are in the form. The file stays here.`);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  });
}

/** What was of the file before. */
function clear(form: HTMLFormElement): void {
  for (const name of ['hash', 'sha256', 'sha256_hash', 'duration_ms', 'fingerprint', 'fingerprint2']) {
    fill(`${form.id}-${name}`, '');
  }
}

/** Where the form asks for it. */
function describe(form: HTMLFormElement, { name, size, type }: File): void {
  fill(`${form.id}-filename`, name);
  fill(`${form.id}-file_size_bytes`, String(size));
  fill(`${form.id}-file_type`, type);
}

function fill(id: string, value: string): void {
  const field = document.getElementById(id);
  if (field instanceof HTMLInputElement) field.value = value;
}

/** The worker is started when it is needed: what it loads is large. */
function print(address: string, file: File): Promise<Prints> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(trustAddress(address), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<PrintReply>) => {
      worker.terminate();
      if ('prints' in data) resolve(data.prints);
      else reject(new Error(`${data.error} You can send it with the digest alone: give the length by hand.`));
    };
    worker.onerror = () => {
      worker.terminate();
      reject(new Error('This browser cannot listen to it. Give the length by hand; the digest is in the form.'));
    };
    worker.postMessage(file);
  });
}

for (const place of document.querySelectorAll<HTMLElement>('[data-file-into]')) prepare(place);
