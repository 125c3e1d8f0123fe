import { WORK_TYPES, type WorkType } from '../../core/works/work.ts';
import { WORK_TYPE_WORDS } from '../registry/certificate-words.ts';
import { REGISTRY_STYLE_ASSET } from '../site-assets.ts';
import { type Content, type Html, html } from './html.ts';
import { renderOlderButton } from './older.ts';
import { type ListedRecording, renderRecordings } from './recordings.ts';
import type { SitePage } from './site-layout.ts';
import { formatNumber, renderDay } from './text.ts';

/** A version of a work in the list; what is redacted is null. Epoch ms. */
export interface ListedWork {
  readonly id: string;
  readonly title: string | null;
  readonly author: string | null;
  readonly workType: WorkType;
  readonly version: number;
  readonly registeredAt: number;
  readonly isActive: boolean;
}

/** As it was typed. */
export interface WorkFilters {
  readonly q: string;
  readonly work_type: string;
  readonly date_from: string;
  readonly date_to: string;
}

export interface WorksView {
  readonly filters: WorkFilters;
  /** What is wrong with what was typed. */
  readonly problems: readonly string[];
  readonly works: readonly ListedWork[];
  readonly total: number;
  readonly isTotalExact: boolean;
  readonly older: string | null;
}

export interface RecordingsView {
  /** As it was typed. */
  readonly q: string;
  readonly recordings: readonly ListedRecording[];
  readonly older: string | null;
}

/** `GET /registry` */
export function renderWorks({ filters, problems, works, total, isTotalExact, older }: WorksView): SitePage {
  const isFiltered = Object.values(filters).some((value) => value !== '');
  const count = `${isTotalExact ? '' : 'more than '}${formatNumber(total)} ${total === 1 ? 'certificate' : 'certificates'}`;
  return {
    ...describePage('Works', isFiltered),
    body: html`${renderHead('/registry')}
<section aria-label="Search">
<form method="get" action="/registry" class="filters sheet" role="search">
<div class="wide"><label for="q">Author’s name, or a SHA-256</label>
<input type="search" id="q" name="q" value="${filters.q}" maxlength="200" autocomplete="off" spellcheck="false"></div>
<div><label for="work_type">Kind</label><select id="work_type" name="work_type"><option value="">All</option>
${WORK_TYPES.map(
  (type) =>
    html`<option value="${type}" ${type === filters.work_type ? html`selected` : null}>${WORK_TYPE_WORDS[type]}</option>`,
)}</select></div>
<div><label for="date_from">From</label><input type="date" id="date_from" name="date_from" value="${filters.date_from}"></div>
<div><label for="date_to">To</label><input type="date" id="date_to" name="date_to" value="${filters.date_to}"></div>
<p class="actions"><button type="submit">Search</button>${
      isFiltered ? html` <a class="button quiet" href="/registry">Show all</a>` : null
    }</p>
</form>
${
  problems.length === 0
    ? null
    : html`<div class="notice bad" role="alert">${problems.map((problem) => html`<p>${problem}</p>`)}</div>`
}
</section>
<section aria-labelledby="results-title">
<h2 id="results-title">${works.length === 0 ? 'Nothing found' : isFiltered ? `Found ${count}` : count}</h2>
${
  works.length === 0 && problems.length === 0
    ? html`<p>${
        isFiltered
          ? 'Names of authors who chose not to be named are not searched, and private works are in no list.'
          : 'No work is registered yet.'
      }</p>`
    : null
}
<ul class="entries">
${works.map(
  (work) => html`<li>${renderWork(work)}</li>
`,
)}</ul>
${renderOlderButton(older)}
</section>
`,
  };
}

function renderWork({ id, title, author, workType, version, registeredAt, isActive }: ListedWork): Html {
  return html`<div><h3><a href="/cert/${id}"><bdi>${title ?? 'Untitled'}</bdi></a></h3>
<p class="hint">${author === null ? 'by an author who is not named' : html`by <bdi>${author}</bdi>`},
${WORK_TYPE_WORDS[workType].toLowerCase()}, ${version > 1 ? `version ${version}, ` : null}${renderDay(registeredAt)}</p></div>
<p class="state ${isActive ? 'good' : 'bad'}">${isActive ? 'Active' : 'Revoked'}</p>`;
}

/** `GET /registry/recordings` */
export function renderRecordingsList({ q, recordings, older }: RecordingsView): SitePage {
  return {
    ...describePage('Recordings', q !== ''),
    body: html`${renderHead('/registry/recordings')}
<section aria-label="Search">
<form method="get" action="/registry/recordings" class="filters sheet" role="search">
<div class="wide"><label for="q">Title starts with, or a SHA-256</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" autocomplete="off" spellcheck="false"></div>
<p class="actions"><button type="submit">Search</button>${
      q === '' ? null : html` <a class="button quiet" href="/registry/recordings">Show all</a>`
    }</p>
</form>
</section>
<section aria-labelledby="results-title">
<h2 id="results-title">${recordings.length === 0 ? 'Nothing found' : 'Newest first'}</h2>
${recordings.length === 0 ? html`<p>No active certificate has a title that starts so.</p>` : renderRecordings(recordings)}
${renderOlderButton(older)}
</section>
`,
  };
}

function describePage(title: string, isFiltered: boolean): Omit<SitePage, 'body'> {
  return {
    title: `Registry: ${title.toLowerCase()}`,
    // Search engines get the registry, not what somebody looked for in it.
    description: isFiltered ? null : 'Works and recordings with a certificate that anybody can check.',
    section: '/registry',
    scripts: [],
    head: html`<link rel="stylesheet" href="${REGISTRY_STYLE_ASSET.path}">`,
  };
}

const TABS = [
  ['/registry', 'Works'],
  ['/registry/recordings', 'Recordings'],
] as const;

function renderHead(current: string): Content {
  return html`<section class="measure" aria-labelledby="title">
<p class="eyebrow">Public record</p>
<h1 id="title">Registry</h1>
<p class="lead">What was certified here, and may be seen by everybody.</p>
</section>
<nav aria-label="Registry"><ul class="tabs">
${TABS.map(
  ([path, name]) =>
    html`<li><a href="${path}" ${path === current ? html`aria-current="page"` : null}>${name}</a></li>
`,
)}</ul></nav>`;
}
