import { hash } from 'node:crypto';
import { reverseBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import type { CalendarStatus, StampStatus } from '../../core/calendar/service.ts';
import { presentTimeOrNull } from '../shared/present-time.ts';

const SATS_PER_BITCOIN = 100_000_000;

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
th { text-align: left; padding-right: 2rem; vertical-align: top }
td { overflow-wrap: anywhere }
`;

/** Lets the page have its own style, and nothing else. */
export const STATUS_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; frame-ancestors 'none'`;

/** The status as JSON: the reference calendar's field names, and what it lacks. Amounts without a unit are in bitcoin. */
export function presentStatus(status: CalendarStatus, version: string): Record<string, unknown> {
  const live = status.stamps.filter(({ abandoned }) => !abandoned);
  const newest = live[0];
  const isWaiting = newest !== undefined && newest.minedHeight === null;
  return {
    version,
    name: status.name,
    uri: status.uri,
    network: status.network,
    commitments: status.lastPosition,
    pending_commitments: status.pendingCommitments,
    txs_waiting_for_confirmation: live.filter(({ confirmations }) => confirmations < status.minConfirmations).length,
    most_recent_tx: newest ? displayHash(newest.txid) : null,
    tip: isWaiting ? encodeHex(newest.tip) : null,
    best_block: status.best ? displayHash(status.best.hash) : null,
    block_height: status.best?.height ?? null,
    min_confirmations: status.minConfirmations,
    balance: status.balanceSats / SATS_PER_BITCOIN,
    balance_sats: status.balanceSats,
    address: status.address,
    eta: presentTimeOrNull(status.nextStampAt),
    condition: status.condition,
    condition_since: presentTimeOrNull(status.conditionSince),
    transactions: status.stamps.map(presentStamp),
  };
}

function presentStamp(stamp: StampStatus): Record<string, unknown> {
  return {
    txid: displayHash(stamp.txid),
    tip: encodeHex(stamp.tip),
    commitments: stamp.toPosition - stamp.fromPosition,
    fee_sats: stamp.feeSats,
    fee_rate: stamp.feeRate,
    since: presentTimeOrNull(stamp.openedAt),
    block_height: stamp.minedHeight,
    confirmations: stamp.confirmations,
    abandoned: stamp.abandoned,
  };
}

/** A page for people who open the calendar's address in a browser. */
export function renderStatusPage(status: CalendarStatus, version: string): string {
  const { transactions, ...facts } = presentStatus(status, version);
  const rows = Object.entries(facts).map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`);
  const stamps = (transactions as Record<string, unknown>[]).map(
    ({ txid, commitments, fee_sats, since, block_height, confirmations }) =>
      `<tr>${[txid, commitments, fee_sats, since, block_height, confirmations].map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Touchmark calendar ${escapeHtml(status.name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Touchmark calendar ${escapeHtml(status.name)}</h1>
<p>This server timestamps digests in Bitcoin and speaks the OpenTimestamps calendar protocol.</p>
<table>
${rows.join('\n')}
</table>
<h2>Transactions</h2>
<table>
<thead><tr><th>txid</th><th>commitments</th><th>fee (sat)</th><th>since</th><th>block</th><th>confirmations</th></tr></thead>
<tbody>
${stamps.join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function displayHash(hash: Uint8Array): string {
  return encodeHex(reverseBytes(hash));
}

function escapeHtml(value: unknown): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(value ?? '–').replace(/[&<>"']/g, (character) => entities[character]!);
}
