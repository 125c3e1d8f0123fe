import { type Field, renderField } from './form.ts';
import { type Html, html } from './html.ts';

/** How long a password is, in UTF-16 units, which is what browsers count. */
export interface PasswordChars {
  readonly min: number;
  readonly max: number;
}

export function renderNewPassword(field: Pick<Field, 'form' | 'name' | 'label'>, { min, max }: PasswordChars): Html {
  return renderField({
    ...field,
    type: 'password',
    hint: `At least ${min} characters. A few unrelated words make a good one.`,
    autocomplete: 'new-password',
    required: true,
    minLength: min,
    maxLength: max,
    codes: ['PASSWORD_TOO_SHORT', 'PASSWORD_TOO_LONG'],
  });
}

/** The password that an account has, asked for before something grave. */
export function renderPresentPassword(field: Pick<Field, 'form' | 'name' | 'label'>): Html {
  return renderField({
    ...field,
    type: 'password',
    autocomplete: 'current-password',
    required: true,
    codes: ['INVALID_PASSWORD'],
  });
}

/** Tells a password manager whose password is asked for. It is not sent. */
export function renderWhose(email: string): Html {
  return html`<input type="text" value="${email}" autocomplete="username" hidden>`;
}
