import { readFile } from 'node:fs/promises';
import { replayTranscript } from './contract/transcript.ts';
for (const name of process.argv.slice(3)) {
  try { console.log(name, await replayTranscript(await readFile(`vectors/wire/orphograph/${name}.txt`, 'utf8'), process.argv[2]!)); } catch (e) { console.log(name, (e as Error).message); }
}
