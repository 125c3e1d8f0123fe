import { Type } from 'typebox';
import type { App } from '../shared/app.ts';
import { packFile, writeZip } from '../shared/zip-stream.ts';
import { cacheControlOf, type FindReceipt } from './find-receipt.ts';
import { listReceiptFiles } from './receipt-files.ts';
import { READ_ERRORS, ReceiptParams } from './schemas.ts';

const README = `This archive is a Touchmark receipt: evidence that a file existed at a moment in time.

  receipt.json   what the server recorded when the file's digest was submitted
  *.ots          one OpenTimestamps proof for each calendar that took the digest
  verify_cli.py  checks them; it needs Python 3.9 or later and nothing else

Keep it together with the file it is about, unchanged. The file itself is not in here, and the server never had it.

To check it, with the archive and the file in one folder:

  python3 verify_cli.py receipt.json --file ${'<file>'}
  touchmark verify ${'<archive>'}.zip --file ${'<file>'}

The first is run in the folder of the unpacked archive; an archive of several receipts has a folder for each, which is
put before receipt.json. Both take block headers from public servers unless --headers,
--esplora or --rpc names another source. Or give any of the .ots files, with the file, to any OpenTimestamps client. All
of them compute the file's SHA-256 digest, follow the operations in the proof from it to the Merkle root of a Bitcoin
block, and compare that root with the block's header. None asks the server that made this receipt.

A proof that does not lead to a block yet is pending. It can be completed later ("touchmark upgrade", or "ots upgrade"),
or this archive can be downloaded again.

A proof that leads to a block proves that the file, exactly as it is, existed before that block was mined. It does not
prove who made the file, who owns it, that what it shows is true, or that it did not exist much earlier. The times, the
SHA-512 digest and the label in receipt.json are the server's record; Bitcoin attests to the SHA-256 digest only.
`;

const schema = {
  summary: 'A receipt with all its proofs, as an archive that is checked without this server',
  tags: ['orphograph'],
  params: ReceiptParams,
  response: {
    200: { content: { 'application/zip': { schema: Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' }) } } },
    ...READ_ERRORS,
  },
};

/** `GET /api/receipt/{receipt_id}.zip` */
export function registerReceiptZip(app: App, findReceipt: FindReceipt, verifier: Uint8Array): void {
  const guide = [packFile('README.txt', Buffer.from(README)), packFile('verify_cli.py', verifier)];

  app.get('/api/receipt/:receipt_id.zip', { schema, config: { cors: true } }, async (request, reply) => {
    const { stored, proofs } = await findReceipt(request);
    const files = [...listReceiptFiles(stored, proofs), ...guide];
    const archive = await Array.fromAsync(writeZip([{ name: '', files }]));
    reply
      .header('cache-control', cacheControlOf(stored.receipt.isPrivate, 'no-cache'))
      .header('content-disposition', `attachment; filename="${stored.receipt.id}.zip"`)
      .type('application/zip')
      .send(Buffer.concat(archive));
    return reply;
  });
}
