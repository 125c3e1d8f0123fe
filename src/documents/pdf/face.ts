import type { CertificateDossier, Dossier } from '../../proof/bundle/dossier.ts';
import { digestEnvelope } from '../../proof/certificate/envelope.ts';
import { type Colour, GOLD, GREEN, RED } from './colours.ts';
import { makeLegible } from './legible-text.ts';

/** What the page says. */
export interface Face {
  readonly heading: string;
  readonly title: string;
  readonly byline: string | null;
  /** What a reader of the title has to know; null: nothing. */
  readonly titleNote: string | null;
  readonly status: { readonly text: string; readonly colour: Colour };
  readonly isRevoked: boolean;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly digests: readonly (readonly [label: string, digest: Uint8Array])[];
  readonly finePrint: string;
}

export function describeDossier(dossier: Dossier, canDrawIt: (codePoint: number) => boolean): Face {
  const status = describeStatus(dossier);
  if (dossier.kind === 'timestamp') {
    return {
      heading: 'CERTIFICATE OF EXISTENCE',
      title: dossier.id,
      byline: 'A file with the digest below existed at the time below',
      titleNote: null,
      ...{ status, isRevoked: false },
      facts: [
        ['Timestamp', dossier.id],
        ['Recorded', showTime(dossier.createdAt)],
        ['Bitcoin', describeBlock(dossier)],
      ],
      digests: [['SHA-256 of the file', dossier.workSha256]],
      finePrint:
        'The digest is that of the file; the file itself was never here. Attached to this page are the record and the ' +
        `OpenTimestamps proof, which anybody can check without this server. ${LIMITS}`,
    };
  }
  const title = makeLegible(dossier.title ?? '', canDrawIt);
  const author = makeLegible(dossier.author ?? '', canDrawIt);
  const byline = dossier.isAuthorRedacted
    ? 'by an author who stays anonymous'
    : author.text === ''
      ? null
      : `by ${author.text}`;
  return {
    heading: 'CERTIFICATE OF PROVENANCE',
    title: dossier.isTitleRedacted ? 'Title withheld by the author' : title.text || 'Untitled',
    byline,
    titleNote:
      title.isExact && author.isExact
        ? null
        : 'In brackets: characters that are not printed here, by their Unicode numbers. The attachment has the exact text.',
    ...{ status, isRevoked: dossier.state === 'revoked' },
    facts: [
      ['Certificate', dossier.id],
      ['Version', `${dossier.version}${dossier.isSandbox ? ', of a sandbox: it certifies nothing' : ''}`],
      ['Issued', showTime(dossier.issuedAt)],
      ['Signed by', dossier.envelope.keyId],
      ['Bitcoin', describeBlock(dossier)],
      ...(dossier.token === null ? [] : [['Time-stamp', `${showTime(dossier.token.time)}, RFC 3161`] as const]),
      ...(dossier.document.log === null
        ? []
        : [
            [
              'Public log',
              `entry ${dossier.chain.find(({ version }) => version === dossier.version)?.sequence ?? '?'} of ${dossier.document.log.origin}`,
            ] as const,
          ]),
    ],
    digests: [
      ['SHA-256 of the work', dossier.workSha256],
      ['SHA-256 of the signed certificate', digestEnvelope(dossier.envelope)],
    ],
    finePrint:
      'This page is for people and proves nothing by itself. Attached to it are the signed certificate and, once there is ' +
      `one, its OpenTimestamps proof, which anybody can check without this server. ${LIMITS}`,
  };
}

const LIMITS =
  'They show that the work was there at that time; not who made it, who owns it, or that it did not exist before. ' +
  'Whether it was revoked since, the address in the code tells.';

function describeStatus(dossier: Dossier): Face['status'] {
  switch (dossier.state) {
    case 'revoked': {
      const { revokedAt } = dossier as CertificateDossier;
      return { text: `REVOKED${revokedAt === null ? '' : ` ON ${showDay(revokedAt).toUpperCase()}`}`, colour: RED };
    }
    case 'pending':
      return { text: 'WAITING FOR A BITCOIN BLOCK', colour: GOLD };
    case 'valid':
      return { text: 'CONFIRMED IN BITCOIN', colour: GREEN };
  }
}

function describeBlock({ block }: Dossier): string {
  return block === null ? 'no confirmed block yet' : `block ${groupDigits(block.height)}, ${showTime(block.time)}`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

function showDay(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function showTime(ms: number): string {
  return `${showDay(ms)}, ${new Date(ms).toISOString().slice(11, 19)} UTC`;
}

function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
