import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createEd25519Key, verifyEd25519 } from '../../src/config/ed25519.ts';
import { eraseArtist } from '../../src/core/registry/erasure.ts';
import { ENGINES } from '../support/databases.ts';
import {
  type RegistryPerson,
  type RegistryServer,
  sampleSubmission,
  startRegistryServer,
} from '../support/registry-server.ts';

interface Submission {
  id: string;
  status: string;
  sandbox: boolean;
  artist: { id: string; handle: string; display_name: string };
  track: { id: string; title: string };
  master: { sha256: string };
  decision: { verdict: string; reason: string } | null;
  cert_id: string | null;
}
interface ErrorBody {
  error: { code: string; details?: { errors: { field: string; message: string }[] } };
}

for (const engine of ENGINES) {
  describe(`review of tracks (${engine})`, () => {
    let server: RegistryServer;
    let partner: RegistryPerson;
    let operator: RegistryPerson;
    let second: RegistryPerson;
    before(async () => {
      server = await startRegistryServer(engine);
      partner = await server.signUp();
      operator = await server.signUp({ operator: true });
      second = await server.signUp({ operator: true });
    });
    after(() => server?.[Symbol.asyncDispose]());

    async function submit(
      changes: Readonly<Record<string, unknown>> = {},
      key = partner.keys.sk_live,
    ): Promise<Submission> {
      const answer = await server.ask('POST', '/api/v1/submissions', key, sampleSubmission(changes));
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body as Submission;
    }
    const decide = (id: string, body: object, by = operator) =>
      server.ask('POST', `/api/operator/submissions/${id}/decision`, by.session, { reason: 'Heard it.', ...body });
    const approve = async (id: string, more = {}) => {
      const answer = await decide(id, { verdict: 'verified', ...more });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return (answer.body as Submission).cert_id!;
    };
    const codeOf = ({ body }: { body: unknown }) => (body as ErrorBody).error.code;

    test('a verified submission is a signed certificate, a log event, an event for receivers and a counted one', async () => {
      const told = server.published.length;
      const submission = await submit({ artist: { handle: 'lighthouse', display_name: 'Light House' } });
      assert.equal((await server.ask('GET', '/api/v1/artists/lighthouse', null)).status, 404);
      const id = await approve(submission.id);
      assert.match(id, /^cer_[0-9A-HJKMNP-TV-Z]{26}$/);
      const record = (await server.store.certificate.find(id))!;
      const { publicKey } = createEd25519Key(new Uint8Array(32).fill(9));
      assert.ok(verifyEd25519(publicKey, new TextEncoder().encode(record.manifestJson), record.signature));
      const manifest = JSON.parse(record.manifestJson);
      assert.deepEqual(manifest.master, { sha256: submission.master.sha256, duration_ms: 187_000 });
      assert.deepEqual(manifest.declarations, {
        ai_use: 'none',
        human_composition: true,
        human_performance: true,
        rights_held: true,
      });
      assert.equal(record.accountId, partner.id);
      assert.ok((await server.store.log.size()) >= record.sequence);
      const [event] = server.published.slice(told);
      assert.deepEqual(Object.keys(event!.data), [
        'cert_id',
        'verdict',
        'issued_at',
        'standard',
        'master',
        'artist',
        'track',
        'public_url',
      ]);
      assert.deepEqual(event, {
        id: event!.id,
        contract: 'trackorigin',
        type: 'cert.issued',
        isSandbox: false,
        accountId: null,
        createdAt: record.issuedAt,
        data: {
          cert_id: id,
          verdict: 'verified',
          issued_at: new Date(record.issuedAt).toISOString(),
          standard: 'TO-1.0',
          master: { sha256: submission.master.sha256 },
          artist: { id: submission.artist.id, handle: 'lighthouse', display_name: 'Light House' },
          track: { id: submission.track.id, title: 'Lighthouse' },
          public_url: `/cert/${id}`,
        },
      });
      assert.match(event!.id, /^evt_[0-9A-HJKMNP-TV-Z]{26}$/);
      const artist = (await server.ask('GET', '/api/v1/artists/lighthouse', null)).body as Record<string, unknown>;
      assert.equal(artist.certificate_count, 1);
      assert.equal(artist.verified_since, new Date(record.issuedAt).toISOString());
      const mine = await server.ask('GET', `/api/v1/submissions/${submission.id}`, partner.keys.sk_live);
      assert.equal((mine.body as Submission).cert_id, id);
      assert.deepEqual(Object.keys((mine.body as Submission).decision!), ['verdict', 'reason', 'decided_at']);
    });

    test('of operators who decide at once one wins, and there is one certificate', async () => {
      const { id } = await submit();
      const size = await server.store.log.size();
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, (_, i) => decide(id, { verdict: 'verified' }, i % 2 === 0 ? operator : second)),
        ...Array.from({ length: 4 }, () => decide(id, { verdict: 'rejected' }, second)),
      ]);
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, ...Array(7).fill(409)]);
      for (const answer of answers) if (answer.status === 409) assert.equal(codeOf(answer), 'already_decided');
      const winner = answers.find(({ status }) => status === 200)!.body as Submission;
      assert.equal(await server.store.log.size(), size + (winner.status === 'verified' ? 1 : 0));
      const actions = await server.store.registry.listActions(id, null, 10);
      assert.equal(actions.length, 1);
      assert.equal((await decide(id, { verdict: 'rejected' })).status, 409);
    });

    test('a rejected one has a reason for its submitter and no certificate, and may be submitted again', async () => {
      const body = sampleSubmission();
      const first = (await server.ask('POST', '/api/v1/submissions', partner.keys.sk_live, body)).body as Submission;
      assert.equal(
        codeOf(await server.ask('POST', '/api/v1/submissions', partner.keys.sk_live, body)),
        'submission_pending',
      );
      const answer = await decide(first.id, { verdict: 'rejected', reason: 'The vocals are not theirs.' });
      assert.equal(answer.status, 200);
      const mine = await server.ask('GET', `/api/v1/submissions/${first.id}`, partner.keys.sk_live);
      assert.equal((mine.body as Submission).decision!.reason, 'The vocals are not theirs.');
      assert.equal((mine.body as Submission).cert_id, null);
      const again = (await server.ask('POST', '/api/v1/submissions', partner.keys.sk_live, body)).body as Submission;
      assert.notEqual(again.id, first.id);
      assert.equal(again.track.id, first.track.id);
    });

    test('a second active certificate of one recording takes an operator who insists', async () => {
      const other = await server.signUp();
      const sha256 = 'ab'.repeat(32);
      const one = await submit({ sha256 });
      const two = await submit({ sha256, artist: { handle: 'copycat', display_name: 'Copy Cat' } }, other.keys.sk_live);
      const view = await server.ask('GET', `/api/operator/submissions/${one.id}`, operator.session);
      const { same_work } = view.body as { same_work: { submissions: Submission[]; certificates: unknown[] } };
      assert.deepEqual(
        same_work.submissions.map(({ id }) => id),
        [two.id],
      );
      const both = await Promise.all([
        decide(one.id, { verdict: 'verified' }),
        decide(two.id, { verdict: 'verified' }, second),
      ]);
      assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 409]);
      const [refused, loser] = both[0]!.status === 409 ? [both[0]!, one] : [both[1]!, two];
      assert.equal(codeOf(refused), 'work_already_certified');
      const after = await server.ask('GET', `/api/operator/submissions/${loser.id}`, operator.session);
      assert.equal((after.body as { same_work: { certificates: unknown[] } }).same_work.certificates.length, 1);
      await approve(loser.id, { allow_duplicate: true });
      assert.equal(
        (await server.store.certificate.findActiveByWork('trackorigin', Buffer.from(sha256, 'hex'), 5)).length,
        2,
      );
    });

    test('a correction is the next version under the same id; a revocation ends it and is told', async () => {
      const { id: submissionId } = await submit({ artist: { handle: 'typo', display_name: 'Mara Vecks' } });
      const id = await approve(submissionId);
      const path = `/api/operator/certificates/${id}`;
      const update = { title: 'Lighthouse II', artist_display_name: 'Mara Vex', reason: 'Misspelt.' };
      const updated = await server.ask('POST', `${path}/update`, operator.session, update);
      assert.equal(updated.status, 200, JSON.stringify(updated.body));
      const { version, track, artist } = updated.body as {
        version: number;
        track: { title: string };
        artist: { display_name: string };
      };
      assert.deepEqual([version, track.title, artist.display_name], [2, 'Lighthouse II', 'Mara Vex']);
      const versions = await server.store.certificate.listVersions(id);
      assert.deepEqual(
        versions.map(({ version }) => version),
        [1, 2],
      );
      assert.equal(server.published.at(-1)!.type, 'cert.updated');
      const profile = (await server.ask('GET', '/api/v1/artists/typo', null)).body as { display_name: string };
      assert.equal(profile.display_name, 'Mara Vex');

      const { issuedAt } = (await server.store.certificate.find(id))!;
      const revoke = (more = {}) =>
        server.ask('POST', `${path}/revoke`, operator.session, {
          code: 'rights_dispute',
          reason: 'A letter came.',
          ...more,
        });
      for (const effective_at of ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', '2026-02-30T00:00:00Z', 'soon']) {
        const answer = await revoke({ effective_at });
        assert.equal(answer.status, 400);
        assert.equal((answer.body as ErrorBody).error.details!.errors[0]!.field, 'effective_at');
      }
      assert.equal((await revoke({ code: 'because' })).status, 400);
      const both = await Promise.all([revoke({ effective_at: new Date(issuedAt).toISOString() }), revoke()]);
      assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 409]);
      assert.equal(codeOf(both.find(({ status }) => status === 409)!), 'certificate_revoked');
      const record = (await server.store.certificate.find(id))!;
      assert.deepEqual([record.status, record.revocationReason], ['revoked', 'rights_dispute']);
      assert.equal(
        server.published.filter(({ data, type }) => data.cert_id === id && type === 'cert.revoked').length,
        1,
      );
      assert.equal(
        ((await server.ask('GET', '/api/v1/artists/typo', null)).body as { certificate_count: number })
          .certificate_count,
        1,
      );
      assert.equal(codeOf(await server.ask('POST', `${path}/update`, operator.session, update)), 'certificate_revoked');
      const list = (await server.ask('GET', '/api/v1/artists/typo/certificates', null)).body as {
        certificates: { revoked: boolean }[];
      };
      assert.deepEqual(
        list.certificates.map(({ revoked }) => revoked),
        [true],
      );
    });

    test('every action of an operator is in a log that nothing changes', async () => {
      const { id: submissionId } = await submit();
      const id = await approve(submissionId, { high_risk: true });
      await server.ask('PUT', `/api/operator/certificates/${id}/risk`, second.session, {
        high_risk: false,
        reason: 'Fine.',
      });
      await server.ask('POST', `/api/operator/certificates/${id}/revoke`, second.session, {
        code: 'owner_request',
        reason: 'They asked.',
      });
      const ofCertificate = await server.ask('GET', `/api/operator/actions?subject=${id}`, operator.session);
      const { actions } = ofCertificate.body as { actions: Record<string, unknown>[] };
      assert.deepEqual(
        actions.map(({ action, operator_id, reason, before, after }) => ({
          action,
          operator_id,
          reason,
          before,
          after: { ...(after as object), effective_at: undefined },
        })),
        [
          {
            action: 'certificate.revoked',
            operator_id: second.id,
            reason: 'They asked.',
            before: { status: 'active' },
            after: { status: 'revoked', code: 'owner_request', effective_at: undefined },
          },
          {
            action: 'certificate.risk-changed',
            operator_id: second.id,
            reason: 'Fine.',
            before: { high_risk: true },
            after: { high_risk: false, effective_at: undefined },
          },
        ],
      );
      const ofSubmission = await server.ask('GET', `/api/operator/actions?subject=${submissionId}`, operator.session);
      const [decided] = (ofSubmission.body as { actions: { action: string; after: { cert_id: string } }[] }).actions;
      assert.deepEqual([decided!.action, decided!.after.cert_id], ['submission.verified', id]);
      for (const statement of ['delete', 'update'] as const) {
        const { kysely } = server.database;
        const change =
          statement === 'delete'
            ? kysely.deleteFrom('registry_action')
            : kysely.updateTable('registry_action').set({ reason: 'x' });
        await assert.rejects(change.execute(), /append-only/);
      }
    });

    test('a commit that fails leaves nothing; one whose answer is lost has decided, and says so when asked again', async () => {
      const { id } = await submit({ artist: { handle: 'faulty', display_name: 'Faulty' } });
      const size = await server.store.log.size();
      const fail = () => Promise.reject(new Error('the line went dead'));
      server.beforeCommit = fail;
      assert.equal((await decide(id, { verdict: 'verified' })).status, 500);
      server.beforeCommit = async () => {};
      assert.equal(await server.store.log.size(), size);
      assert.equal((await server.store.registry.findSubmission(id))!.status, 'pending');
      assert.equal((await server.store.registry.listActions(id, null, 5)).length, 0);
      assert.equal((await server.ask('GET', '/api/v1/artists/faulty', null)).status, 404);

      server.afterCommit = fail;
      assert.equal((await decide(id, { verdict: 'verified' })).status, 500);
      server.afterCommit = async () => {};
      assert.equal(await server.store.log.size(), size + 1);
      assert.equal(codeOf(await decide(id, { verdict: 'verified' })), 'already_decided');
      const artist = (await server.ask('GET', '/api/v1/artists/faulty', null)).body as { certificate_count: number };
      assert.equal(artist.certificate_count, 1);
    });

    test('what the published log does not cover yet is not answered as done', async () => {
      const { PublicLogError } = await import('../../src/core/log/public-log.ts');
      const { id } = await submit();
      const { awaitPublished } = server;
      server.awaitPublished = () => Promise.reject(new PublicLogError('not-published', 'too slow'));
      const answer = await decide(id, { verdict: 'verified' });
      server.awaitPublished = awaitPublished;
      assert.deepEqual([answer.status, codeOf(answer)], [503, 'log_not_published']);
      assert.equal((await server.store.registry.findSubmission(id))!.status, 'verified');
    });

    test('a sandbox’s submission makes a sandbox certificate, which is news to its account only', async () => {
      const submission = await submit(
        { artist: { handle: 'lighthouse', display_name: 'Somebody Else' } },
        partner.keys.sk_test,
      );
      assert.equal(submission.sandbox, true);
      const live = await server.ask('GET', '/api/operator/submissions?limit=100', operator.session);
      assert.ok(!JSON.stringify(live.body).includes(submission.id));
      const test = await server.ask('GET', '/api/operator/submissions?mode=test', operator.session);
      assert.ok(JSON.stringify(test.body).includes(submission.id));
      const id = await approve(submission.id);
      assert.match(id, /^cer_test_[0-9A-HJKMNP-TV-Z]{26}$/);
      assert.equal(server.published.at(-1)!.accountId, partner.id);
      const seen = (key: string | null) => server.ask('GET', '/api/v1/artists/lighthouse', key);
      assert.equal(((await seen(partner.keys.sk_test)).body as { display_name: string }).display_name, 'Somebody Else');
      assert.equal(((await seen(null)).body as { display_name: string }).display_name, 'Light House');
      assert.equal((await seen((await server.signUp()).keys.sk_test)).status, 404);
      assert.equal((await server.ask('GET', `/api/v1/submissions/${submission.id}`, partner.keys.sk_live)).status, 404);
    });

    test('what an account that was deleted had submitted is withdrawn, and cannot be decided', async () => {
      const leaver = await server.signUp({ handle: 'leaver' });
      const { id, artist } = await submit({ artist: null }, leaver.keys.sk_live);
      assert.deepEqual([artist.handle, artist.display_name], ['leaver', 'Mara Vex']);
      await server.remove(leaver.id);
      assert.equal(codeOf(await decide(id, { verdict: 'verified' })), 'already_decided');
      const view = await server.ask('GET', `/api/operator/submissions/${id}`, operator.session);
      assert.equal((view.body as { submission: Submission }).submission.status, 'withdrawn');
    });

    test('an artist is erased once nothing of theirs is active: no name is left, and ids and log stay', async () => {
      const [handle, name] = ['erasable', 'Erasable Elin'];
      const artist = { handle, display_name: name, bio: `${name} plays.` };
      const { id: submissionId, artist: made } = await submit({ artist, title: `${name} live` });
      const waiting = await submit({ artist: { handle }, metadata: { contributors: [{ name, role: 'composer' }] } });
      const id = await approve(submissionId);
      const parts = { store: server.store, clock: systemClock, random: systemRandom };
      const order = { artistId: made.id, operatorId: operator.id, reason: 'A letter came.' };
      await assert.rejects(eraseArtist(parts, order), { code: 'artist-certified' });
      const revocation = { code: 'owner_request', reason: 'A letter came.' };
      await server.ask('POST', `/api/operator/certificates/${id}/revoke`, operator.session, revocation);
      const { kysely } = server.database;
      const countPending = async () =>
        (
          await kysely.selectFrom('registry_account').select('pending').where('account_id', '=', partner.id).execute()
        )[0]!.pending;
      const [size, pending] = [await server.store.log.size(), await countPending()];

      assert.deepEqual(await eraseArtist(parts, order), [id]);
      const { status, salt, manifestJson } = (await server.store.certificate.find(id))!;
      assert.deepEqual([status, salt, manifestJson], ['revoked', null, '']);
      assert.deepEqual([await server.store.log.size(), await countPending()], [size, pending - 1]);
      const named = [
        ...(['registry_artist', 'registry_submission', 'registry_certificate', 'registry_action'] as const),
        ...(['certificate', 'certificate_version', 'account_handle'] as const),
      ];
      for (const table of named) {
        const rows = JSON.stringify(await kysely.selectFrom(table).selectAll().execute());
        for (const word of [name, handle]) assert.ok(!rows.includes(word), `${word} in ${table}`);
      }
      assert.equal((await server.ask('GET', `/api/v1/artists/${handle}`, null)).status, 404);
      for (const path of [`/api/operator/certificates/${id}`, `/api/operator/submissions/${waiting.id}`]) {
        assert.equal((await server.ask('GET', path, operator.session)).status, 404, path);
      }
      assert.equal((await decide(waiting.id, { verdict: 'verified' })).status, 404);
      const [action] = await server.store.registry.listActions(made.id, null, 5);
      assert.deepEqual([action!.type, action!.reason], ['artist.erased', 'A letter came.']);
      await assert.rejects(eraseArtist(parts, order), { code: 'artist-unknown' });
    });

    test('certificates are found by id, digest, start of the title and artist, page by page', async () => {
      const made = [];
      for (const title of ['Éclair one', 'ÉCLAIR two', 'eclair 100%']) {
        const submission = await submit({ title, artist: { handle: 'eclairs', display_name: 'Eclairs' } });
        made.push({ title, id: await approve(submission.id), sha256: submission.master.sha256 });
      }
      const find = async (query: string) => {
        const answer = await server.ask('GET', `/api/operator/certificates?${query}`, operator.session);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        return answer.body as { certificates: { cert_id: string }[]; next_cursor: string | null };
      };
      const ids = async (query: string) => (await find(query)).certificates.map(({ cert_id }) => cert_id);
      const newestFirst = made.map(({ id }) => id).toReversed();
      assert.deepEqual(await ids('q=eclair'), newestFirst);
      assert.deepEqual(await ids(`q=${encodeURIComponent('eclair 100%')}`), [made[2]!.id]);
      assert.deepEqual(await ids('q=%25'), []);
      assert.deepEqual(await ids(`q=${made[0]!.sha256}`), [made[0]!.id]);
      assert.deepEqual(await ids(`q=${made[1]!.id}`), [made[1]!.id]);
      assert.deepEqual(await ids('handle=Eclairs'), newestFirst);
      assert.deepEqual(await ids('handle=nobody-here'), []);
      const first = await find('q=eclair&limit=2');
      const next = await find(`q=eclair&limit=2&cursor=${first.next_cursor}`);
      assert.deepEqual(
        [...first.certificates, ...next.certificates].map(({ cert_id }) => cert_id),
        newestFirst,
      );
      assert.equal(next.next_cursor, null);
      const stolen = await server.ask(
        'GET',
        `/api/operator/certificates?cursor=${first.next_cursor}`,
        operator.session,
      );
      assert.deepEqual([stolen.status, codeOf(stolen)], [400, 'invalid_cursor']);
    });

    test('integrators are allowed and removed, and accounts are listed', async () => {
      const path = `/api/operator/integrators/${partner.id}`;
      assert.equal((await server.ask('PUT', path, operator.session, { note: 'A distributor' })).status, 200);
      assert.equal(await server.store.registry.isIntegrator(partner.id), true);
      const listed = (await server.ask('GET', '/api/operator/integrators', operator.session)).body as {
        integrators: { account_id: string; note: string }[];
      };
      assert.deepEqual(
        listed.integrators.map(({ account_id, note }) => [account_id, note]),
        [[partner.id, 'A distributor']],
      );
      assert.equal((await server.ask('DELETE', path, operator.session)).status, 204);
      assert.equal(codeOf(await server.ask('DELETE', path, operator.session)), 'integrator_not_found');
      assert.equal(
        (await server.ask('PUT', '/api/operator/integrators/nobody', operator.session, { note: 'x' })).status,
        404,
      );
      assert.equal(await server.store.registry.isIntegrator(partner.id), false);
      const query = `email=${partner.email.slice(0, 12).toUpperCase()}`;
      const accounts = (await server.ask('GET', `/api/operator/accounts?${query}`, operator.session)).body as {
        accounts: { id: string }[];
      };
      assert.deepEqual(
        accounts.accounts.map(({ id }) => id),
        [partner.id],
      );
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = (
          await server.ask('GET', `/api/operator/accounts?limit=2${cursor && `&cursor=${cursor}`}`, operator.session)
        ).body as {
          accounts: { id: string }[];
          next_cursor: string | null;
        };
        seen.push(...page.accounts.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      assert.equal(new Set(seen).size, seen.length);
      assert.ok([partner, operator, second].every(({ id }) => seen.includes(id)));
    });

    test('only operators get in: by session, from our own pages, as long as they have the role', async () => {
      const paths = ['submissions', 'certificates', 'accounts', 'integrators', 'actions'].map(
        (name) => `/api/operator/${name}`,
      );
      for (const path of paths) {
        assert.equal((await server.ask('GET', path, null)).status, 401, path);
        assert.equal((await server.ask('GET', path, partner.keys.sk_live)).status, 401, path);
        assert.equal((await server.ask('GET', path, partner.session)).status, 403, path);
        assert.equal((await server.ask('GET', path, operator.session)).status, 200, path);
      }
      const { id } = await submit();
      const path = `/api/operator/submissions/${id}/decision`;
      const body = { verdict: 'rejected', reason: 'x' };
      const byCookie = (headers: object) => server.ask('POST', path, null, body, { cookie: second.cookie, ...headers });
      assert.equal((await byCookie({})).status, 403);
      assert.equal((await byCookie({ origin: 'https://elsewhere.example' })).status, 403);
      const fired = await server.signUp({ operator: true });
      await server.store.transact(({ account }) => account.setRole(fired.email, 'member'));
      assert.equal((await server.ask('POST', path, fired.session, body)).status, 403);
      assert.equal((await byCookie({ origin: server.origin })).status, 200);
    });

    test('bad decisions are refused with the field, and change nothing', async () => {
      const { id } = await submit();
      for (const [body, field] of [
        [{ verdict: 'maybe' }, 'verdict'],
        [{ verdict: 'verified', reason: '' }, 'reason'],
        [{ verdict: 'verified', reason: 'a\u0000b' }, 'reason'],
        [{ verdict: 'verified', reason: '\ud800' }, 'reason'],
        [{ verdict: 'verified', reason: 'x'.repeat(1001) }, 'reason'],
        [{ verdict: 'verified', high_risk: 'yes' }, 'high_risk'],
      ] as const) {
        const answer = await decide(id, body);
        assert.equal(answer.status, 400, JSON.stringify(body));
        assert.equal((answer.body as ErrorBody).error.details!.errors[0]!.field, field);
      }
      assert.equal((await decide('sub_nothing', { verdict: 'verified' })).status, 404);
      assert.equal((await decide(id, { verdict: 'verified', extra: 1 })).status, 400);
      assert.equal((await server.store.registry.findSubmission(id))!.status, 'pending');
    });
  });
}
