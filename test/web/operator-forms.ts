import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sql } from 'kysely';
import { encodeCohort } from '../../src/proof/fingerprint/cohort-file.ts';
import { idOf, makePolicy, randomItems } from '../support/audio-world.ts';
import { randomDigest } from '../support/orphograph.ts';
import { type FormsWorld, problemIn } from './forms-world.ts';

/** The console of operators. */
export function testOperatorForms({ server, owner, operator, get, post, press, read }: FormsWorld): void {
  /** The address of its page. */
  async function submit(title: string, sha256 = randomDigest()): Promise<string> {
    const answer = await server.ask({
      method: 'POST',
      url: '/api/account/submissions',
      headers: { cookie: owner.cookie, origin: server.origin },
      payload: {
        title,
        sha256,
        duration_ms: 180_000,
        artist: { handle: 'lin-osei', display_name: 'Lin Osei' },
        declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'assistive' },
      },
    });
    assert.equal(answer.statusCode, 201, answer.body);
    return `/operator/submissions/${answer.json().id}`;
  }

  /** The address of the certificate's page in the console. */
  async function verify(submission: string, typed: Record<string, string> = {}): Promise<string> {
    const decided = await press(submission, 'decision', { reason: 'Heard it.', ...typed }, operator);
    assert.equal(decided.statusCode, 303, decided.body);
    return /href="(\/operator\/certificates\/[^"]+)"/.exec(await read(submission, operator))![1]!;
  }

  test('a submission is rejected by form with a reason, once, and by nobody but operators', async () => {
    const page = await submit('Not for us');
    const decision = { form: 'decision', verdict: 'rejected', reason: 'A test of the form.' };
    assert.equal((await post(page, decision)).statusCode, 403);
    assert.match(await read('/operator', operator), /Not for us<\/bdi><\/a><\/h2>\s*<p>by <bdi>Lin Osei/);
    const bare = await press(page, 'decision', { ...decision, reason: '' }, operator);
    assert.equal(bare.statusCode, 400);
    assert.notEqual(problemIn(bare.body, 'decision', 'reason'), '');
    const done = await press(page, 'decision', decision, operator);
    assert.equal(done.headers.location, `${page}?done=decision`, done.body);
    assert.match(await read(page, operator), /rejected[\s\S]*A test of the form\./);
    assert.equal(
      (await post(page, decision, { cookie: operator.cookie })).statusCode,
      409,
      'the form is gone with what it did',
    );
    assert.doesNotMatch(await read('/operator', operator), /Not for us/);
    assert.match(await read('/operator?status=rejected', operator), /Not for us/);
  });

  test('a certificate is issued, corrected, called a high risk and revoked by forms, each with a line in the log', async () => {
    const sha256 = randomDigest();
    const first = await submit('Tide table', sha256);
    const page = await verify(first);
    const id = page.split('/').at(-1)!;
    assert.match(await read(page, operator), /Lin Osei[\s\S]*Version<\/dt><dd>1<[\s\S]*High risk<\/dt><dd>no</);
    assert.ok((await read(`/operator/certificates?q=${sha256}`, operator)).includes(page));
    assert.ok((await read('/operator/certificates?q=tide', operator)).includes(page));

    const twice = await submit('Tide table again', sha256);
    const reviewed = await read(twice, operator);
    for (const path of [first, page]) assert.ok(reviewed.includes(path), 'a reviewer sees what has the same recording');
    const declared = [
      ['Composed by people', 'Yes'],
      ['Performed by people', 'Yes'],
      ['Use of AI', 'As an aid'],
    ];
    for (const [name, value] of declared) assert.ok(reviewed.includes(`<dt>${name}</dt><dd>${value}</dd>`), name);
    const refused = await press(twice, 'decision', { reason: 'Heard it.' }, operator);
    assert.equal(refused.statusCode, 409);
    assert.match(problemIn(refused.body, 'decision'), /active certificate of this recording/);

    const nameless = await press(page, 'correct', { title: '', reason: 'x' }, operator);
    assert.equal(nameless.statusCode, 400);
    assert.notEqual(problemIn(nameless.body, 'correct', 'title'), '');
    const corrected = { title: 'Tide tables', artist_display_name: 'Lin Osei-Bonsu', reason: 'Misspelt.' };
    assert.equal((await press(page, 'correct', corrected, operator)).statusCode, 303);
    assert.equal((await press(page, 'risk', { reason: 'Much copied.' }, operator)).statusCode, 303);
    assert.match(
      await read(page, operator),
      /<h1>Tide tables<\/h1>[\s\S]*Lin Osei-Bonsu[\s\S]*Version<\/dt><dd>2<[\s\S]*High risk<\/dt><dd>yes/,
    );
    assert.match(await read(`/cert/${id}`), /Tide tables[\s\S]*Lin Osei-Bonsu/);

    const revoke = { code: 'rights_dispute', reason: 'They asked.' };
    const vague = await press(page, 'revoke', { ...revoke, effective_at: 'tomorrow' }, operator);
    assert.notEqual(problemIn(vague.body, 'revoke', 'effective_at'), '');
    assert.equal((await press(page, 'revoke', revoke, operator)).statusCode, 303);
    const revoked = await read(page, operator);
    assert.match(revoked, /Status<\/dt><dd>revoked<[\s\S]*rights_dispute/);
    assert.doesNotMatch(revoked, /<form id="(?:correct|risk|revoke)"/, 'nothing more can be done with it');
    assert.match(await read(`/cert/${id}`), /Revoked: do not rely on it[\s\S]*rights_dispute/);
    assert.ok(!(await read('/operator/certificates?status=active', operator)).includes(page));

    const actions = await read(`/operator/actions?subject=${id}`, operator);
    assert.deepEqual(
      [...actions.matchAll(/<h2>([\w.-]+)<\/h2>\s*<p><code>[^<]+<\/code>: <bdi>([^<]*)</g)].map(([, type, reason]) => [
        type,
        reason,
      ]),
      [
        ['certificate.revoked', 'They asked.'],
        ['certificate.risk-changed', 'Much copied.'],
        ['certificate.updated', 'Misspelt.'],
      ],
    );
    assert.match(await verify(twice), /^\/operator\/certificates\/cer_/, 'and the recording can be certified anew');
  });

  test('an account is let register renditions by a form under accounts, and no more by one under integrators', async () => {
    const partner = await server.signUp();
    const accounts = `/operator/accounts?email=${partner.email.slice(0, 12)}`;
    const form = `allow-${partner.id}`;
    const listed = await read(accounts, operator);
    assert.ok(listed.includes(partner.email) && !listed.includes(owner.email));
    const nameless = await press(accounts, form, { note: '' }, operator);
    assert.equal(nameless.statusCode, 400);
    assert.notEqual(problemIn(nameless.body, form, 'note'), '');
    assert.equal((await post(accounts, { form, note: 'Me' }, { cookie: partner.cookie })).statusCode, 403);
    assert.equal(await server.store.registry.isIntegrator(partner.id), false);

    const allowed = await press(accounts, form, { note: 'A distributor' }, operator);
    assert.equal(allowed.headers.location, '/operator/integrators', allowed.body);
    assert.equal(await server.store.registry.isIntegrator(partner.id), true);
    assert.match(await read('/operator/integrators', operator), new RegExp(`A distributor[\\s\\S]*${partner.id}`));
    assert.equal((await press('/operator/integrators', `remove-${partner.id}`, {}, operator)).statusCode, 303);
    assert.equal(await server.store.registry.isIntegrator(partner.id), false);
    assert.ok(!(await read('/operator/integrators', operator)).includes(partner.id));
  });

  test('a policy comes into force by a form and is withdrawn by one; a forged one and another’s cohort are refused', async () => {
    const page = '/operator/policies';
    const cohort = encodeCohort([randomItems(948)]);
    const policy = makePolicy({ cohortDigest: createHash('sha256').update(cohort).digest('hex') });
    const typed = { policy: JSON.stringify(policy), cohort: String(Buffer.from(cohort)), reason: 'Measured.' };
    const refuse = async (changed: Record<string, string>, status: number, field: string, says: RegExp) => {
      const { statusCode, body } = await press(page, 'accept', { ...typed, ...changed }, operator);
      assert.equal(statusCode, status, body);
      assert.match(problemIn(body, 'accept', field), says);
      return body;
    };
    const broken = await refuse({ policy: '{"a":' }, 400, 'policy', /^This is no JSON/);
    assert.ok(broken.includes('{&quot;a&quot;:</textarea>'));
    const forged = JSON.stringify(policy).replace('"recordings":600', '"recordings":900');
    await refuse({ policy: forged }, 422, 'policy', /signature/);
    await refuse({ cohort: String(Buffer.from(encodeCohort([randomItems(948)]))) }, 422, '', /cohort is not the one/);
    await refuse({ reason: '' }, 400, 'reason', /^This /);
    assert.match(await read(page, operator), /None was accepted so far/);

    assert.equal((await press(page, 'accept', typed, operator)).statusCode, 303);
    const id = idOf(policy);
    assert.match(await read(page, operator), new RegExp(`${id}</code></h2>\\s*<p class="state good">In force<`));
    assert.equal((await press(page, `withdraw-${id}`, { reason: 'A flaw.' }, operator)).statusCode, 303);
    const withdrawn = await read(page, operator);
    assert.match(withdrawn, /<p class="state bad">Withdrawn</);
    assert.ok(!withdrawn.includes(`withdraw-${id}`));
    assert.match(await read(`/operator/actions?subject=${id}`, operator), /A flaw\.[\s\S]*Measured\./);
  });

  test('health shows the server as it is: calendars, chain, what waits, and the public log', async () => {
    await server.anchorFor(owner.id);
    const [{ receipts, waiting }] = (
      await sql<{ receipts: number; waiting: number }>`
        select (select count(*) from receipt)::int as receipts,
          (select count(*) from submission where state = 'pending')::int as waiting`.execute(server.database.kysely)
    ).rows as [{ receipts: number; waiting: number }];
    assert.ok(receipts > 0 && waiting >= 3);
    const { log } = server.services;
    const head = await log.head();
    const page = await read('/operator/health', operator);
    const values = new Map(
      [...page.matchAll(/<dt>([^<]+)<\/dt><dd>(.*?)<\/dd>/gs)].map(([, name, value]) => [name, value!]),
    );
    const textOf = (name: string) => (values.get(name) ?? '').replace(/<[^>]*>/g, '');
    const timeOf = (name: string) => /datetime="([^"]+)"/.exec(values.get(name) ?? '')?.[1];
    assert.deepEqual(
      [...page.matchAll(/<li><h3>([^<]+)<\/h3>\s*<p class="state (\w+)">([^<]+)</g)].map((found) => found.slice(1)),
      ['a', 'b', 'alice'].map((name) => [`http://127.0.0.1:8080/calendar/${name}`, 'good', 'Works']),
    );
    assert.deepEqual(['Network', 'Newest block', 'Receipts', 'Waiting for Bitcoin', 'Last upgrade'].map(textOf), [
      'regtest',
      'the source does not answer',
      String(receipts),
      `${waiting} submissions to calendars`,
      'never',
    ]);
    assert.ok(Date.now() - Date.parse(timeOf('Last anchor')!) < 60_000);
    assert.match(page, /Every event is in a published checkpoint/);
    assert.deepEqual(['Origin', 'Verifier key', 'Events', 'Anchored up to'].map(textOf), [
      log.origin,
      log.verifierKey,
      String(await server.store.log.size()),
      'nothing yet',
    ]);
    assert.equal(timeOf('Last checkpoint'), new Date(head.publishedAt).toISOString());
    assert.equal((await get('/operator/health', owner)).statusCode, 403);
  });
}
