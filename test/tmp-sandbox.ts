import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config/config.ts';
import { createLogger } from '../src/http/shared/log.ts';
import { startSandbox } from '../src/app/sandbox.ts';
import { replayTranscript } from './contract/transcript.ts';
const d = await mkdtemp(join(tmpdir(), 'tm-'));
const env = { TOUCHMARK_DATA: d, PORT: '18997', TOUCHMARK_FREE_ANCHORS_PER_DAY: process.argv[2]! };
const t0 = Date.now();
const s = await startSandbox({ config: readConfig(env), database: { folder: join(d, 'database') }, logger: createLogger({ level: 'warn' }) });
console.log('up', Date.now() - t0, s.url);
for (const name of process.argv.slice(3)) {
  try { console.log(name, await replayTranscript(await readFile(`vectors/wire/orphograph/${name}.txt`, 'utf8'), s.url)); } catch (e) { console.log(name, (e as Error).message); }
}
const h = await (await fetch(`${s.url}/api/health`)).json(); console.log(JSON.stringify(h));
const r = await (await fetch(`${s.url}/api/anchor`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-orpho-api-key': s.description.keys.orphograph.api_key }, body: JSON.stringify({ hash_hex: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }) })).json() as any; console.log(r.receipt_id, r.subscription_active, r.calendars_ok);
await new Promise((x) => setTimeout(x, 14000));
const u = await (await fetch(`${s.url}/api/receipt/${r.receipt_id}/summary`)).json() as any; console.log(JSON.stringify(u, null, 1));
console.log(await (await fetch(`${s.url}/readyz`)).text());
const t1 = Date.now(); await s[Symbol.asyncDispose](); console.log('closed', Date.now() - t1);
await rm(d, { recursive: true }); process.exit(0);
