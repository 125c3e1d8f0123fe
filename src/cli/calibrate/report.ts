import { BLOCK_ITEMS } from '../../proof/fingerprint/blocks.ts';
import { ITEM_SAMPLES, PRINT_RATE } from '../../proof/fingerprint/item-clock.ts';
import { ALGORITHM, BLOCK_BER, type Thresholds } from '../../proof/fingerprint/thresholds.ts';
import { type Measured, sortedRates, type TransformRow, traceRoc } from './analyse.ts';
import type { AttackResult } from './attacks.ts';
import type { GenuineComparison, ImpostorComparison, RelatedPair } from './compare-all.ts';
import type { Gathered } from './gather.ts';
import { countInSteps, fitTail, quantile } from './statistics.ts';
import { drawChart } from './svg.ts';

export interface Findings {
  readonly gathered: Gathered;
  readonly related: readonly RelatedPair[];
  readonly impostors: readonly ImpostorComparison[];
  readonly genuine: readonly GenuineComparison[];
  readonly thresholds: Thresholds;
  readonly development: Measured;
  readonly heldOut: Measured;
  readonly all: Measured;
  readonly transforms: readonly TransformRow[];
  readonly attacks: readonly AttackResult[];
  readonly policyId: string;
  readonly isConfirmed: boolean;
  readonly date: string;
  /** The highest cohort score of an impostor, the lowest of a genuine pair under required transforms; null without a cohort. */
  readonly cohort: { readonly size: number; readonly impostorMaxZ: number; readonly genuineMinZ: number } | null;
}

/** The files of a report: name and text. */
export function writeReport(findings: Findings): ReadonlyMap<string, string> {
  return new Map([
    ['README.md', formatMarkdown(findings)],
    ['report.json', `${JSON.stringify(summarise(findings), null, 2)}\n`],
    ['scores.svg', drawScores(findings)],
    ['roc.svg', drawRoc(findings)],
  ]);
}

const STEPS = 100;
const BLOCK_SECONDS = ((BLOCK_ITEMS * ITEM_SAMPLES) / PRINT_RATE).toFixed(0);

function drawScores({ impostors, genuine, thresholds }: Findings): string {
  const strangers = sortedRates(impostors.filter(({ isGated }) => isGated));
  const required = genuine.filter(({ transform, comparison }) => transform.class === 'required' && comparison !== null);
  const same = sortedRates(required.map(({ comparison }) => comparison!));
  const columns = (rates: Float64Array) =>
    countInSteps(
      Float64Array.from(rates, (ber) => 2 * ber),
      STEPS,
    ).flatMap((count, i): (readonly [number, number])[] =>
      count === 0 ? [] : [[(i + 0.5) / STEPS / 2, Math.log10(count) + 0.15]],
    );
  return drawChart({
    title: 'Bit error rates of the same recordings and of strangers',
    x: { label: 'bit error rate', min: 0, max: 0.5, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((at) => [at, String(at)]) },
    y: {
      label: 'comparisons',
      ...{ min: 0, max: 6 },
      ticks: [0, 1, 2, 3, 4, 5].map((power) => [power + 0.15, (10 ** power).toLocaleString('en')]),
    },
    series: [
      { label: `same, required (${same.length})`, colour: '#2166ac', points: columns(same), isFilled: true },
      {
        label: `strangers (${strangers.length.toLocaleString('en')})`,
        colour: '#b2182b',
        points: columns(strangers),
        isFilled: true,
      },
    ],
    marks: [[thresholds.probableBer, `limit ${thresholds.probableBer}`]],
  });
}

function drawRoc({ impostors, genuine }: Findings): string {
  const trace = traceRoc(impostors, genuine);
  const lowest = 1e-6;
  const at = (rate: number) => Math.log10(Math.max(lowest, rate));
  const powers = [-6, -5, -4, -3, -2, -1, 0];
  return drawChart({
    title: 'False matches and misses by threshold',
    x: {
      label: 'share of strangers matched (a value of 0 stands at the left edge)',
      ...{ min: -6, max: 0 },
      ticks: powers.map((power) => [power, `1e${power}`]),
    },
    y: {
      label: 'share found under required transforms',
      min: 0,
      max: 1,
      ticks: [0, 0.25, 0.5, 0.75, 1].map((y) => [y, `${100 * y} %`]),
    },
    series: [
      {
        label: 'gated comparisons',
        colour: '#2166ac',
        points: trace.map(({ falseMatch, falseNonMatch }) => [at(falseMatch), 1 - falseNonMatch]),
      },
    ],
    marks: [],
  });
}

function summarise(findings: Findings) {
  const { gathered, related, thresholds, development, heldOut, all, attacks, policyId, isConfirmed, date } = findings;
  const nameOf = (track: { readonly name: string }) => track.name;
  return {
    ...{ policy: policyId, date, confirmed: isConfirmed, thresholds, development, held_out: heldOut, all },
    corpus: {
      recordings: gathered.tracks.length,
      releases: countReleases(gathered),
      gated: gathered.tracks.filter(({ isGated }) => isGated).length,
      masters: gathered.masters.length,
      not_used: gathered.unused.length,
    },
    transforms: findings.transforms.map(({ transform, ...row }) => ({
      ...{ name: transform.name, class: transform.class },
      ...row,
    })),
    transforms_skipped: gathered.skippedTransforms.map(({ name }) => name),
    ...{ attacks, cohort: findings.cohort },
    related: related.map(({ a, b, ber, bandBer }) => ({ a: nameOf(a), b: nameOf(b), ber, bandBer })),
    low_information: gathered.tracks.filter(({ isGated }) => !isGated).map(nameOf),
  };
}

function formatMarkdown(findings: Findings): string {
  const { gathered, thresholds, development, heldOut, all, attacks, related, cohort } = findings;
  const rows = findings.transforms;
  const rates = sortedRates(findings.impostors.filter(({ isGated }) => isGated));
  const ungated = findings.impostors.filter(({ isGated, ber }) => !isGated && ber <= thresholds.probableBer).length;
  const tail = fitTail(rates);
  const low = gathered.tracks.filter(({ isGated }) => !isGated).length;
  return `# How well recordings are told apart

Written by \`touchmark calibrate\` on ${findings.date}. Policy \`${findings.policyId}\`: ${
    findings.isConfirmed ? 'confirmed on the half that was set aside.' : '**not confirmed**; it cannot be accepted.'
  } The procedure is in [fingerprint.md](../../formats/fingerprint.md).

## What was compared

${number(gathered.tracks.length)} recordings of at least 45 seconds from ${countReleases(gathered)} releases. Releases are in one of two halves:
thresholds come from one, the other one was looked at once. ${low} recordings say too little to be compared (silence,
rain, drones) and are set aside by the gate. ${gathered.masters.length} masters were put through the transforms below, the first 135 seconds
of each; those that nothing is asked of were done to every fourth master. Prints are of the first 120 seconds, made by
Touchmark's own decoders (MP4 by ffmpeg).${
    gathered.skippedTransforms.length === 0
      ? ''
      : `\n\n**Left out, because ffmpeg was not there**: ${gathered.skippedTransforms.map(({ name }) => name).join(', ')}.`
  }

## Strangers

| part of the corpus | gated comparisons | matched | lowest BER | 95 % bound, independent | 95 % bound, by pairs | tail model |
|---|---|---|---|---|---|---|
${[
  ['development half', development],
  ['held-out half', heldOut],
  ['all, also across the halves', all],
]
  .map(([name, part]) => formatPart(name as string, part as Measured))
  .join('\n')}

In all ${number(all.impostors)} gated comparisons of strangers ${number(all.falseMatches)} were matched. A half alone has fewer, and wider bounds.
At the limit of BER ${thresholds.probableBer}. The bounds: as if every comparison were independent; as if only distinct pairs of recordings
were. Neither is: comparisons share their recordings. The model is a generalised Pareto tail fitted to the lowest
hundredth (shape ${tail.shape.toFixed(3)}). The lowest ten-thousandth of strangers is below ${quantile(rates, 1e-4).toFixed(3)}. Without the gate ${number(ungated)} more
comparisons would be matched.
${
  cohort === null
    ? ''
    : `
A cohort of ${cohort.size} prints: strangers come to at most ${cohort.impostorMaxZ.toFixed(1)} deviations below its mean, the same recordings under required
transforms to at least ${cohort.genuineMinZ.toFixed(1)}; ${thresholds.cohortZ} are asked for.
`
}
![Histogram of bit error rates](scores.svg)
![ROC](roc.svg)

## The same recordings

| class | transform | n | BER median | worst | band print worst | missed | missed at high risk |
|---|---|---|---|---|---|---|---|
${rows.map(formatRow).join('\n')}

Of ${all.masters} masters ${all.mastersMissed} were missed under at least one required transform (95 % bound ${percent(all.mastersMissedUpperPpb / 1e9)}); of the development
half's ${formatMissed(development)}; of the held-out half's ${formatMissed(heldOut)}. What is \`altered\` should
not match: where another tempo within 3 % fits better, the answer says so. \`refused\` cancels to silence in mono.

## Attacks

| attack | tries | matched by any overlap | matched | matched at high risk |
|---|---|---|---|---|
${attacks.map(formatAttack).join('\n')}

Passes at high risk: ${nameAttacks(attacks, ({ matchedHighRisk }) => matchedHighRisk > 0)}.
Passes at normal risk only: ${nameAttacks(attacks, ({ matched, matchedHighRisk }) => matched > 0 && matchedHighRisk === 0)}.
Everything else is refused at any risk.

The chroma vocoder plays twelve sine tones with the energies of the victim's notes: Chromaprint cannot tell it from the
recording, whatever the threshold. So certificates of high risk ask for the band print, which is fooled by none.
The block rule sees a replaced piece from ${BLOCK_SECONDS} seconds on. Where the last 5 are of another recording, the last block
still has the victim in more than a third of it, and its BER stays under ${BLOCK_BER}: \`${ALGORITHM}\` lets that pass, at any risk.
A print of the certified recording that was copied from elsewhere matches, of course: a fingerprint that a client sends
says nothing about who has the recording.

## Related recordings

${related.length} pairs are the same recording in two places, or share their sound; both prints found them at the same offset. They
count neither as strangers nor as the same.

| BER | band print | |
|---|---|---|
${related
  .toSorted((one, other) => one.ber - other.ber)
  .map(({ a, b, ber, bandBer }) => `| ${ber.toFixed(3)} | ${bandBer.toFixed(3)} | ${a.name}, ${b.name} |`)
  .join('\n')}

## What this does not say

The corpus is music of free games, which is not all music. Nothing here was played into a room and recorded again, sung
by somebody else, or remastered: no fingerprint of this kind tells a remaster from its original. A replaced piece shorter
than ${BLOCK_SECONDS} seconds can pass, and so can anything after the first two minutes.
`;
}

function formatPart(name: string, part: Measured): string {
  const cells = [
    ...[name, number(part.impostors), number(part.falseMatches), part.lowestImpostorBer.toFixed(3)],
    ...[part.falseMatchUpperPpb, part.falseMatchPairsUpperPpb, part.falseMatchModelPpb].map((ppb) => rate(ppb / 1e9)),
  ];
  return `| ${cells.join(' | ')} |`;
}

function formatRow({
  transform,
  count,
  medianBer,
  worstBer,
  worstBandBer,
  missed,
  missedHighRisk,
}: TransformRow): string {
  const rates = [medianBer, worstBer, worstBandBer].map((ber) => ber.toFixed(3));
  return `| ${[transform.class, transform.name, count, ...rates, missed, missedHighRisk].join(' | ')} |`;
}

function formatAttack({ name, tries, matchedNaively, matched, matchedHighRisk }: AttackResult): string {
  return `| ${[name, tries, matchedNaively, matched, matchedHighRisk].join(' | ')} |`;
}

function formatMissed({ masters, mastersMissed, mastersMissedUpperPpb }: Measured): string {
  return `${masters}, ${mastersMissed} (${percent(mastersMissedUpperPpb / 1e9)})`;
}

function nameAttacks(attacks: readonly AttackResult[], passes: (result: AttackResult) => boolean): string {
  const names = attacks.filter(passes).map(({ name }) => name);
  return names.length === 0 ? 'nothing' : names.join('; ');
}

function countReleases({ tracks }: Gathered): number {
  return new Set(tracks.map(({ release }) => release)).size;
}

const number = (value: number) => value.toLocaleString('en');
const rate = (value: number) => (value < 1e-12 ? '0' : value.toExponential(1));
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
