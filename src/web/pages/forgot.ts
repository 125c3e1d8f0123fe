import { renderField, renderForm, renderHidden } from './form.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';

export function renderForgot({ linkEnded }: { linkEnded: boolean }): Page {
  return {
    title: 'Set a new password',
    body: html`${
      linkEnded
        ? html`<p class="notice" role="status">That link does not work any more: links work once, within an hour.</p>`
        : null
    }
<p>Give the e-mail address of your account. We send a link to it with which you set a new password.</p>
${renderForm({
  id: 'forgot',
  api: '/api/auth/request-password-reset',
  after: { say: 'If this address has an account, a mail with a link is on its way.' },
  submit: 'Send the link',
  content: [
    renderField({
      form: 'forgot',
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      autocomplete: 'username',
      required: true,
      codes: ['INVALID_EMAIL', 'VALIDATION_ERROR'],
    }),
    renderHidden('redirectTo', '/account/reset'),
  ],
})}
<p><a href="/account/sign-in">Back to signing in</a></p>
`,
  };
}
