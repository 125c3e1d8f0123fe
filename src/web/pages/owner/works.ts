import { encodeHex } from '../../../base/hex.ts';
import type { Certified } from '../../../core/works/certifier.ts';
import { NAME_MAX_CHARS, TITLE_MAX_CHARS } from '../../../core/works/check-registration.ts';
import { OWNERSHIP_TYPES, PRIVACY_LEVELS, type PrivacyLevel, WORK_TYPES } from '../../../core/works/work.ts';
import { OWNERSHIP_WORDS, WORK_TYPE_WORDS } from '../../registry/certificate-words.ts';
import { renderDetails } from '../details.ts';
import { renderField, renderForm, renderHidden, renderSelect } from '../form.ts';
import { type Content, type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { renderMinute } from '../text.ts';

const PRIVACY_WORDS: Readonly<Record<PrivacyLevel, string>> = {
  public: 'public: title and author are shown',
  anonymous: 'anonymous: listed, and the author is not shown',
  private: 'private: in no list; neither title nor author is shown',
};

export interface WorksView {
  /** Newest first, with nothing redacted: they are one's own. */
  readonly works: readonly Certified[];
  readonly older: string | null;
}

/** `GET /account/works` */
export function renderWorks({ works, older }: WorksView): Page {
  return {
    title: 'Works',
    body: html`<p>Files that you had certified, newest first, with everything you gave. Times are UTC.</p>
<p><a class="button" href="/account/works/new">Certify a work</a></p>
${works.length === 0 ? html`<p>None so far.</p>` : null}
<ul class="cards">
${works.map(
  (certified) => html`<li>${renderWork(certified)}</li>
`,
)}</ul>
${renderOlder(older)}
`,
  };
}

function renderWork({ version, certificate }: Certified): Html {
  const { certId, workId, title, author, hash, privacy } = version;
  const isActive = certificate.status === 'active';
  return html`<h2><a href="/cert/${certId}"><bdi>${title.value}</bdi></a></h2>
<p>${author === null ? 'The author was erased' : html`by <bdi>${author.value.first_name} ${author.value.last_name}</bdi>`}</p>
<p class="state ${isActive ? 'good' : 'bad'}">${isActive ? 'Active' : 'Revoked'}</p>
<p class="hint">Version ${version.version}, ${WORK_TYPE_WORDS[version.workType].toLowerCase()}, ${privacy}, ${renderMinute(version.issuedAt)}</p>
<p><code class="break">${encodeHex(hash)}</code></p>
<p class="actions"><a class="button quiet" href="${`/account/works/new?work_id=${workId}`}">Certify the next version</a>
<a class="button quiet" href="/cert/${certId}/certificate.pdf">PDF</a>
<a class="button quiet" href="/cert/${certId}/proof-bundle.zip">Proof bundle</a></p>
${renderDetails(
  html`Manage <span class="hidden">${title.value}</span>`,
  html`${renderPrivacy(certId, privacy)}
${
  author === null
    ? null
    : renderForm({
        id: `erase-${certId}`,
        method: 'PATCH',
        api: `/api/v1/certs/${certId}`,
        submit: 'Erase the author',
        tone: 'danger',
        content: [
          html`<p>Of all versions and for good: nobody can be shown any more whom they name. The certificates stay valid.</p>`,
          renderHidden('erase_author', true),
        ],
      })
}
${
  isActive
    ? renderForm({
        id: `revoke-${certId}`,
        api: `/api/v1/certs/${certId}/revoke`,
        submit: 'Revoke the certificate',
        tone: 'danger',
        content: html`<p>There is no way back. You can certify the same file again.</p>`,
      })
    : null
}`,
)}`;
}

/** Only towards more privacy: what was public was seen. */
function renderPrivacy(certId: string, privacy: PrivacyLevel): Content {
  const levels = PRIVACY_LEVELS.slice(PRIVACY_LEVELS.indexOf(privacy) + 1);
  const form = `privacy-${certId}`;
  if (levels.length === 0) return null;
  return renderForm({
    id: form,
    method: 'PATCH',
    api: `/api/v1/certs/${certId}`,
    submit: 'Show less',
    tone: 'quiet',
    content: renderSelect(
      { form, name: 'privacy_level', label: 'All versions become' },
      levels.map((level) => ({ value: level, label: PRIVACY_WORDS[level] })),
    ),
  });
}

export interface NewWorkView {
  readonly script: string;
  readonly hashWorker: string;
  /** The version before, of which this is the next; null for a new work. */
  readonly previous: Certified | null;
}

const form = 'certify';

/** `GET /account/works/new` */
export function renderNewWork({ script, hashWorker, previous }: NewWorkView): Page {
  const before = previous?.version ?? null;
  const author = before?.author?.value ?? null;
  return {
    title: before === null ? 'Certify a work' : 'Certify the next version',
    scripts: [script],
    body: html`${
      before === null
        ? html`<p>The file stays on your device: your browser makes its fingerprint, and only that is sent.</p>`
        : html`<p>The next version of <a href="/cert/${before.certId}"><bdi>${before.title.value}</bdi></a>. The file stays on your device.</p>`
    }
${renderForm({
  id: form,
  api: '/api/v1/certify',
  byToken: true,
  after: { goTo: '/cert/', append: 'cert_id' },
  submit: 'Certify',
  content: [
    renderFileChoice({ form, into: 'hash', hashWorker }),
    renderField({
      form,
      name: 'hash',
      label: 'SHA-256 of the file',
      hint: 'Filled in when you choose the file; or what sha256sum says.',
      autocomplete: 'off',
      required: true,
      minLength: 64,
      maxLength: 64,
    }),
    renderField({
      form,
      name: 'title',
      label: 'Title',
      value: before?.title.value ?? null,
      required: true,
      maxLength: TITLE_MAX_CHARS,
    }),
    renderField({
      form,
      name: 'author_first_name',
      label: 'Author’s first name',
      value: author?.first_name ?? null,
      required: true,
      maxLength: NAME_MAX_CHARS,
    }),
    renderField({
      form,
      name: 'author_last_name',
      label: 'Author’s last name',
      value: author?.last_name ?? null,
      required: true,
      maxLength: NAME_MAX_CHARS,
    }),
    renderField({
      form,
      name: 'author_country',
      label: 'Author’s country',
      hint: 'Two letters, such as IE. Optional.',
      value: author?.country ?? null,
      maxLength: 2,
      whenEmpty: 'omit',
    }),
    renderSelect(
      { form, name: 'work_type', label: 'Kind', value: before?.workType ?? null },
      WORK_TYPES.map((type) => ({ value: type, label: WORK_TYPE_WORDS[type] })),
    ),
    renderField({
      form,
      name: 'source_language',
      label: 'Language',
      hint: 'Two letters, such as en. Optional.',
      value: before?.sourceLanguage ?? null,
      maxLength: 2,
      whenEmpty: 'omit',
    }),
    renderField({
      form,
      name: 'creation_date',
      label: 'Made on',
      hint: 'Optional.',
      type: 'date',
      whenEmpty: 'omit',
    }),
    renderSelect(
      {
        form,
        name: 'privacy_level',
        label: 'Who sees what',
        hint: 'It can become more private later, and never less.',
        value: before?.privacy ?? null,
      },
      PRIVACY_LEVELS.map((level) => ({ value: level, label: PRIVACY_WORDS[level] })),
    ),
    renderSelect(
      { form, name: 'ownership_type', label: 'Ownership', value: before?.ownership ?? null },
      OWNERSHIP_TYPES.map((type) => ({ value: type, label: OWNERSHIP_WORDS[type] })),
    ),
    before === null ? null : renderHidden('work_id', before.workId),
  ],
})}
`,
  };
}

/** A choice of a file whose digest a script puts into the field `into`; without the script there is none. */
export function renderFileChoice(choice: {
  readonly form: string;
  readonly into: string;
  readonly hashWorker: string;
  /** Where prints of its sound are made, which go into fields of the form as well. */
  readonly printWorker?: string;
}): Html {
  const { form, into, hashWorker, printWorker } = choice;
  const id = `${form}-file`;
  return html`<div class="field" data-file-into="${form}-${into}" data-hash-worker="${hashWorker}" ${
    printWorker === undefined ? null : html`data-print-worker="${printWorker}"`
  } hidden>
<label for="${id}">File</label>
<input type="file" id="${id}" aria-describedby="${id}-status">
<p class="hint" id="${id}-status" role="status">It is read on this device only.</p>
</div>
`;
}
