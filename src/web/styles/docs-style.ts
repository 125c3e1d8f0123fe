/** What pages of the documentation add to the site's style. */
export const DOCS_STYLE = `
.docs-nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 2rem; padding: 0 0 1rem; list-style: none; border-bottom: 1px solid var(--line); font-size: .9375rem }
.docs-nav a { display: inline-block; padding: .35rem 0 }
.docs-nav a[aria-current] { color: var(--text); font-weight: 600; text-decoration: none }
.guide { max-width: 56rem }
.guide > :is(p, ul, ol) { max-width: 44rem }
.guide h2 { margin-top: 2.5rem }
.guide table { margin-bottom: 1rem }
.guide li { margin-bottom: .35rem }
.code-block { margin: 0 0 1rem }
.code-block figcaption { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 2.5rem; color: var(--soft); font-size: .9375rem }
.code-block button { min-height: 2.25rem; padding: .25rem .8rem; font-size: .9375rem }
.operation { margin-bottom: .5rem; border-bottom: 1px solid var(--line) }
.operation > summary { display: block; padding: .55rem 0; font-weight: 400; color: var(--text) }
.operation > summary code { color: var(--accent) }
.operation > summary span { display: block; color: var(--soft); font-size: .9375rem }
.operation h3 { margin-top: 1.25rem }
.operation pre { max-height: 24rem; overflow: auto }
.try textarea { width: 100%; padding: .55rem .7rem; color: inherit; background: var(--ground); border: 1px solid var(--edge); border-radius: 8px; font: .9rem/1.5 var(--mono) }
.try button { margin-bottom: 1rem }
`;
