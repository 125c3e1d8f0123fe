import { hash } from 'node:crypto';
import type { App } from '../shared/app.ts';
import type { CheckHealth, Health } from './health.ts';

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem; color: #1f2328; background: #fff }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding: 1.5rem 0 .5rem }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #d0d7de; overflow-wrap: anywhere }
th { font-weight: 500 }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } th, td { border-color: #3d444d } }
`;

/** Lets the page have its own style, and nothing else. */
const POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `GET /status.html`: what `GET /api/health` says, for people. */
export function registerStatusPage(app: App, checkHealth: CheckHealth): void {
  app.get('/status.html', async (_request, reply) => {
    const health = await checkHealth();
    reply
      .header('content-security-policy', POLICY)
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(renderPage(health));
    return reply;
  });
}

function renderPage(health: Health): string {
  const reachable = health.calendars.filter((calendar) => calendar.reachable).length;
  const facts: [string, string][] = [
    ['Receipts', health.counts.receipts_on_disk.toLocaleString('en')],
    ['Last anchor', presentMoment(health.last.anchor_at)],
    ['Last look at calendars and Bitcoin', presentMoment(health.last.upgrade_run_at)],
    ['Last pruning', presentMoment(health.last.expiry_run_at)],
    ['Running since', presentMoment(health.boot_at)],
    ['Looked at', presentMoment(health.checked_at)],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${health.ok ? 'Working' : 'Not working'}: Touchmark status</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Touchmark status</h1>
<p><strong>${health.ok ? 'Working.' : 'Not working: no calendar can be reached, so nothing can be anchored.'}</strong>
${reachable} of ${health.calendars.length} calendars can be reached.</p>
<table>
<caption>This server</caption>
<tbody>
${facts.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}
</tbody>
</table>
<table>
<caption>Calendars</caption>
<thead><tr><th scope="col">Address</th><th scope="col">State</th><th scope="col">Overdue</th></tr></thead>
<tbody>
${health.calendars.map(renderCalendar).join('\n')}
</tbody>
</table>
<p>For programs: <a href="/api/health">/api/health</a></p>
</main>
</body>
</html>
`;
}

function renderCalendar({ url, reachable, overdue }: Health['calendars'][number]): string {
  const state = reachable ? 'reachable' : 'not reachable';
  return `<tr><th scope="row">${escapeHtml(url)}</th><td>${state}</td><td>${overdue}</td></tr>`;
}

/** `2026-05-14 14:00:00 UTC` */
function presentMoment(time: string | null): string {
  return time === null ? 'never' : `${time.slice(0, 19).replace('T', ' ')} UTC`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
