import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { FIELDS, owner, type Received, type Receiver, type Rig, startReceiver, startRig, waitUntil } from './rig.ts';

/** The published examples, as they are printed, judge deliveries as they come over the wire. */
const read = (name: string) => readFile(new URL(`../../vectors/webhook/${name}`, import.meta.url), 'utf8');

const hasPython = spawnSync('python3', ['--version']).status === 0;
const python = hasPython ? {} : { skip: 'python3 is not on this machine' };

type VerifyNode = (request: { headers: Received['headers']; rawBody: string }, secret: string) => boolean;

async function loadNodeSnippet(): Promise<VerifyNode> {
  const source = await read('trackorigin-verify.cjs.txt');
  const make = new Function('require', `${source}\nreturn verifyTrackOriginWebhook;`);
  return make(createRequire(import.meta.url)) as VerifyNode;
}

function runPython(source: string, call: string, input: object): unknown {
  const script = `import json, sys\ninput_ = json.load(sys.stdin)\n${source}\nprint(json.dumps(${call}))`;
  const ran = spawnSync('python3', ['-c', script], { input: JSON.stringify(input), encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

describe('real deliveries, judged by what receivers run', () => {
  let rig: Rig;
  let receiver: Receiver;
  const secrets = { trackorigin: '', origimark: '' };
  const webhookIds = { trackorigin: '', origimark: '' };

  before(async () => {
    rig = await startRig('pglite');
    receiver = await startReceiver();
    for (const contract of ['trackorigin', 'origimark'] as const) {
      const types = contract === 'trackorigin' ? (['cert.issued'] as const) : (['relay.message'] as const);
      const made = await rig[contract].create(owner('a'), { ...FIELDS, types, url: `${receiver.url}/${contract}` });
      secrets[contract] = made.secret;
      webhookIds[contract] = made.subscription.id;
    }
    await rig.startWorker();
    await rig.publish({}, { contract: 'origimark', type: 'relay.message', accountId: 'a', data: { message: 'Grüße' } });
    await waitUntil(() => receiver.received.length >= 2);
  });
  after(async () => {
    await rig[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const delivered = (contract: string, nth = -1) =>
    receiver.received.filter(({ path }) => path === `/${contract}`).at(nth)!;

  test('the Node example of trackorigin accepts them, and nothing that was changed', async () => {
    const verify = await loadNodeSnippet();
    const { headers, body } = delivered('trackorigin');
    assert.equal(verify({ headers, rawBody: body }, secrets.trackorigin), true);
    assert.equal(verify({ headers, rawBody: `${body} ` }, secrets.trackorigin), false);
    assert.equal(verify({ headers, rawBody: body }, secrets.origimark), false);
  });

  test('the Python example of trackorigin accepts them, and nothing that was changed', python, async () => {
    const source = await read('trackorigin-verify.py.txt');
    const { rawHeaders, body } = delivered('trackorigin');
    const call = 'verify_trackorigin_webhook(input_["headers"], input_["body"].encode("utf-8"), input_["secret"])';
    const input = { headers: rawHeaders, body, secret: secrets.trackorigin };
    assert.equal(runPython(source, call, input), true);
    assert.equal(runPython(source, call, { ...input, body: `${body} ` }), false);
  });

  test('the Python example of origimark makes the very signature that was sent', python, async () => {
    const source = await read('origimark-verify.py.txt');
    const { headers, body } = delivered('origimark');
    const given = `secret = input_["secret"]; ts = input_["ts"]; body = input_["body"].encode("utf-8")\n${source}`;
    const input = { secret: secrets.origimark, ts: headers['origimark-timestamp'], body };
    assert.equal(`v1=${runPython(given, 'expected', input)}`, headers['origimark-signature']);
  });

  test('a library of Standard Webhooks accepts them with the same secret in its form', async () => {
    const { standardWebhooksSecret } = await import('../../src/core/webhook/secret.ts');
    for (const contract of ['trackorigin', 'origimark'] as const) {
      const { headers, body } = delivered(contract);
      const webhook = new Webhook(standardWebhooksSecret(secrets[contract]));
      assert.deepEqual(webhook.verify(body, headers as Record<string, string>), JSON.parse(body));
      assert.throws(() => webhook.verify(`${body} `, headers as Record<string, string>));
    }
  });

  test('after a rotation the published examples accept with the old secret and with the new one', async () => {
    const verify = await loadNodeSnippet();
    const { secret } = await rig.trackorigin.rotate(owner('a'), webhookIds.trackorigin, 60_000);
    // A first attempt is refused, so that there is a second one.
    let count = 0;
    receiver.answer = () => (count++ === 0 ? 500 : 200);
    const known = receiver.received.length;
    await rig.publish({});
    await waitUntil(() => receiver.received.length >= known + 2);
    const [first, second] = receiver.received.slice(known);
    assert.equal(verify({ headers: first!.headers, rawBody: first!.body }, secrets.trackorigin), true);
    assert.equal(verify({ headers: second!.headers, rawBody: second!.body }, secret), true);
    const signatures = String(first!.headers['to-signature']).split(',').slice(1);
    assert.equal(new Set(signatures).size, 2);
    for (const one of [secrets.trackorigin, secret]) {
      const { standardWebhooksSecret } = await import('../../src/core/webhook/secret.ts');
      new Webhook(standardWebhooksSecret(one)).verify(first!.body, first!.headers as Record<string, string>);
    }
  });
});
