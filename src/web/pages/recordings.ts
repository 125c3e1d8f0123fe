import { type Html, html } from './html.ts';
import { renderDay } from './text.ts';

/** A certificate of a recording in a list. Epoch ms. */
export interface ListedRecording {
  readonly id: string;
  readonly title: string;
  readonly artist: { readonly handle: string; readonly displayName: string };
  readonly issuedAt: number;
  readonly isActive: boolean;
}

export function renderRecordings(recordings: readonly ListedRecording[]): Html {
  return html`<ul class="entries">
${recordings.map(
  ({ id, title, artist, issuedAt, isActive }) => html`<li><div><h3><a href="/cert/${id}"><bdi>${title}</bdi></a></h3>
<p class="hint">by <a href="/u/${artist.handle}"><bdi>${artist.displayName}</bdi></a>, ${renderDay(issuedAt)}</p></div>
<p class="state ${isActive ? 'good' : 'bad'}">${isActive ? 'Active' : 'Revoked'}</p></li>
`,
)}</ul>`;
}
