import { type Env, readList, readText } from './env.ts';

/** What the command line client takes from the environment; an option given with a command goes before it. */
export interface CliEnv {
  /** `TOUCHMARK_SERVER` */
  readonly server: string | null;
  /** `TOUCHMARK_API_KEY` */
  readonly apiKey: string | null;
  /** `TOUCHMARK_DATA`, where a sandbox leaves its addresses. */
  readonly dataFolder: string;
  /** `TOUCHMARK_CALENDAR_LOOKUPS`: calendars that may be asked besides the public ones. */
  readonly calendarLookups: readonly string[];
}

export function readCliEnv(env: Env): CliEnv {
  return {
    server: readText(env, 'TOUCHMARK_SERVER'),
    apiKey: readText(env, 'TOUCHMARK_API_KEY'),
    dataFolder: readText(env, 'TOUCHMARK_DATA') ?? '.touchmark',
    calendarLookups: readList(env, 'TOUCHMARK_CALENDAR_LOOKUPS') ?? [],
  };
}
