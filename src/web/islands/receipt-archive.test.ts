import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { zipSync } from 'fflate';
import { readZip } from '../../proof/bundle/zip.ts';
import { ARCHIVE_MAX_RECEIPTS, collectReceipts } from './receipt-archive.ts';

const CALENDARS = ['a', 'b', 'alice', 'finney', 'btc'];

test('an archive of as many receipts as it can have is one that the verifier reads', async (t) => {
  const proofs = CALENDARS.map((name) => [`${name}.ots`, new Uint8Array(100)] as const);
  const guide = { 'README.txt': new Uint8Array(3_000), 'verify_cli.py': new Uint8Array(200_000) };
  const archive = zipSync({ ...guide, 'receipt.json': new Uint8Array(500), ...Object.fromEntries(proofs) });
  const fetched = mock.method(globalThis, 'fetch', async () => new Response(archive as Uint8Array<ArrayBuffer>));
  t.after(() => fetched.mock.restore());
  const items = Array.from({ length: ARCHIVE_MAX_RECEIPTS }, (_, i) => ({ path: `a/${i}.jpg`, receiptId: `${i}` }));
  const files = readZip(await collectReceipts(items as never, () => {}));
  assert.equal([...files.keys()].filter((name) => /^\d{3}-\d+\.jpg\/receipt\.json$/.test(name)).length, items.length);
  assert.equal(files.size, items.length * (CALENDARS.length + 1) + 2);
  assert.ok(files.has('verify_cli.py') && files.has('README.txt'));
});
