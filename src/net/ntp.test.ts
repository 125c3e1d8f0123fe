import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { after, test } from 'node:test';
import { measureOffset } from './ntp.ts';

const clock = { now: () => Date.now(), sleep: async () => {} };
const sockets: Socket[] = [];
after(() => {
  for (const socket of sockets) socket.close();
});

/** A time server whose clock is ahead by so many ms; `change` makes its answer a bad one. */
async function startServer(aheadMs: number, change: (answer: Buffer) => void = () => {}) {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (query, { port, address }) => {
    const answer = Buffer.alloc(48);
    answer[0] = 0x24;
    answer[1] = 2;
    query.copy(answer, 24, 40, 48);
    for (const at of [32, 40]) {
      const ms = Date.now() + aheadMs;
      answer.writeUInt32BE(Math.floor(ms / 1000) + 2_208_988_800, at);
      answer.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 2 ** 32), at + 4);
    }
    change(answer);
    socket.send(answer, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: socket.address().port };
}

const isAbout = (offset: number | null, ms: number) => assert.ok(Math.abs(offset! - ms) < 400, `${offset}`);

test('the offset is the middle of what a majority says', async () => {
  const servers = await Promise.all([startServer(5000), startServer(5010), startServer(-90_000)]);
  isAbout(await measureOffset(servers, clock), 5000);
});

test('without a majority nothing is said', async () => {
  assert.equal(await measureOffset(await Promise.all([startServer(0), startServer(9000)]), clock), null);
});

const BAD: Record<string, (answer: Buffer) => void> = {
  'a question that was not asked': (answer) => answer.fill(9, 24, 32),
  'a server that is not synchronised': (answer) => answer.writeUInt8(0xe4, 0),
  'a kiss of death': (answer) => answer.writeUInt8(0, 1),
  'another mode': (answer) => answer.writeUInt8(0x23, 0),
};
for (const [what, change] of Object.entries(BAD)) {
  test(`not believed: an answer of ${what}`, async () => {
    assert.equal(await measureOffset([await startServer(0, change)], clock), null);
  });
}
