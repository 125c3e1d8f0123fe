import { HOSTILE, type SandboxPeople } from '../support/registry-people.ts';

/** The title of a private work. */
export const SECRET = 'Nobody shall read this title';

/** One of each kind that looks different, by id. */
export type Certificates = Awaited<ReturnType<typeof certifyAll>>;

export async function certifyAll(people: SandboxPeople) {
  const first = await people.certify();
  const second = await people.certify({ work_id: first.work_id, title: 'Salt marsh at dusk, second print' });
  const third = await people.certify({ work_id: first.work_id, title: 'Salt marsh at dusk, third print' });
  const [hostile, hidden, track, waiting, timestamp] = await Promise.all([
    people.certify({ title: HOSTILE, author_first_name: HOSTILE, author_last_name: '<b>' }),
    people.certify({ title: SECRET, author_last_name: 'Unseen', privacy_level: 'private' }),
    people.certifyTrack('Northern Line', 'ada-weber', 'Ada Weber'),
    people.submitTrack(HOSTILE, 'hostile-one', HOSTILE),
    people.timestamp(),
    people.revokeWork(second.cert_id),
  ]);
  const [one, two, three] = [first, second, third].map(({ cert_id }) => cert_id) as [string, string, string];
  const works = { first: one, second: two, third: three, hostile: hostile.cert_id, hidden: hidden.cert_id };
  return { ...works, track, waiting, timestamp };
}
