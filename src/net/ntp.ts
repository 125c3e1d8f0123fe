import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock } from '../base/clock.ts';

const TIMEOUT_MS = 3_000;
const PACKET_BYTES = 48;
/** Version 4, client. */
const CLIENT = 0x23;
const SERVER_MODE = 4;
/** From 1900 to 1970. */
const ERA_SECONDS = 2_208_988_800;
/** Answers that took longer say too little about when they were made. */
const ROUND_TRIP_MAX_MS = 1_500;
/** Two sources that differ by more do not agree. */
const AGREEMENT_MS = 500;

export interface NtpServer {
  readonly host: string;
  readonly port: number;
}

/**
 * How far the clock is behind a majority of servers, in ms: the middle of what they say (RFC 4330). Null when too few
 * answer or when they do not agree.
 */
export async function measureOffset(servers: readonly NtpServer[], clock: Clock): Promise<number | null> {
  const answers = await Promise.all(servers.map((server) => askServer(server, clock).catch(() => null)));
  const offsets = answers.filter((offset) => offset !== null).toSorted((one, other) => one - other);
  const middle = offsets[Math.floor(offsets.length / 2)];
  if (middle === undefined) return null;
  const agreeing = offsets.filter((offset) => Math.abs(offset - middle) <= AGREEMENT_MS);
  return agreeing.length * 2 > servers.length ? middle : null;
}

async function askServer({ host, port }: NtpServer, clock: Clock): Promise<number | null> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    socket.connect(port, host);
    await once(socket, 'connect', { signal });
    const query = Buffer.alloc(PACKET_BYTES);
    query[0] = CLIENT;
    // The answer repeats it: nobody who did not see the question can have made it.
    const cookie = randomBytes(8);
    cookie.copy(query, 40);
    const sentAt = clock.now();
    socket.send(query);
    const [answer] = (await once(socket, 'message', { signal })) as [Buffer];
    return readOffset(answer, cookie, sentAt, clock.now());
  } finally {
    socket.close();
  }
}

/** What an answer says, or null when it says nothing that can be believed. */
function readOffset(answer: Buffer, cookie: Buffer, sentAt: number, receivedAt: number): number | null {
  if (answer.length < PACKET_BYTES) return null;
  const first = answer[0]!;
  const stratum = answer[1]!;
  const isSynchronised = first >> 6 !== 3 && stratum >= 1 && stratum <= 15;
  if ((first & 7) !== SERVER_MODE || !isSynchronised || !answer.subarray(24, 32).equals(cookie)) return null;
  if (receivedAt - sentAt < 0 || receivedAt - sentAt > ROUND_TRIP_MAX_MS) return null;
  const serverReceived = readTime(answer, 32);
  const serverSent = readTime(answer, 40);
  return (serverReceived - sentAt + (serverSent - receivedAt)) / 2;
}

/** Epoch ms. Seconds begin anew in 2036 (RFC 4330 section 3): small ones are of the next era. */
function readTime(packet: Buffer, at: number): number {
  const seconds = packet.readUInt32BE(at);
  const era = seconds < 0x8000_0000 ? 2 ** 32 : 0;
  return (seconds + era - ERA_SECONDS) * 1000 + (packet.readUInt32BE(at + 4) * 1000) / 2 ** 32;
}
