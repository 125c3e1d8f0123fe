import { renderForm, renderHidden } from './form.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';
import { type PasswordChars, renderNewPassword } from './password.ts';

/** @param token From the mailed link; whoever has it sets the password. */
export function renderReset(token: string, passwordChars: PasswordChars): Page {
  return {
    title: 'Set a new password',
    body: html`<p>Afterwards every browser and program that is signed in to your account is signed out. Your API keys go on
working.</p>
${renderForm({
  id: 'reset',
  api: '/api/auth/reset-password',
  after: { goTo: '/account/sign-in?notice=password-set' },
  submit: 'Set the password',
  content: [
    renderNewPassword({ form: 'reset', name: 'newPassword', label: 'New password' }, passwordChars),
    renderHidden('token', token),
  ],
})}
<p><a href="/account/forgot">Ask for a new link</a></p>
`,
  };
}
