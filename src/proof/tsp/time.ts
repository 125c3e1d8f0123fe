import { malformed } from './der.ts';

/** DER: seconds always, a fraction without trailing zeros, UTC (X.690 section 11.7; RFC 3161 section 2.4.2). */
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/;
/** RFC 5280 section 4.1.2.5.1. */
const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Epoch ms, rounded down. Throws TspError. */
export function parseGeneralizedTime(content: Uint8Array): number {
  const match = GENERALIZED_TIME.exec(readAscii(content));
  if (match === null) throw malformed('a time');
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  return toEpochMs([year, month, day, hour, minute, second].map(Number)) + ms;
}

/** Epoch ms; the years are 1950 to 2049. Throws TspError. */
export function parseUtcTime(content: Uint8Array): number {
  const match = UTC_TIME.exec(readAscii(content));
  if (match === null) throw malformed('a time');
  const [year, ...rest] = match.slice(1).map(Number);
  return toEpochMs([year! + (year! < 50 ? 2000 : 1900), ...rest]);
}

/** `YYYYMMDDhhmmssZ` of a whole second from year 0 to 9999. */
export function formatGeneralizedTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
}

/** Refuses days and times that do not exist; a leap second is one of them for JavaScript and most authorities. */
function toEpochMs([year, month, day, hour, minute, second]: number[]): number {
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day);
  date.setUTCHours(hour!, minute, second);
  const isReal =
    date.getUTCMonth() === month! - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  if (!isReal) throw malformed('a moment that does not exist');
  return date.getTime();
}

function readAscii(content: Uint8Array): string {
  return content.length > 32 ? '' : String.fromCharCode(...content);
}
