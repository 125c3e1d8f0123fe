import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeHex } from '../../src/base/hex.ts';
import { type FakeTouchmark, startFakeTouchmark } from '../support/fake-touchmark.ts';
import { hash, otsFile, pathTo } from '../support/proofs.ts';
import { type Run, runTouchmark, spawnTouchmark } from '../support/run-touchmark.ts';
import { buildZip } from '../support/zip.ts';

let folder: string;
let fake: FakeTouchmark;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'touchmark-cli-'));
  fake = await startFakeTouchmark();
});
afterEach(async () => {
  await fake[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: string | Uint8Array = `content of ${name}`): string {
  writeFileSync(join(folder, name), content);
  return name;
}

function putSandboxFile(): void {
  mkdirSync(join(folder, '.touchmark'));
  put(
    '.touchmark/sandbox.json',
    JSON.stringify({
      base_url: fake.url,
      keys: { orphograph: { api_key: 'orpho_sandbox' } },
      bitcoin: { network: 'regtest', esplora_url: fake.esploraUrl },
    }),
  );
}

function run(...args: string[]): Promise<Run> {
  return runTouchmark(folder, args, { TOUCHMARK_SERVER: fake.url });
}

function anchor(...args: string[]): Promise<Run> {
  return run('anchor', '--network', 'regtest', ...args);
}

function verify(...args: string[]): Promise<Run> {
  return run('verify', '--network', 'regtest', '--esplora', fake.esploraUrl, ...args);
}

test('an anchored file has its receipt and a proof of each calendar beside it', async () => {
  put('photo.jpg');
  const { code, json } = await anchor('photo.jpg', '--json');
  assert.equal(code, 0);
  assert.equal(json[0].hash_hex, encodeHex(hash('sha256', 'content of photo.jpg')));
  assert.deepEqual(json[0].proofs, ['photo.jpg.alice.ots', 'photo.jpg.btc.ots']);
  assert.deepEqual(readdirSync(folder).sort(), [
    'photo.jpg',
    'photo.jpg.alice.ots',
    'photo.jpg.btc.ots',
    'photo.jpg.touchmark.json',
  ]);
  const receipt = JSON.parse(readFileSync(join(folder, 'photo.jpg.touchmark.json'), 'utf8'));
  assert.equal(receipt.format, 'touchmark-receipt/1');
  assert.equal(receipt.calendars[0].url, `${fake.url}/calendar/alice`);
  const embedded = Buffer.from(receipt.calendars[0].ots, 'base64');
  assert.deepEqual(embedded, readFileSync(join(folder, 'photo.jpg.alice.ots')));
});

test('what reaches the server are digests: no content and, unless wanted, no name', async () => {
  put('secret name.txt');
  await anchor('secret name.txt');
  assert.ok(!fake.bodies.join().includes('secret') && !fake.bodies.join().includes('content'));
  put('other.txt');
  await anchor('other.txt', '--with-names');
  assert.equal(JSON.parse(fake.bodies.find((body) => body.includes('client_label'))!).client_label, 'other.txt');
});

test('a receipt goes from pending to verified, and a changed file is refused', async () => {
  put('photo.jpg');
  assert.match((await anchor('photo.jpg')).err, /`touchmark upgrade`/, 'it says what is left to do');
  const early = await verify('photo.jpg');
  assert.equal(early.code, 2);
  assert.match(early.out, /`touchmark upgrade`/);
  fake.confirm();
  const upgraded = await run(
    'upgrade',
    'photo.jpg',
    '--calendar',
    `${fake.url}/calendar/alice`,
    '--calendar',
    `${fake.url}/calendar/btc`,
    '--json',
  );
  assert.equal(upgraded.code, 0, upgraded.err);
  assert.equal(upgraded.json[0].state, 'complete');
  const verified = await verify('photo.jpg', '--json');
  assert.equal(verified.code, 0, verified.out);
  assert.equal(verified.json[0].outcome, 'verified');
  assert.equal(verified.json[0].trust, 'single-source');
  assert.equal(verified.json[0].attestedTime, 1_750_000_001);
  assert.equal((await verify('photo.jpg.alice.ots')).code, 0);
  assert.equal((await verify('photo.jpg.touchmark.json')).code, 0);
  put('photo.jpg', 'content of photo.jpG');
  const altered = await verify('photo.jpg', '--json');
  assert.equal(altered.code, 1);
  assert.equal(altered.json[0].outcome, 'altered');
});

test('--wait ends when Bitcoin has confirmed, with complete proofs on disk', async () => {
  put('photo.jpg');
  let polls = 0;
  fake.intercept = ({ url }) => {
    if (/receipt\/r_1$/.test(url ?? '') && ++polls === 2) fake.confirm();
    return false;
  };
  const waited = await anchor('photo.jpg', '--wait', '--json');
  assert.equal(waited.code, 0, waited.err);
  assert.equal(waited.json[0].status, 'pinned');
  assert.equal((await verify('photo.jpg')).code, 0);
});

test('--wait gives up in the end, as pending', async () => {
  put('photo.jpg');
  const { code } = await anchor('photo.jpg', '--wait', '--wait-seconds', '2');
  assert.equal(code, 2);
});

test('a saved headers file verifies without any network', async () => {
  put('photo.jpg');
  fake.confirm();
  await anchor('photo.jpg');
  const saved = await run(
    'headers',
    'photo.jpg',
    '--network',
    'regtest',
    '--esplora',
    fake.esploraUrl,
    '-o',
    'headers.txt',
  );
  assert.equal(saved.code, 0, saved.err);
  assert.match(readFileSync(join(folder, 'headers.txt'), 'utf8'), /^1 [0-9a-f]{160}\n$/);
  await fake[Symbol.asyncDispose]();
  const { code, json } = await run('verify', 'photo.jpg', '--headers', 'headers.txt', '--network', 'regtest', '--json');
  assert.equal(code, 0);
  assert.equal(json[0].trust, 'headers-file');
  fake = await startFakeTouchmark();
});

test('headers of every proof in a bundle are saved', async () => {
  put('photo.jpg');
  fake.confirm();
  await anchor('photo.jpg');
  const proof = readFileSync(join(folder, 'photo.jpg.alice.ots'));
  const certificate = { name: 'certificate.json', content: '{"format":"touchmark/certificate/1"}' };
  put('proof-bundle.zip', buildZip([certificate, { name: 'checkpoint.ots', content: proof }]));
  const asked = ['headers', 'proof-bundle.zip', '--network', 'regtest', '--esplora', fake.esploraUrl];
  const { code, out, err } = await run(...asked);
  assert.equal(code, 0, err);
  assert.match(out, /^1 [0-9a-f]{160}\n$/);
});

test('the sandbox of the folder gives server, key, network and headers', async () => {
  putSandboxFile();
  put('photo.jpg');
  fake.confirm();
  assert.equal((await runTouchmark(folder, ['anchor', 'photo.jpg'])).code, 0);
  assert.equal(fake.headers.find((headers) => headers['x-orpho-api-key'])?.['x-orpho-api-key'], 'orpho_sandbox');
  assert.equal((await runTouchmark(folder, ['verify', 'photo.jpg'])).code, 0);
});

test('a sandbox file that names another machine is worth nothing', async () => {
  mkdirSync(join(folder, '.touchmark'));
  const foreign = {
    base_url: 'http://example.org',
    bitcoin: { network: 'regtest', esplora_url: 'http://example.org/api' },
  };
  put('.touchmark/sandbox.json', JSON.stringify(foreign));
  put('photo.jpg');
  const { code, err } = await runTouchmark(folder, ['anchor', 'photo.jpg']);
  assert.equal(code, 3);
  assert.match(err, /which server\?/);
});

test('the sandbox key is not sent to a server that was named', async () => {
  putSandboxFile();
  await using other = await startFakeTouchmark();
  put('photo.jpg');
  await runTouchmark(folder, ['anchor', 'photo.jpg', '--server', other.url]);
  assert.ok(other.requests.length > 0);
  assert.ok(other.headers.every((headers) => headers['x-orpho-api-key'] === undefined));
});

test('many files go in batches of 50, each with its own receipt', async () => {
  mkdirSync(join(folder, 'album'));
  for (let index = 0; index < 120; index++) put(`album/${index}.txt`);
  const { code, json } = await anchor('-r', 'album', '--json');
  assert.equal(code, 0);
  assert.equal(new Set(json.map(({ receipt_id }) => receipt_id)).size, 120);
  assert.equal(fake.requests.filter((request) => request === 'POST /api/anchor/batch').length, 3);
});

test('a server without batches is asked for each file alone', async () => {
  fake.intercept = ({ url }, response) => {
    if (url !== '/api/anchor/batch') return false;
    response.writeHead(404).end('{"error":"not_found","message":"no such route"}');
    return true;
  };
  const { code, json } = await anchor(put('a.txt'), put('b.txt'), '--json');
  assert.equal(code, 0);
  assert.equal(json.length, 2);
});

test('a busy server is asked again when it says so', async () => {
  let refusals = 0;
  fake.intercept = (request, response) => {
    if (request.url !== '/api/anchor' || ++refusals > 1) return false;
    response.writeHead(503, { 'retry-after': '1' }).end('{"error":"busy","message":"Busy"}');
    return true;
  };
  const { code, err } = await anchor(put('a.txt'));
  assert.equal(code, 0);
  assert.match(err, /Asking again in 1 s/);
});

test('a limit that lasts for hours is told at once, and nothing more is tried', async () => {
  fake.intercept = (_, response) => {
    response.writeHead(429, { 'retry-after': '28800' }).end('{"error":"rate_limited","message":"Free tier used up"}');
    return true;
  };
  const { code, err } = await anchor(put('a.txt'), put('b.txt'));
  assert.equal(code, 1);
  assert.match(err, /Free tier used up.*8 h/);
  assert.equal(fake.requests.length, 1);
});

test('a server that is not there is said to be not there', async () => {
  put('a.txt');
  const { code, err } = await runTouchmark(folder, ['anchor', 'a.txt', '--server', 'http://127.0.0.1:9']);
  assert.equal(code, 1);
  assert.match(err, /a\.txt: http:\/\/127\.0\.0\.1:9 cannot be reached/);
});

test('a server that hands out proofs of another digest is not believed', async () => {
  const foreign = otsFile(pathTo(hash('sha256', 'other'), [], { type: 'bitcoin', height: 1 }));
  fake.intercept = ({ url }, response) => {
    if (!url?.endsWith('.zip')) return false;
    response.end(buildZip([{ name: 'alice.ots', content: foreign }]));
    return true;
  };
  const { code, err } = await anchor(put('a.txt'));
  assert.equal(code, 1);
  assert.match(err, /without a proof of this file/);
  assert.deepEqual(readdirSync(folder), ['a.txt']);
});

test('anchoring twice makes no second receipt unless forced, and then keeps the first', async () => {
  put('a.txt');
  await anchor('a.txt');
  const again = await anchor('a.txt', '--json');
  assert.equal(again.code, 0);
  assert.deepEqual([again.json[0].known, again.json[0].receipt_id], [true, 'r_1']);
  await anchor('a.txt', '--force');
  const kept = JSON.parse(readFileSync(join(folder, 'a.txt.r_1.touchmark.json'), 'utf8'));
  assert.equal(kept.receipt_id, 'r_1');
  assert.equal(JSON.parse(readFileSync(join(folder, 'a.txt.touchmark.json'), 'utf8')).receipt_id, 'r_2');
});

test('the receipt of earlier content is not overwritten', async () => {
  put('a.txt');
  await anchor('a.txt');
  put('a.txt', 'changed');
  const { code, err } = await anchor('a.txt');
  assert.equal(code, 1);
  assert.match(err, /receipt for other content.*--force/);
  assert.equal(JSON.parse(readFileSync(join(folder, 'a.txt.touchmark.json'), 'utf8')).receipt_id, 'r_1');
});

test('odd names and odd files get a clear error each, and the others go on', async () => {
  const odd = ['line\nbreak.txt', ' lead', 'ünï–çødé 🎞.txt', '-dash.txt', `${'n'.repeat(255)}`, 'empty'];
  for (const name of odd) put(name, name === 'empty' ? '' : undefined);
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  symlinkSync('nowhere', join(folder, 'dangling'));
  mkdirSync(join(folder, 'album'));
  const { code, json } = await anchor('--json', '--', ...odd, 'pipe', 'dangling', 'album', '/dev/null', 'missing');
  assert.equal(code, 1);
  const errors = Object.fromEntries(json.filter(({ ok }) => !ok).map(({ file, error }) => [file, error]));
  assert.deepEqual(errors, {
    [odd[4]!]: 'name-too-long',
    pipe: 'not-a-regular-file',
    dangling: 'no-such-file',
    album: 'is-a-folder',
    '/dev/null': 'not-a-regular-file',
    missing: 'no-such-file',
  });
  assert.equal(json.filter(({ ok }) => ok).length, 5);
  const shown = await run('hash', 'line\nbreak.txt');
  assert.ok(shown.out.includes('"line\\nbreak.txt"'), shown.out);
});

test('a folder can be anchored again and again without anchoring its receipts', async () => {
  put('a.txt');
  await anchor('-r', '.');
  const { json } = await anchor('-r', '.', '--json');
  assert.deepEqual(
    json.map(({ file, known }) => [file, known]),
    [['a.txt', true]],
  );
});

test('upgrade asks no calendar that is not in the list', async () => {
  put('a.txt');
  await anchor('a.txt');
  fake.confirm();
  fake.requests.length = 0;
  const { code, json } = await run('upgrade', 'a.txt', '--json');
  assert.equal(code, 2);
  assert.deepEqual(
    json[0].calendars.map(({ result }: { result: string }) => result),
    ['skipped', 'skipped'],
  );
  assert.deepEqual(fake.requests, []);
});

test('upgrade goes on after a broken file, and completes every calendar of a proof', async () => {
  putSandboxFile();
  put('a.txt');
  put('broken.ots', 'not a proof');
  await anchor('a.txt');
  fake.confirm();
  const { code, json } = await run('upgrade', 'broken.ots', 'a.txt.alice.ots', 'a.txt.touchmark.json', '--json');
  assert.equal(code, 1);
  assert.deepEqual(
    json.map(({ ok, state }) => [ok, state]),
    [
      [false, undefined],
      [true, 'complete'],
      [true, 'complete'],
    ],
  );
  assert.deepEqual(
    json[2].calendars.map(({ result }: { result: string }) => result),
    ['found', 'found'],
  );
  const receipt = JSON.parse(readFileSync(join(folder, 'a.txt.touchmark.json'), 'utf8'));
  assert.deepEqual(Buffer.from(receipt.calendars[1].ots, 'base64'), readFileSync(join(folder, 'a.txt.btc.ots')));
});

test('upgrade can take what the server has', async () => {
  put('a.txt');
  await anchor('a.txt');
  fake.confirm();
  assert.equal((await run('upgrade', 'a.txt', '--from-server')).code, 0);
  assert.equal((await verify('a.txt')).code, 0);
});

test('info says of every vector what the reference says, and never stops at a bad file', async () => {
  const { decode } = JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors/ots/reference.json'), 'utf8'));
  const differences = JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors/ots/differences.json'), 'utf8'));
  const names: string[] = decode.map(({ hex }: { hex: string }, index: number) =>
    put(`${index}.ots`, Buffer.from(hex, 'hex')),
  );
  const { code, json } = await run('info', '--json', ...names, 'missing.ots');
  assert.equal(code, 1);
  assert.equal(json.length, names.length + 1);
  assert.deepEqual([json.at(-1).ok, json.at(-1).error], [false, 'no-such-file']);
  const isDifferent = new Set(
    Object.keys(differences).concat(
      Object.values(differences).map((item) => String((item as { name?: string })?.name)),
    ),
  );
  let compared = 0;
  for (const [index, { name, hex, reference }] of decode.entries()) {
    if (isDifferent.has(name)) continue;
    compared++;
    const { file, ok, fileHashOp, fileDigest, canonical, attestations } = json[index];
    assert.deepEqual([file, ok], [names[index], reference.ok], name);
    if (!ok) continue;
    assert.deepEqual([fileHashOp, fileDigest], [reference.fileHashOp, reference.fileDigest], name);
    assert.equal(canonical, reference.canonical === 'same' ? hex : reference.canonical, name);
    const sorted = (items: object[]) => items.map((item) => JSON.stringify(Object.entries(item).sort())).sort();
    assert.deepEqual(sorted(attestations), sorted(reference.attestations), name);
  }
  assert.ok(compared > 30);
});

test('hash prints what sha256sum prints', async () => {
  put('a.txt');
  const { out } = await run('hash', 'a.txt');
  assert.equal(out, `${createHash('sha256').update('content of a.txt').digest('hex')}  a.txt\n`);
});

test('wrong usage is 3, with a hint', async () => {
  put('a.txt');
  for (const args of [
    ['anchor'],
    ['anchor', '--bogus', 'a.txt'],
    ['nonsense'],
    ['verify', 'a.txt'],
    ['verify', 'a.txt', '--network', 'moonnet'],
    ['verify', 'a.txt', '--file', 'a.txt', '--digest', '00'.repeat(32)],
    ['verify', 'a.txt', '--digest', 'xyz'],
    ['verify', 'a.txt', '--network', 'regtest'],
    ['verify', 'a.txt', '--esplora', 'http://127.0.0.1:1', '--quorum', '2'],
    ['verify', 'a.txt', '--esplora', 'ftp://127.0.0.1:1'],
    ['watch', 'a.txt'],
    ['watch', 'missing'],
    ['headers', 'a.txt', '--json'],
  ]) {
    const { code, err } = await run(...args);
    assert.equal(code, 3, `${args.join(' ')}: ${err}`);
    assert.ok(err.length > 20);
  }
});

test('an Esplora server that lies is outvoted; without a majority nothing is verified', async () => {
  put('photo.jpg');
  fake.confirm();
  await anchor('photo.jpg');
  await using liar = await startFakeTouchmark();
  await using mirror = await startFakeTouchmark();
  for (const [server, content] of [
    [liar, 'another work'],
    [mirror, 'content of photo.jpg'],
  ] as const) {
    const hash_hex = encodeHex(hash('sha256', content));
    await fetch(`${server.url}/api/anchor`, { method: 'POST', body: JSON.stringify({ hash_hex }) });
  }
  const alone = await run('verify', 'photo.jpg', '--network', 'regtest', '--esplora', liar.esploraUrl, '--json');
  assert.equal(alone.json[0].outcome, 'invalid');
  const split = await verify('photo.jpg', '--esplora', liar.esploraUrl, '--json');
  assert.equal(split.code, 4, split.out);
  const three = ['--esplora', liar.esploraUrl, '--esplora', mirror.esploraUrl, '--quorum', '2'];
  const outvoted = await verify('photo.jpg', ...three, '--json');
  assert.equal(outvoted.code, 0, outvoted.out);
  assert.equal(outvoted.json[0].trust, 'quorum');
  const twice = await verify('photo.jpg', '--esplora', `${fake.url}/esplora/./`);
  assert.equal(twice.code, 3, 'one server is not two');
});

test('an Esplora server that is down leaves the question open', async () => {
  put('photo.jpg');
  fake.confirm();
  await anchor('photo.jpg');
  const { code } = await run('verify', 'photo.jpg', '--network', 'regtest', '--esplora', 'http://127.0.0.1:9');
  assert.equal(code, 4);
});

test('a folder that is watched: files are anchored when they settle, a change keeps the earlier receipt, ctrl-C ends', async () => {
  mkdirSync(join(folder, 'in'));
  put('in/first.txt');
  const child = spawnTouchmark(folder, ['watch', 'in', '--json', '--settle-seconds', '1', '--network', 'regtest'], {
    TOUCHMARK_SERVER: fake.url,
  });
  let out = '';
  child.stdout!.on('data', (chunk) => {
    out += chunk;
  });
  const lines = async (count: number) => {
    for (let tries = 0; tries < 300 && out.split('\n').length - 1 < count; tries++) await delay(50);
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  assert.deepEqual(
    (await lines(1)).map(({ file }) => file),
    ['in/first.txt'],
  );
  put('in/second.txt');
  assert.deepEqual(
    (await lines(2)).map(({ file }) => file),
    ['in/first.txt', 'in/second.txt'],
  );
  put('in/first.txt', 'changed');
  const [, , third] = await lines(3);
  assert.equal(third.hash_hex, encodeHex(hash('sha256', 'changed')));
  assert.ok(readdirSync(join(folder, 'in')).includes('first.txt.r_1.touchmark.json'));
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  const state = JSON.parse(readFileSync(join(folder, 'in/.touchmark-watch.json'), 'utf8'));
  assert.deepEqual(Object.keys(state.files).sort(), ['first.txt', 'second.txt']);
  fake.requests.length = 0;
  assert.equal((await run('watch', 'in', '--once', '--settle-seconds', '1')).code, 0);
  assert.deepEqual(fake.requests, []);
});

test('--once anchors what is there, and a file it cannot take is a failure', async () => {
  mkdirSync(join(folder, 'in'));
  put('in/good.txt');
  put(`in/${'n'.repeat(255)}`);
  const { code, json } = await run('watch', 'in', '--once', '--settle-seconds', '1', '--json');
  assert.equal(code, 1);
  assert.deepEqual(json.map(({ ok }) => ok).sort(), [false, true]);
});
