import type { PublicArtist } from '../../core/registry/artist.ts';
import { REGISTRY_STYLE_ASSET } from '../site-assets.ts';
import { html } from './html.ts';
import { renderOlderButton } from './older.ts';
import { type ListedRecording, renderRecordings } from './recordings.ts';
import type { SitePage } from './site-layout.ts';
import { countOf, renderDay } from './text.ts';

export interface ArtistView {
  readonly artist: PublicArtist;
  /** Newest first. */
  readonly recordings: readonly ListedRecording[];
  /** The address of the next page. */
  readonly older: string | null;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

/** `GET /u/{handle}` */
export function renderArtist({ artist, recordings, older, publicUrl }: ArtistView): SitePage {
  const { handle, displayName, bio, location, verifiedAt, certificateCount } = artist;
  const address = `${publicUrl}/u/${handle}`;
  const count = countOf(certificateCount, 'certificate');
  const description = `${displayName} has ${count} at this registry.`;
  return {
    title: displayName,
    // An account that was never reviewed is nobody's business but its visitors'.
    description: verifiedAt === null ? null : description,
    section: '/registry',
    scripts: [],
    head: html`<link rel="canonical" href="${address}">
<link rel="stylesheet" href="${REGISTRY_STYLE_ASSET.path}">
<meta property="og:type" content="profile">
<meta property="og:site_name" content="Touchmark">
<meta property="og:title" content="${displayName}">
<meta property="og:description" content="${description}">
<meta property="og:url" content="${address}">`,
    body: html`<section class="person" aria-labelledby="title">
<div class="monogram" aria-hidden="true">${initialOf(displayName)}</div>
<div class="measure">
<p class="eyebrow">${verifiedAt === null ? 'Profile' : 'Artist'}</p>
<h1 id="title"><bdi>${displayName}</bdi></h1>
<p class="lead">@${handle}${location === null ? null : html`, <bdi>${location}</bdi>`}</p>
${
  verifiedAt === null
    ? html`<p class="state waiting">No certificate was issued so far</p>`
    : html`<p class="state good">${count}; the first one on ${renderDay(verifiedAt)}</p>`
}
</div>
</section>
${bio === null || bio === '' ? null : html`<section class="measure" aria-label="About"><p><bdi>${bio}</bdi></p></section>`}
<section aria-labelledby="recordings-title">
<h2 id="recordings-title">Recordings</h2>
${recordings.length === 0 ? html`<p>There are none.</p>` : renderRecordings(recordings)}
${renderOlderButton(older)}
</section>
`,
  };
}

function initialOf(name: string): string {
  const [first] = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(name);
  return first?.segment.toUpperCase() ?? '';
}
