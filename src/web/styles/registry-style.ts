/** What pages about certificates and people add to the site's style. */
export const REGISTRY_STYLE = `
.certificate h1 { overflow-wrap: anywhere }
.state.large { font-size: 1.125rem; font-weight: 600 }
.hero-seal.revoked { filter: grayscale(1) opacity(.45) }
.hero-seal.pending { filter: opacity(.75) }
.timeline { margin: 0; padding: 0; list-style: none }
.timeline li { position: relative; display: grid; grid-template-columns: 2rem 1fr; gap: 0 1rem; padding-bottom: 1.5rem }
.timeline li:last-child { padding-bottom: 0 }
.timeline li:not(:last-child)::before { content: ""; position: absolute; left: calc(1rem - 1px); top: 2rem; bottom: 0; width: 2px; background: var(--line) }
.timeline li.done:not(:last-child)::before { background: var(--done) }
.timeline .mark { display: grid; place-items: center; width: 2rem; height: 2rem; border: 2px solid var(--edge); border-radius: 50%; background: var(--sheet); color: var(--soft); font-weight: 700; line-height: 1 }
.timeline .done .mark { border-color: var(--done); color: var(--done) }
.timeline .now .mark { border-color: var(--wait); color: var(--wait) }
.timeline .bad .mark { border-color: var(--danger); color: var(--danger) }
.timeline h3 { margin: .1rem 0 0 }
.timeline p { margin: 0 }
.timeline .when { color: var(--soft); font-size: .9375rem; font-variant-numeric: tabular-nums }
.timeline .later h3 { color: var(--soft) }
.chain { overflow-x: auto; margin: 0 0 1.25rem; padding: .5rem 0 }
.chain svg { display: block }
.chain .link { stroke: var(--edge); stroke-width: 2; fill: none }
.chain .tip { fill: var(--edge) }
.chain circle { fill: var(--sheet); stroke: var(--edge); stroke-width: 2 }
.chain text { fill: var(--text); font: 600 1.1rem var(--display) }
.chain .active circle { stroke: var(--done) }
.chain .revoked circle, .chain .cross { stroke: var(--danger); stroke-width: 2 }
.chain .superseded text { fill: var(--soft) }
.chain .this circle { stroke-width: 4 }
.chain .here { font: 400 .8125rem var(--body); fill: var(--soft) }
.versions { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line) }
.versions li { padding: .75rem 0; border-bottom: 1px solid var(--line) }
.versions p { margin: 0 }
.snippet { margin: 0 0 2rem }
.snippet p { margin: 0 0 .5rem }
.badge-shown img { display: block }
.entries { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line) }
.entries li { display: grid; gap: .2rem 1.5rem; padding: 1rem 0; border-bottom: 1px solid var(--line) }
.entries h2, .entries h3 { margin: 0; font-size: 1.2rem; overflow-wrap: anywhere }
.entries p { margin: 0 }
.filters { display: grid; gap: 1rem; align-items: end }
.filters .actions { margin: 0 }
.filters input, .filters select { height: 2.85rem }
.tabs { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0 0 1.5rem; padding: 0; list-style: none; border-bottom: 1px solid var(--line) }
.tabs a { display: block; padding: .65rem 0; text-decoration: none; border-bottom: 2px solid transparent }
.tabs a[aria-current] { color: var(--text); border-color: var(--accent) }
.monogram { display: grid; place-items: center; width: 5.5rem; height: 5.5rem; border-radius: 50%; border: 3px double var(--edge); background: var(--sheet); font: 600 2.4rem/1 var(--display); color: var(--accent) }
.person { display: grid; gap: 1.25rem; justify-items: start }
input[type=date], textarea { width: 100%; min-height: 2.75rem; padding: .55rem .7rem; color: inherit; background: var(--ground); border: 1px solid var(--edge); border-radius: 8px; font: inherit }
.columns { margin-top: 3.25rem }
@media (min-width: 60rem) {
  .columns { display: grid; grid-template-columns: 5fr 6fr; grid-template-rows: auto 1fr; gap: 0 4rem; align-items: start; margin-top: 4.5rem }
  .columns > section { margin: 0 0 2.5rem; min-width: 0 }
  .columns > section:first-child { grid-row: span 2 }
  .columns > section:nth-child(n + 2) { grid-column: 2 }
}
@media (min-width: 46rem) {
  .filters { grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)) }
  .filters .wide { grid-column: span 2 }
  .entries li { grid-template-columns: 1fr auto; align-items: center }
  .entries .wide { grid-column: 1 / -1 }
  .person { grid-template-columns: auto 1fr; align-items: center }
}
@media (forced-colors: active) { .chain circle, .chain .link { stroke: CanvasText } .tabs a[aria-current] { border-color: Highlight } }
@media print { .snippet, .badge-shown { display: none } .chain { overflow: visible } }
`;
