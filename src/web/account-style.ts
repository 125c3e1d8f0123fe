import { TOKENS } from './styles/tokens.ts';

export const ACCOUNT_STYLE = `${TOKENS}
*, ::before, ::after { box-sizing: border-box }
[hidden] { display: none !important }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { margin: 0; color: var(--text); background: var(--ground); font: 1rem/1.55 var(--body); overflow-wrap: break-word }
header, main { max-width: 56rem; margin: 0 auto; padding: 0 1rem }
.narrow header, .narrow main { max-width: 30rem }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding-top: 1rem }
header p { margin: 0 }
header nav { flex-basis: 100%; border-bottom: 1px solid var(--line) }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0; padding: 0; list-style: none }
nav a { display: block; padding: .6rem 0; color: var(--text); text-decoration: none; border-bottom: 3px solid transparent }
nav a:hover { border-color: var(--edge) }
nav a[aria-current] { font-weight: 600; border-color: var(--accent) }
.brand a { display: inline-flex; align-items: center; gap: .6rem; color: inherit; font: 600 1.25rem/1 var(--display); text-decoration: none }
.brand svg { width: 2rem; height: 2rem }
.who { flex: 1; min-width: 0; color: var(--soft); text-align: right; overflow-wrap: anywhere }
main { padding-top: 1.5rem; padding-bottom: 4rem }
main:focus { outline: none }
h1, h2 { font-family: var(--display); font-weight: 600 }
h1 { margin: 0 0 1rem; font-size: 2rem; line-height: 1.2 }
h2 { margin: 0 0 .75rem; font-size: 1.2rem; line-height: 1.3 }
h3 { margin: 0 0 .25rem; font-size: 1.05rem; line-height: 1.3 }
p { margin: 0 0 1rem }
a { color: var(--accent); text-underline-offset: .15em }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px }
.skip { position: absolute; left: -100vw; padding: .75rem 1rem; background: var(--sheet) }
.skip:focus { left: 0; top: 0; z-index: 1 }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
main section, .cards > li, main > form, main > details { padding: 1.25rem; margin: 0 0 1.25rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px }
main section .cards > li { background: none }
main section > :last-child, .cards > li > :last-child, main section .cards > :last-child, .notice > :last-child { margin-bottom: 0 }
.cards { margin: 0; padding: 0; list-style: none }
.notice, main section.notice { padding: 1rem 1.25rem; margin: 0 0 1.25rem; background: var(--notice); border: 1px solid var(--accent); border-radius: 8px }
.field { margin: 0 0 1rem; max-width: 32rem }
label { display: block; margin-bottom: .25rem; font-weight: 600 }
input, select, textarea { width: 100%; padding: .55rem .7rem; color: inherit; background: var(--ground); border: 1px solid var(--edge); border-radius: 6px; font: inherit }
input, select { min-height: 2.75rem }
[aria-invalid=true] { border-color: var(--danger); box-shadow: 0 0 0 1px var(--danger) }
fieldset { margin: 0 0 1rem; padding: 0; border: 0 }
legend { padding: 0; margin-bottom: .25rem; font-weight: 600 }
.check { display: flex; gap: .6rem; align-items: baseline; font-weight: 400 }
.check input { flex: none; width: 1.1rem; min-height: 1.1rem; height: 1.1rem; accent-color: var(--accent); transform: translateY(.15rem) }
.state { display: inline-flex; gap: .45rem; align-items: center }
.state::before { content: ""; flex: none; width: .65rem; height: .65rem; border-radius: 50%; border: 2px solid currentColor }
.state.good { color: var(--done) } .state.good::before { background: currentColor }
.state.mid { color: var(--wait) } .state.mid::before { background: linear-gradient(90deg, currentColor 50%, transparent 50%) }
.state.waiting { color: var(--soft) } .state.bad { color: var(--danger) } .state.bad::before { border-radius: 2px; background: currentColor }
.chart { display: block; width: 100%; height: auto }
.chart rect { fill: var(--accent) } .chart .base { stroke: var(--edge); fill: none } .chart text { fill: var(--soft); font: 11px var(--body) }
pre { margin: 0 0 1rem; padding: .75rem; overflow-x: auto; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; font: .85rem/1.5 var(--mono) }
.hint, small { color: var(--soft); font-size: .9rem }
.hint { margin: .25rem 0 0 }
section > .hint { margin: 0 0 .75rem }
.error { margin: .25rem 0 0; color: var(--danger); font-weight: 600 }
.done { margin: 0; color: var(--done); font-weight: 600 }
form > .error:not(:empty), form > .done:not(:empty) { margin: 0 0 1rem }
.error:empty, .done:empty { margin: 0 }
button, .button { display: inline-block; padding: .55rem 1rem; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: 6px; font: inherit; font-weight: 600; line-height: 1.4; text-decoration: none; cursor: pointer }
button:hover, .button:hover { filter: brightness(1.12) }
button.quiet, .button.quiet { color: var(--accent); background: none; border-color: var(--edge) }
button.danger { color: var(--danger); background: none; border-color: var(--danger) }
dd button { padding: .1rem .6rem }
button:disabled { cursor: default; opacity: .6 }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem }
details + details, dl + details, details + form { margin-top: .75rem }
ul + details, .cards + form, .cards + .actions, form + .cards, details + .cards, form + details { margin-top: 1.25rem }
.cards .state { margin-bottom: .25rem }
.cards .hint + form { margin-top: .75rem }
fieldset > .hint { margin: 0 0 .75rem }
summary { padding: .25rem 0; color: var(--accent); font-weight: 600; cursor: pointer }
details[open] > summary { margin-bottom: .75rem }
details form + form { margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line) }
dl { margin: 0 0 1rem }
dl > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .2rem 0 }
dt { flex: 0 0 12rem; color: var(--soft) }
dd { flex: 1 1 10rem; min-width: 0; margin: 0 }
code { font: .92em/1.4 var(--mono); overflow-wrap: anywhere }
#secret-text { display: block; padding: .75rem; background: var(--sheet); border-radius: 6px; font-size: 1rem; user-select: all }
.break { overflow-wrap: anywhere }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-weight: 600 }
th:last-child, td:last-child { padding-right: 0 }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.meter { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem }
meter { flex: 1 1 12rem; height: 1.25rem }
.payment { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: 1rem }
.payment dl { flex: 1 1 16rem; min-width: 0; margin: 0 }
.payment img { max-width: 100%; height: auto; background: #fff; border-radius: 6px }
.filters { display: flex; flex-wrap: wrap; align-items: end; gap: 0 1rem }
.filters .field { flex: 1 1 10rem }
.filters .field:first-child:has(input) { flex: 2 1 15rem }
@media (max-width: 30rem) {
  main section, .cards > li, main > form, main > details { padding: 1rem }
  main section .cards > li { padding: .85rem }
  .who { order: 1; flex-basis: 100%; text-align: left }
  nav { order: 2 }
  header form { margin-left: auto }
  dt { flex-basis: 9rem }
  .chart text { font-size: 18px }
  th, td { padding-right: .5rem; font-size: .9rem }
}
@media (forced-colors: active) { nav a[aria-current] { border-color: Highlight } }
`;
