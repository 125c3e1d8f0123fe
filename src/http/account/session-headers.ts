import type { SessionHeaders } from '../../core/account/account.ts';

/**
 * What of a request names a session. An Authorization header stands alone: a cookie beside it does not count, so that
 * one request never speaks for two accounts.
 */
export function pickSessionHeaders(headers: SessionHeaders): Headers {
  const picked = new Headers();
  const { authorization, cookie } = headers;
  if (typeof authorization === 'string') picked.set('authorization', authorization);
  else if (typeof cookie === 'string') picked.set('cookie', cookie);
  return picked;
}
