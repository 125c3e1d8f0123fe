import type { Mail } from './account.ts';

/** Nothing a stranger typed is in a mail but addresses: nobody can make this server say something to somebody. */
const SIGNATURE = '\n\nYou do not need to answer this mail.\n';

export function composeVerification(to: string, link: string): Mail {
  return compose(
    to,
    'Confirm your e-mail address',
    `Somebody, hopefully you, gave this address to Touchmark. Open this link to confirm that it is yours:

${link}

It works for an hour. If it was not you, do nothing: without the link the address stays unconfirmed.`,
  );
}

/** In place of the mail above, when the address has an account; whoever asked for it was told nothing of it. */
export function composeAlreadyTaken(to: string, link: string): Mail {
  return compose(
    to,
    'You already have an account',
    `Somebody, hopefully you, gave this address to Touchmark for an account, but it has one already. Nothing was changed.

Sign in with it, or, if you forgot the password or never chose one, set a new one here:

${link}`,
  );
}

export function composeReset(to: string, link: string): Mail {
  return compose(
    to,
    'Set a new password',
    `Somebody, hopefully you, asked Touchmark for a new password for this address. Open this link to set one:

${link}

It works once, within an hour. If it was not you, do nothing: the password stays as it is.`,
  );
}

/** To the address an account has, before the new one is asked. */
export function composeChangeOfAddress(to: string, newAddress: string, link: string): Mail {
  return compose(
    to,
    'Allow a change of your e-mail address',
    `Somebody who is signed in to your Touchmark account asked to change its e-mail address to ${newAddress}. Open this
link to allow it; the new address is asked to confirm afterwards:

${link}

It works for an hour. If it was not you, do not open it, and set a new password.`,
  );
}

function compose(to: string, subject: string, text: string): Mail {
  return { to, subject, text: text + SIGNATURE };
}
