import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reverseBytes } from '../../src/base/bytes.ts';
import { decodeHex, encodeHex } from '../../src/base/hex.ts';
import { parseBlockHeader } from '../../src/proof/bitcoin/block-header.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import type { Op } from '../../src/proof/ots/op.ts';
import { createTimestamp } from '../../src/proof/ots/timestamp.ts';
import { GENESIS_HEADER } from './bitcoin-blocks.ts';
import { endOf, hash, mineHeader, otsFile, pathTo, SHA256 } from './proofs.ts';
import { buildZip } from './zip.ts';

const CALENDARS = ['alice', 'btc'];
const TO_COMMITMENT: readonly Op[] = [{ name: 'append', argument: new Uint8Array(16).fill(7) }, SHA256];
const TO_BLOCK: readonly Op[] = [{ name: 'append', argument: Uint8Array.of(9) }, SHA256];
const BLOCK_TIME = 1_750_000_000;

interface Anchored {
  readonly digest: Uint8Array;
  readonly height: number;
}

/**
 * A Touchmark server, its calendars and an Esplora server in one, which answers in the recorded shapes and fails on
 * demand. Every digest gets a regtest block of its own once `confirm` is called.
 */
export interface FakeTouchmark extends AsyncDisposable {
  readonly url: string;
  readonly esploraUrl: string;
  /** Requests as `METHOD /path`. */
  readonly requests: string[];
  readonly bodies: string[];
  readonly headers: IncomingMessage['headers'][];
  confirm(): void;
  /** Answers instead of the server while it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export async function startFakeTouchmark(): Promise<FakeTouchmark> {
  const anchored = new Map<string, Anchored>();
  let isConfirmed = false;

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    fake.requests.push(`${request.method} ${request.url}`);
    fake.bodies.push(body);
    fake.headers.push(request.headers);
    if (fake.intercept(request, response)) return;
    const answer = route(request.method ?? '', request.url ?? '', body);
    response.statusCode = answer.status;
    response.end(
      typeof answer.body === 'string' || answer.body instanceof Uint8Array ? answer.body : JSON.stringify(answer.body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const fake: FakeTouchmark = {
    url,
    esploraUrl: `${url}/esplora`,
    requests: [],
    bodies: [],
    headers: [],
    confirm: () => {
      isConfirmed = true;
    },
    intercept: () => false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;

  function route(method: string, path: string, body: string): { status: number; body: unknown } {
    if (method === 'POST' && path === '/api/anchor') return ok({ ...anchor(JSON.parse(body).hash_hex), failures: [] });
    if (method === 'POST' && path === '/api/anchor/batch') {
      const { hashes } = JSON.parse(body) as { hashes: { hash_hex: string }[] };
      const results = hashes.map(({ hash_hex }, index) => ({ index, ok: true, ...anchor(hash_hex) }));
      return ok({ ok: true, submitted: results.length, succeeded: results.length, failed: 0, results });
    }
    const [, id, suffix] = /^\/api\/receipt\/([A-Za-z0-9_-]+)(\.zip)?$/.exec(path) ?? [];
    const receipt = id === undefined ? undefined : anchored.get(id);
    if (id !== undefined && receipt !== undefined) return ok(suffix ? zip(id, receipt) : present(id, receipt));
    const [, commitment] = /^\/calendar\/[a-z]+\/timestamp\/([0-9a-f]+)$/.exec(path) ?? [];
    if (commitment !== undefined) return lookUp(commitment);
    if (path.startsWith('/esplora/')) return esplora(path.slice('/esplora/'.length));
    return { status: 404, body: { error: 'not_found', message: 'Not found' } };
  }

  function anchor(hashHex: string) {
    const id = `r_${anchored.size + 1}`;
    anchored.set(id, { digest: decodeHex(hashHex)!, height: anchored.size + 1 });
    const count = CALENDARS.length;
    return { receipt_id: id, created_at: '2025-06-15T15:00:00+00:00', calendars_ok: count, calendars_total: count };
  }

  function present(id: string, { digest }: Anchored) {
    const checks = CALENDARS.map((name) => ({ file: `${name}.ots`, magic_ok: true, hash_match: true, ok: true }));
    return { receipt_id: id, hash_hex: encodeHex(digest), status: isConfirmed ? 'pinned' : 'pending', checks };
  }

  function zip(id: string, receipt: Anchored): Uint8Array {
    const proofs = CALENDARS.map((name) => ({ name: `${name}.ots`, content: proofOf(receipt, name) }));
    return buildZip([{ name: 'receipt.json', content: JSON.stringify(present(id, receipt)) }, ...proofs]);
  }

  function proofOf({ digest, height }: Anchored, calendar: string): Uint8Array {
    const commitment = endOf(digest, TO_COMMITMENT);
    const below = isConfirmed ? pathTo(commitment, TO_BLOCK, { type: 'bitcoin', height }) : null;
    const promise = { type: 'pending' as const, uri: `${url}/calendar/${calendar}` };
    const end = createTimestamp(commitment, [promise], below?.branches ?? []);
    const [append, sha256] = TO_COMMITMENT;
    const middle = createTimestamp(endOf(digest, [append!]), [], [{ op: sha256!, stamp: end }]);
    return otsFile(createTimestamp(digest, [], [{ op: append!, stamp: middle }]));
  }

  function lookUp(commitment: string): { status: number; body: unknown } {
    if (!isConfirmed) return { status: 404, body: 'Pending confirmation in Bitcoin blockchain' };
    for (const { digest, height } of anchored.values()) {
      const message = endOf(digest, TO_COMMITMENT);
      if (encodeHex(message) === commitment) {
        return ok(encodeTimestamp(pathTo(message, TO_BLOCK, { type: 'bitcoin', height })));
      }
    }
    return { status: 404, body: 'Not found' };
  }

  function esplora(path: string): { status: number; body: unknown } {
    const chain = [
      regtestGenesis(),
      ...[...anchored.values()].map(({ digest, height }) =>
        mineHeader(endOf(digest, [...TO_COMMITMENT, ...TO_BLOCK]), BLOCK_TIME + height),
      ),
      ...Array.from({ length: 6 }, (_, index) => mineHeader(hash('sha256', `${index}`), BLOCK_TIME)),
    ];
    const hashes = chain.map((header) => encodeHex(reverseBytes(parseBlockHeader(header).hash)));
    if (path === 'blocks/tip/height') return ok(String(chain.length - 1));
    const [, height] = /^block-height\/(\d+)$/.exec(path) ?? [];
    if (height !== undefined && Number(height) < chain.length) return ok(hashes[Number(height)]);
    const [, display] = /^block\/([0-9a-f]{64})\/header$/.exec(path) ?? [];
    const found = display === undefined ? -1 : hashes.indexOf(display);
    return found >= 0 ? ok(encodeHex(chain[found]!)) : { status: 404, body: 'Block not found' };
  }
}

function ok(body: unknown): { status: number; body: unknown } {
  return { status: 200, body };
}

/** The main network's first block but for its time, target and nonce. */
function regtestGenesis(): Uint8Array {
  const header = Uint8Array.from(GENESIS_HEADER);
  const view = new DataView(header.buffer);
  view.setUint32(68, 1_296_688_602, true);
  view.setUint32(72, 0x207fffff, true);
  view.setUint32(76, 2, true);
  return header;
}
