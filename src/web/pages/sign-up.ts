import { renderField, renderForm, renderHidden } from './form.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';
import { type PasswordChars, renderNewPassword } from './password.ts';
import { CONFIRMED_PATH } from './sign-in.ts';

export function renderSignUp(passwordChars: PasswordChars): Page {
  return {
    title: 'Make an account',
    body: html`<p>With an account you make API keys, buy receipts and find what you anchored again. Your files stay with you:
only their fingerprints are ever sent.</p>
${renderForm({
  id: 'sign-up',
  api: '/api/auth/sign-up/email',
  after: { say: 'Look into your mail: the link in it confirms your address. It works for an hour.' },
  submit: 'Make the account',
  content: [
    renderField({
      form: 'sign-up',
      name: 'name',
      label: 'Name',
      hint: 'What others see. You can change it later.',
      autocomplete: 'name',
      required: true,
      maxLength: 80,
      codes: ['INVALID_DISPLAY_NAME'],
    }),
    renderField({
      form: 'sign-up',
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      autocomplete: 'username',
      required: true,
      maxLength: 254,
      codes: ['INVALID_EMAIL', 'VALIDATION_ERROR'],
    }),
    renderNewPassword({ form: 'sign-up', name: 'password', label: 'Password' }, passwordChars),
    renderHidden('callbackURL', CONFIRMED_PATH),
  ],
})}
<p>Have an account already? <a href="/account/sign-in">Sign in</a>.</p>
`,
  };
}
