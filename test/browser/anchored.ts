import { hash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { formatHeaders } from '../../src/proof/bundle/headers-file.ts';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { decodeDetached } from '../../src/proof/ots/codec.ts';
import { walkAttestations } from '../../src/proof/ots/timestamp.ts';
import { type Upload, upload } from './files.ts';

/** A work, and its receipt once a block has it. */
export interface Anchored {
  readonly work: Upload;
  readonly receipt: Buffer;
}

const PINNED_WITHIN_MS = 120_000;
const ASK_MS = 500;

/** By the API alone. */
export async function anchorWork(url: string): Promise<Anchored> {
  const work = upload('poem.txt', `A poem ${randomBytes(8).toString('hex')}`);
  const id = await anchor(url, work);
  const deadline = Date.now() + PINNED_WITHIN_MS;
  for (;;) {
    const { status } = (await (await fetch(`${url}/api/receipt/${id}`)).json()) as { status: string };
    if (status === 'pinned') return { work, receipt: await fetchReceipt(url, id) };
    if (Date.now() > deadline) throw new Error(`the receipt is still ${status}`);
    await delay(ASK_MS);
  }
}

/** The receipt's id. */
export async function anchor(url: string, { buffer }: Upload): Promise<string> {
  const answer = await fetch(`${url}/api/anchor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hash_hex: hash('sha256', buffer, 'hex') }),
  });
  const { receipt_id } = (await answer.json()) as { receipt_id: string };
  return receipt_id;
}

/** As a ZIP. */
export async function fetchReceipt(url: string, id: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${url}/api/receipt/${id}.zip`)).arrayBuffer());
}

/** The headers of the blocks that the proofs of archives end at, as a file for the verifier. */
export async function fetchHeaders(url: string, ...archives: readonly Buffer[]): Promise<Upload> {
  const headers = new Map<number, Uint8Array>();
  for (const [name, bytes] of archives.flatMap((archive) => [...readZip(archive)])) {
    if (!name.endsWith('.ots')) continue;
    for (const height of listBlocks(bytes)) {
      const answer = await fetch(`${url}/bitcoin/headers/${height}`);
      const { header } = (await answer.json()) as { header: string };
      headers.set(height, Buffer.from(header, 'hex'));
    }
  }
  return upload('headers.txt', formatHeaders(headers));
}

/** Heights of the blocks that a proof ends at. */
export function listBlocks(proof: Uint8Array): number[] {
  const found = [...walkAttestations(decodeDetached(proof).timestamp)];
  return found.flatMap(({ attestation }) => (attestation.type === 'bitcoin' ? attestation.height : []));
}
