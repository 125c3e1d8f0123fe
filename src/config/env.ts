import { CodedError } from '../base/coded-error.ts';

/** Environment variables as they came; nothing is decided here. */
export type Env = Readonly<Record<string, string | undefined>>;

export class ConfigError extends CodedError<'bad-config'> {}

/** The variables of this process. Nothing outside this folder reads them. */
export function readEnv(): Env {
  return process.env;
}

export function readText(env: Env, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

/** Errors: `bad-config` when the value is not a whole number in [min, max]. */
export function readInteger(env: Env, name: string, fallback: number, min: number, max: number): number {
  const text = readText(env, name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new ConfigError('bad-config', `${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/** Comma-separated items, spaces around them dropped. */
export function readList(env: Env, name: string): string[] | null {
  return (
    readText(env, name)
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '') ?? null
  );
}

export function readChoice<Choice extends string>(
  env: Env,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const text = readText(env, name) ?? fallback;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new ConfigError('bad-config', `${name} must be one of ${choices.join(', ')}, not "${text}"`);
  }
  return choice;
}

/** An http or https address without a trailing slash. It may hold a password, so the error does not repeat it. */
export function parseHttpUrl(name: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError('bad-config', `${name} must be an http or https address`);
  }
  return text.replace(/\/+$/, '');
}

/** The same, of what is logged and shown to others: without user, password, query and fragment. */
export function parsePublicUrl(name: string, text: string): string {
  const address = parseHttpUrl(name, text);
  const { username, password, search, hash } = new URL(address);
  if (username + password + search + hash !== '') {
    throw new ConfigError('bad-config', `${name} takes addresses without user, password, query or fragment`);
  }
  return address;
}
