import { endOfMonth, type Month } from '../../core/meter/month.ts';
import type { UsageDay } from '../../core/meter/usage.ts';
import { type Content, html } from './html.ts';
import { countOf, formatNumber, renderDay } from './text.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const STEP = 20;
const BAR = 14;
const HEIGHT = 120;
const FLOOR = 140;

/** Calls of each day of a month, drawn; beneath it the same as a table for who would rather read. */
export function renderDayChart(month: Month, days: readonly UsageDay[]): Content {
  if (days.length === 0) return null;
  const first = Date.parse(`${month}-01T00:00:00Z`);
  const count = Math.round((endOfMonth(month) - first) / DAY_MS);
  const most = Math.max(...days.map(({ calls }) => calls));
  const width = count * STEP;
  return html`<h3>By day</h3>
<svg class="chart" viewBox="0 0 ${width} 165" role="img" aria-label="Calls by day, ${formatNumber(most)} at the most">
<path class="base" d="M0 ${FLOOR}H${width}"/>
${days.map(({ day, calls }) => {
  const place = Number(day.slice(8)) - 1;
  // What is not nothing can be seen.
  const height = Math.max(2, Math.round((calls / most) * HEIGHT));
  return html`<rect x="${place * STEP + (STEP - BAR) / 2}" y="${FLOOR - height}" width="${BAR}" height="${height}" rx="2"><title>${day}: ${countOf(calls, 'call')}</title></rect>`;
})}
${[1, 8, 15, 22, count].map(
  (day) => html`<text x="${(day - 0.5) * STEP}" y="158" text-anchor="middle">${day}</text>`,
)}</svg>
<details><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Calls by day"><table>
<thead><tr><th scope="col">Day</th><th scope="col" class="number">Calls</th></tr></thead><tbody>
${days.map(
  ({ day, calls }) => html`<tr><td>${renderDay(Date.parse(day))}</td><td class="number">${formatNumber(calls)}</td></tr>
`,
)}</tbody></table></div></details>`;
}
