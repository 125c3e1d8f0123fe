import type { Account } from '../../core/account/account.ts';
import {
  AVATAR_URL_MAX_CHARS,
  BIO_MAX_CHARS,
  DISPLAY_NAME_MAX_CHARS,
  LOCATION_MAX_CHARS,
  type Profile,
} from '../../core/account/profile.ts';
import { renderDetails } from './details.ts';
import { renderField, renderForm, renderHidden, renderTextArea } from './form.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { type PasswordChars, renderNewPassword, renderPresentPassword, renderWhose } from './password.ts';
import { type ListedSession, renderSessions } from './sessions.ts';
import { renderDay } from './text.ts';

export interface ProfileView {
  readonly account: Account;
  readonly profile: Profile;
  readonly passwordChars: PasswordChars;
  /** Null when they cannot be had. */
  readonly sessions: readonly ListedSession[] | null;
  /** What became of a mailed link that led here; null when none did. */
  readonly link: 'opened' | 'ended' | null;
}

const LINK_NOTICES = {
  opened: 'Your link has worked. The address changes once the links in both mails were opened.',
  ended: 'That link does not work any more: links work for an hour. Nothing was changed.',
} as const;

/** Where links that change the address lead. */
const LINK_OPENED_PATH = '/account/profile?link=opened';

/** `GET /account/profile` */
export function renderProfile({ account, profile, passwordChars, sessions, link }: ProfileView): Page {
  return {
    title: 'Profile',
    body: html`${link === null ? null : html`<p class="notice" role="status">${LINK_NOTICES[link]}</p>`}
<p>${account.email}, here since ${renderDay(account.createdAt)}${
      account.role === 'operator' ? ', operator of this server' : null
    }.</p>
<section aria-labelledby="profile-title">
<h2 id="profile-title">Profile</h2>
${renderProfileForm(profile)}
</section>
<section aria-labelledby="security-title">
<h2 id="security-title">Signing in</h2>
<h3>Where you are signed in</h3>
${sessions === null ? html`<p>They cannot be shown now.</p>` : renderSessions(sessions)}
${renderForm({
  id: 'sign-out-others',
  api: '/api/auth/revoke-other-sessions',
  after: { say: 'Signed out everywhere but here.' },
  submit: 'Sign out everywhere else',
  tone: 'quiet',
})}
${renderDetails(
  'Change the password',
  renderForm({
    id: 'password',
    api: '/api/auth/change-password',
    after: { say: 'Your new password is set. Other browsers and programs are signed out.' },
    submit: 'Set the password',
    content: [
      renderWhose(account.email),
      renderPresentPassword({ form: 'password', name: 'currentPassword', label: 'Present password' }),
      renderNewPassword({ form: 'password', name: 'newPassword', label: 'New password' }, passwordChars),
      renderHidden('revokeOtherSessions', true),
    ],
  }),
)}
${renderDetails(
  'Change the e-mail address',
  html`<p>We ask at ${account.email} first, then at the new address. Until both links were opened nothing changes.</p>
${renderForm({
  id: 'email',
  api: '/api/auth/change-email',
  after: { say: 'Look into your mail at the present address.' },
  submit: 'Change the address',
  content: [
    renderField({
      form: 'email',
      name: 'newEmail',
      label: 'New e-mail address',
      type: 'email',
      autocomplete: 'email',
      required: true,
      maxLength: 254,
      codes: ['INVALID_EMAIL', 'VALIDATION_ERROR'],
    }),
    renderHidden('callbackURL', LINK_OPENED_PATH),
  ],
})}
`,
)}
${renderDetails(
  'Delete the account',
  html`<p>Your profile goes, and your keys stop working at once. Receipts and their proofs stay, since others may rely on them.
Tokens of packs go on working; other credits are lost. This cannot be undone.</p>
${renderForm({
  id: 'delete',
  api: '/api/auth/delete-user',
  after: { goTo: '/account/sign-in?notice=deleted' },
  submit: 'Delete my account',
  tone: 'danger',
  content: [
    renderWhose(account.email),
    renderPresentPassword({ form: 'delete', name: 'password', label: 'Your password' }),
  ],
})}
`,
)}
</section>
`,
  };
}

function renderProfileForm({ displayName, handle, bio, location, avatarUrl }: Profile): Html {
  const form = 'profile';
  return renderForm({
    id: form,
    api: '/api/account/profile',
    method: 'PUT',
    after: { say: 'Saved.' },
    submit: 'Save',
    content: [
      renderField({
        form,
        name: 'display_name',
        label: 'Name',
        value: displayName,
        autocomplete: 'name',
        required: true,
        maxLength: DISPLAY_NAME_MAX_CHARS,
        codes: ['INVALID_DISPLAY_NAME'],
      }),
      renderField({
        form,
        name: 'handle',
        label: 'Handle',
        hint: 'Your short name in addresses: 3 to 30 letters and digits, hyphens between. Optional.',
        value: handle,
        autocomplete: 'nickname',
        maxLength: 30,
        whenEmpty: 'null',
        codes: ['INVALID_HANDLE', 'HANDLE_TAKEN'],
      }),
      renderTextArea({
        form,
        name: 'bio',
        label: 'About you',
        hint: 'Optional.',
        value: bio,
        maxLength: BIO_MAX_CHARS,
        whenEmpty: 'null',
        codes: ['INVALID_BIO'],
      }),
      renderField({
        form,
        name: 'location',
        label: 'Place',
        hint: 'Optional.',
        value: location,
        maxLength: LOCATION_MAX_CHARS,
        whenEmpty: 'null',
        codes: ['INVALID_LOCATION'],
      }),
      renderField({
        form,
        name: 'avatar_url',
        label: 'Address of a picture',
        hint: 'Begins with https://. Optional.',
        value: avatarUrl,
        type: 'url',
        maxLength: AVATAR_URL_MAX_CHARS,
        whenEmpty: 'null',
        codes: ['INVALID_AVATAR_URL'],
      }),
    ],
  });
}
