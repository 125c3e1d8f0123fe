import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ENGINES } from '../support/databases.ts';
import { PUBLIC_URL, startOrigimarkServer } from '../support/origimark-server.ts';
import { replayTranscript } from './transcript.ts';

for (const engine of ENGINES) {
  for (const name of ['certify', 'privacy', 'registry', 'refusals']) {
    test(`the server answers as in the transcript ${name} (${engine})`, async (t) => {
      const text = await readFile(new URL(`../../vectors/wire/origimark/${name}.txt`, import.meta.url), 'utf8');
      await using server = await startOrigimarkServer(engine);
      const [member, other] = [await server.createMember(), await server.createAuthor()];
      const tokenOf = ({ authorization }: Readonly<Record<string, string>>) => authorization!.slice('Bearer '.length);
      const known = {
        base: PUBLIC_URL,
        token: tokenOf(member.headers),
        other_token: tokenOf(other.headers),
        api_key: member.apiKey,
        read_key: member.readOnlyKey,
      };
      t.diagnostic(`${await replayTranscript(text, server.url, known)} requests`);
    });
  }
}
