import { renderDetails } from './details.ts';
import { renderField, renderForm, renderHidden } from './form.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';

/** What can be said above the form, by its name in the address. */
const NOTICES = {
  confirmed: 'Your e-mail address is confirmed. You can sign in now.',
  'link-ended': 'That link does not work any more. Below you can ask for a new one.',
  'password-set': 'Your new password is set. Sign in with it.',
  deleted: 'Your account is deleted.',
} as const;

export type Notice = keyof typeof NOTICES;

export function isNotice(text: string | null): text is Notice {
  return text !== null && Object.hasOwn(NOTICES, text);
}

/** Where links that confirm an address lead. */
export const CONFIRMED_PATH = '/account/sign-in?notice=confirmed';

/** @param next An own path, to go on to. */
export function renderSignIn({ next, notice }: { next: string; notice: Notice | null }): Page {
  return {
    title: 'Sign in',
    body: html`${notice === null ? null : html`<p class="notice" role="status">${NOTICES[notice]}</p>`}
${renderForm({
  id: 'sign-in',
  api: '/api/auth/sign-in/email',
  after: { goTo: next },
  submit: 'Sign in',
  content: [
    renderField({
      form: 'sign-in',
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      autocomplete: 'username',
      required: true,
      codes: ['INVALID_EMAIL'],
    }),
    renderField({
      form: 'sign-in',
      name: 'password',
      label: 'Password',
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      codes: ['INVALID_EMAIL_OR_PASSWORD'],
    }),
  ],
})}
<p><a href="/account/forgot">Forgot your password?</a></p>
<p>No account yet? <a href="/account/sign-up">Make one</a>.</p>
${renderDetails(
  'No mail to confirm your address?',
  renderForm({
    id: 'again',
    api: '/api/auth/send-verification-email',
    after: { say: 'If this address has an account that is not confirmed, a new mail is on its way.' },
    submit: 'Send it again',
    tone: 'quiet',
    content: [
      renderField({
        form: 'again',
        name: 'email',
        label: 'E-mail address',
        type: 'email',
        autocomplete: 'email',
        required: true,
        codes: ['INVALID_EMAIL', 'VALIDATION_ERROR'],
      }),
      renderHidden('callbackURL', CONFIRMED_PATH),
    ],
  }),
  notice === 'link-ended',
)}
`,
  };
}
