import type { CertificateView } from '../registry/certificate-view.ts';
import { type Content, html } from './html.ts';
import { countOf, formatNumber, renderMinute } from './text.ts';

interface Moment {
  readonly name: string;
  /** done: it happened. now: it is what is waited for. later: it comes after that. bad: it undid what came before. */
  readonly state: 'done' | 'now' | 'later' | 'bad';
  /** Epoch ms. */
  readonly at: number | null;
  readonly says: Content;
}

const MARKS: Readonly<Record<Moment['state'], readonly [mark: string, word: string]>> = {
  done: ['✓', 'Done'],
  now: ['…', 'Under way'],
  later: ['·', 'To come'],
  bad: ['✗', 'Revoked'],
};

/** What happened since it was issued, in the order of happening. */
export function renderTimeline(certificate: CertificateView): Content {
  return html`<ol class="timeline">
${listMoments(certificate).map(({ name, state, at, says }) => {
  const [mark, word] = MARKS[state];
  return html`<li class="${state}"><span class="mark" aria-hidden="true">${mark}</span>
<div><h3>${name} <span class="hidden">(${word})</span></h3>
${at === null ? null : html`<p class="when">${renderMinute(at)}</p>`}
<p>${says}</p></div></li>
`;
})}</ol>`;
}

function listMoments(certificate: CertificateView): readonly Moment[] {
  const { issuedAt, signed, revoked, subject } = certificate;
  const first: Moment =
    signed === null
      ? { name: 'Made', state: 'done', at: issuedAt, says: 'The fingerprint of the file came in; the file did not.' }
      : {
          name: 'Issued',
          state: 'done',
          at: signed.version > 1 && subject.kind === 'recording' ? signed.updatedAt : issuedAt,
          says: html`Signed with key <code>${signed.keyId}</code>.`,
        };
  return [
    first,
    ...(signed === null ? [] : [describeLogging(signed)]),
    ...(signed?.stampedAt == null
      ? []
      : [
          {
            name: 'Time-stamped',
            state: 'done',
            at: signed.stampedAt,
            says: 'An RFC 3161 authority signed when it saw the certificate.',
          } as const,
        ]),
    ...describeAnchoring(certificate),
    ...(revoked === null
      ? []
      : [
          {
            name: 'Revoked',
            state: 'bad',
            at: revoked.at,
            says: 'The revocation is in the public log as well.',
          } as const,
        ]),
  ];
}

function describeLogging({ sequence, isPublished }: NonNullable<CertificateView['signed']>): Moment {
  const entry = `Entry ${formatNumber(sequence)} of the public log`;
  return isPublished
    ? {
        name: 'Logged',
        state: 'done',
        at: null,
        says: html`${entry}, which nobody can change unnoticed. <a href="/log/proof/${sequence}">Its proof</a>`,
      }
    : { name: 'Logged', state: 'now', at: null, says: `${entry}; the next checkpoint will cover it.` };
}

function describeAnchoring({ anchored }: CertificateView): readonly Moment[] {
  if (anchored === null) {
    return [
      { name: 'Anchored', state: 'now', at: null, says: 'Its fingerprint is about to be given to calendars.' },
      { name: 'Confirmed', state: 'later', at: null, says: 'Within hours of that a Bitcoin block holds it.' },
    ];
  }
  const { at, calendars, block } = anchored;
  const given: Moment = {
    name: 'Anchored',
    state: 'done',
    at,
    says: `${countOf(calendars, 'independent calendar')} took its fingerprint.`,
  };
  if (block === null) {
    return [
      given,
      { name: 'Confirmed', state: 'now', at: null, says: 'Waiting for a Bitcoin block; that takes hours.' },
    ];
  }
  const where = `Bitcoin block ${formatNumber(block.height)}`;
  return [
    given,
    block.isChecked
      ? { name: 'Confirmed', state: 'done', at: block.time, says: `${where} holds it. Its header was checked.` }
      : {
          name: 'Confirmed',
          state: 'now',
          at: block.time,
          says: `${where} is said to hold it; that is being checked.`,
        },
  ];
}
