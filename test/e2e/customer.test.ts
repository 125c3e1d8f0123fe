import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Address, OutScript, TEST_NETWORK, Transaction } from '@scure/btc-signer';
import { randomDigest, until } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { PRIVATE_KEY, WALLET_ADDRESS, WALLET_SCRIPT } from '../support/regtest-wallet.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { type SandboxFile, type ServerProcess, startSandbox } from '../support/server-process.ts';

const PACK_CREDITS = 50;
/** By the contract, for a network in a day. */
const FREE_ANCHORS = 3;
const COINBASE_MATURITY_BLOCKS = 100;
const REGTEST_ADDRESSES = { ...TEST_NETWORK, bech32: 'bcrt' };

interface Timestamp {
  id: string;
  sha256_hash: string;
  status: string;
  blockchain_tx: string | null;
  bitcoin_block: number | null;
  confirmed_at: string | null;
  ots_url: string;
}

interface Order {
  order_id: string;
  status: string;
  address: string;
  amount_sats: number;
  tx_hash: string | null;
}

let folder: string;
let port: number;
let sandbox: ServerProcess;
let url: string;
let file: SandboxFile;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-customer-'));
  port = await findFreePort();
  sandbox = await startSandbox(folder, port);
  url = `http://127.0.0.1:${port}`;
  file = await readSandboxFile();
});
after(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The tests run in order, as a customer would do it; some need those before them. */

let cookie: string;
let timestamp: Timestamp;
let bought: string;

test('who is named in sandbox.json can sign in, and only the operator is one', async () => {
  const member = await signIn(file.account);
  const operator = await signIn(file.operator);
  assert.equal((await member.json('GET', '/api/account/profile')).role, 'member');
  assert.equal((await operator.json('GET', '/api/account/profile')).role, 'operator');
  cookie = member.cookie;
});

test('the account has a working key of each kind, and sees them on its page', () => assertKeysWork());

test('what was anchored with the account’s key is in its vault, and in no other account’s', async () => {
  const key = { 'x-orpho-api-key': file.keys.orphograph.api_key };
  const answer = await post('/api/anchor', { hash_hex: randomDigest(), client_label: 'Chapter one' }, key);
  assert.equal(answer.subscription_active, true);
  const { anchors } = await get('/api/me/anchors', { cookie });
  assert.ok(anchors.some((one: { receipt_id: string }) => one.receipt_id === answer.receipt_id));
  assert.ok((await (await fetch(`${url}/account/vault`, { headers: { cookie } })).text()).includes('Chapter one'));
  const other = await signIn(file.operator);
  const response = await fetch(`${url}/api/me/anchors`, { headers: { cookie: other.cookie } });
  assert.ok(response.status === 402 || !(await response.text()).includes(answer.receipt_id));
});

test('a timestamp is confirmed by a transaction that the chain has, and its proof verifies', async () => {
  const headers = { authorization: `Bearer ${file.keys.proofd.api_key}` };
  const body = { sha256_hash: randomDigest(), filename: 'contract.pdf', file_size_bytes: 248_331 };
  const created = (await post('/api/v1/timestamps', body, headers, 201)) as Timestamp;
  timestamp = await until(
    async () => (await get(`/api/v1/timestamps/${created.id}`, headers)) as Timestamp,
    ({ status }) => status === 'confirmed',
  );
  const { blockchain_tx, bitcoin_block, confirmed_at } = timestamp;
  assert.match(String(confirmed_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const mined = await fetch(`${file.bitcoin.esplora_url}/tx/${blockchain_tx}`);
  const { txid, status } = (await mined.json()) as { txid: string; status: object };
  assert.equal(txid, blockchain_tx);
  assert.deepEqual(
    { ...status, block_hash: '', block_time: 0 },
    {
      confirmed: true,
      block_height: bitcoin_block,
      block_hash: '',
      block_time: 0,
    },
  );

  const ots = await fetch(`${url}/api/v1/timestamps/${created.id}/ots`, { headers });
  assert.equal(ots.status, 200);
  await writeFile(join(folder, 'contract.pdf.ots'), new Uint8Array(await ots.arrayBuffer()));
  const verify = (digest: string, ...args: string[]) =>
    runTouchmark(folder, ['verify', 'contract.pdf.ots', '--digest', digest, '--json', ...args], {
      TOUCHMARK_DATA: folder,
    });
  for (const [args, trust] of [
    [[], 'single-source'],
    [['--rpc', file.bitcoin.rpc_url], 'node'],
  ] as const) {
    const { code, out, err, json } = await verify(body.sha256_hash, ...args);
    assert.equal(code, 0, out + err);
    assert.equal(json[0].trust, trust);
  }
  assert.equal((await verify(randomDigest())).code, 1, 'of another work it proves nothing');
});

test('a pack is spent to the last credit by requests that come at once, and then the free tier is left', async () => {
  const headers = { 'content-type': 'application/json', 'x-pack-token': file.keys.orphograph.pack_token };
  const answers = await Promise.all(
    Array.from({ length: PACK_CREDITS + 10 }, async () => {
      const body = JSON.stringify({ hash_hex: randomDigest() });
      const response = await fetch(`${url}/api/anchor`, { method: 'POST', headers, body });
      return { status: response.status, ...((await response.json()) as { pack_consumed?: boolean }) };
    }),
  );
  assert.equal(answers.filter((one) => one.pack_consumed === true).length, PACK_CREDITS);
  assert.equal(answers.filter((one) => one.pack_consumed === false).length, FREE_ANCHORS);
  assert.equal(answers.filter(({ status }) => status === 429).length, 10 - FREE_ANCHORS);
  const { purses } = await get('/api/account/ledger', { cookie });
  const pack = purses.find((one: { purse: string }) => one.purse.startsWith('pack:'));
  assert.equal(pack.balance, 0);
});

test('an order is paid on the chain, and the token that comes by mail works', async () => {
  const order = (await post('/api/btc-order', {}, { cookie, origin: url }, 201)) as Order;
  assert.equal(order.status, 'awaiting_payment');
  const sent = await pay(order.address, order.amount_sats);
  const paid = await until(
    async () => (await get(`/api/btc-order/${order.order_id}`)) as Order,
    ({ status }) => status === 'paid',
  );
  assert.equal(paid.tx_hash, sent);
  const mail = await until(
    async () => (await get('/sandbox/outbox.json')).find((one: { text: string }) => /^pack_/m.test(one.text)),
    (found) => found !== undefined,
  );
  assert.equal(mail.to, file.account.email);
  bought = /^pack_[0-9A-Za-z]+$/m.exec(mail.text)![0];
  assert.equal(await spendOne(bought), PACK_CREDITS - 1);
});

test('after a restart the keys are the same and work, and what was bought, signed in and confirmed still is', async () => {
  assert.equal(await sandbox.end('SIGTERM'), 0);
  sandbox = await startSandbox(folder, port);
  const again = await readSandboxFile();
  assert.deepEqual({ ...again, bitcoin: null }, { ...file, bitcoin: null });
  file = again;
  await assertKeysWork();
  assert.equal(await spendOne(bought), PACK_CREDITS - 2);
  const headers = { authorization: `Bearer ${file.keys.proofd.api_key}` };
  assert.deepEqual(await get(`/api/v1/timestamps/${timestamp.id}`, headers), timestamp);
});

async function assertKeysWork(): Promise<void> {
  const { trackorigin, origimark, orphograph, proofd } = file.keys;
  const me = (secret: string) => fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
  for (const mode of ['live', 'test'] as const) {
    const answer = (await (await me(trackorigin[`secret_${mode}`])).json()) as { key: { mode: string } };
    assert.equal(answer.key.mode, mode);
    const refused = await me(trackorigin[`publishable_${mode}`]);
    assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'secret_key_required');
  }
  await get('/api/v1/timestamps', { authorization: `Bearer ${proofd.api_key}` });
  const anchored = await post('/api/anchor', { hash_hex: randomDigest() }, { 'x-orpho-api-key': orphograph.api_key });
  assert.equal(anchored.subscription_active, true);

  const { keys } = await get('/api/account/keys', { cookie });
  const page = await (await fetch(`${url}/account/keys`, { headers: { cookie } })).text();
  const secrets = [...Object.values(trackorigin), origimark.api_key, orphograph.api_key, proofd.api_key];
  for (const secret of [...secrets, orphograph.pack_token]) {
    const own = keys.filter((key: { display_prefix: string }) => secret.startsWith(key.display_prefix));
    assert.equal(own.length, 1, secret.slice(0, 12));
    assert.equal(own[0].revoked_at, null);
    assert.ok(page.includes(own[0].display_prefix) && !page.includes(secret));
  }
}

async function signIn({ email, password }: { email: string; password: string }) {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  });
  assert.equal(response.status, 200, await response.text());
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return { cookie, json: (_method: 'GET', path: string) => get(path, { cookie }) };
}

// biome-ignore lint/suspicious/noExplicitAny: what is in an answer is for the test to say
async function get(path: string, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(url + path, { headers });
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text}`);
  return JSON.parse(text);
}

// biome-ignore lint/suspicious/noExplicitAny: what is in an answer is for the test to say
async function post(path: string, body: object, headers: Record<string, string>, status = 200): Promise<any> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.equal(response.status, status, `${path}: ${text}`);
  return JSON.parse(text);
}

/** What is left in the pack. */
async function spendOne(token: string): Promise<number> {
  const answer = await post('/api/anchor', { hash_hex: randomDigest() }, { 'x-pack-token': token });
  assert.equal(answer.pack_consumed, true);
  return answer.pack_remaining;
}

async function readSandboxFile(): Promise<SandboxFile> {
  return JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
}

/** Mines a coin of the test's own and pays with it; the txid. */
async function pay(address: string, sats: number): Promise<string> {
  const [block] = (await callNode('generatetoaddress', [1, WALLET_ADDRESS])) as string[];
  await callNode('generatetoaddress', [COINBASE_MATURITY_BLOCKS, WALLET_ADDRESS]);
  const { tx } = (await callNode('getblock', [block])) as { tx: string[] };
  const coinbase = (await (await fetch(`${file.bitcoin.esplora_url}/tx/${tx[0]}`)).json()) as {
    vout: { value: number }[];
  };
  const coin = { txid: tx[0]!, vout: 0, value: coinbase.vout[0]!.value };
  const transaction = new Transaction();
  transaction.addInput({
    txid: coin.txid,
    index: coin.vout,
    witnessUtxo: { script: WALLET_SCRIPT, amount: BigInt(coin.value) },
  });
  transaction.addOutput({ script: OutScript.encode(Address(REGTEST_ADDRESSES).decode(address)), amount: BigInt(sats) });
  transaction.addOutput({ script: WALLET_SCRIPT, amount: BigInt(coin.value - sats - 1_000) });
  transaction.sign(PRIVATE_KEY);
  transaction.finalize();
  const response = await fetch(`${file.bitcoin.esplora_url}/tx`, { method: 'POST', body: transaction.hex });
  const txid = await response.text();
  assert.equal(response.status, 200, txid);
  return txid;
}

async function callNode(method: string, params: unknown[]): Promise<unknown> {
  const { origin, username, password } = new URL(file.bitcoin.rpc_url);
  const response = await fetch(origin, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ method, params, id: 1 }),
  });
  const { result, error } = (await response.json()) as { result: unknown; error: unknown };
  assert.equal(error ?? null, null, JSON.stringify(error));
  return result;
}
