import { TOKENS } from './tokens.ts';

/** Of every page outside the account's. Phones first; what is wider is said at the end of each part. */
export const SITE_STYLE = `${TOKENS}
*, ::before, ::after { box-sizing: border-box }
[hidden] { display: none !important }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; color: var(--text); background: var(--ground); font: 1.0625rem/1.6 var(--body); overflow-wrap: break-word }
.wrap { width: 100%; max-width: 66rem; margin-inline: auto; padding-inline: 1.125rem }
.measure { max-width: 42rem }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: 1px }
a:hover { text-decoration-thickness: 2px }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 4px }
.skip { position: absolute; left: -100vw; padding: .75rem 1rem; background: var(--sheet); z-index: 2 }
.skip:focus { left: 0; top: 0 }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
h1, h2, h3 { font-family: var(--display); font-weight: 600; line-height: 1.15; letter-spacing: -.005em; text-wrap: balance }
h1 { margin: 0 0 1rem; font-size: clamp(2.1rem, 1.5rem + 2.8vw, 3.4rem) }
h2 { margin: 0 0 .75rem; font-size: clamp(1.4rem, 1.2rem + .9vw, 1.85rem) }
h3 { margin: 0 0 .35rem; font-size: 1.2rem }
p { margin: 0 0 1rem; text-wrap: pretty }
.lead { font-size: clamp(1.125rem, 1.05rem + .4vw, 1.3rem); line-height: 1.5; color: var(--soft) }
.eyebrow { margin: 0 0 .75rem; color: var(--soft); font-size: .8125rem; letter-spacing: .14em; text-transform: uppercase }
.hint, small { color: var(--soft); font-size: .9375rem }
code, .code { font: .9em/1.5 var(--mono); overflow-wrap: anywhere }
pre { margin: 0 0 1rem; padding: 1rem 1.125rem; overflow-x: auto; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; font: .9rem/1.55 var(--mono) }
pre code { font: inherit; overflow-wrap: normal }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.75rem; padding-block: .75rem }
.brand { display: inline-flex; align-items: center; gap: .6rem; margin-right: auto; padding: .25rem 0; color: inherit; font: 600 1.35rem/1 var(--display); text-decoration: none }
.brand svg { width: 2.25rem; height: 2.25rem }
.top nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0; padding: 0; list-style: none }
.top nav a { display: block; padding: .65rem 0; color: var(--text); text-decoration: none; border-bottom: 2px solid transparent }
.top nav a:hover { border-color: var(--edge) }
.top nav a[aria-current] { border-color: var(--accent) }
.site-header { border-bottom: 1px solid var(--line) }
main { flex: 1; padding-block: 2.25rem 4.5rem }
main:focus { outline: none }
.site-footer { border-top: 1px solid var(--line); padding-block: 1.75rem 2.5rem; color: var(--soft); font-size: .9375rem }
.site-footer ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 0 .75rem; padding: 0; list-style: none }
.site-footer a { color: inherit }
.site-footer p { margin: 0 }
section { margin-block: 3.25rem 0 }
section:first-child { margin-top: 0 }
.sheet { padding: 1.25rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px }
.sheet > :last-child { margin-bottom: 0 }
.cards { display: grid; gap: 1rem; margin: 0; padding: 0; list-style: none }
.cards > li { padding: 1.25rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px }
.cards > li > :last-child { margin-bottom: 0 }
button, .button { display: inline-block; min-height: 2.75rem; padding: .6rem 1.15rem; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: 8px; font: 600 1rem/1.4 var(--body); text-decoration: none; cursor: pointer }
button:hover, .button:hover { filter: brightness(1.1) }
button.quiet, .button.quiet { color: var(--accent); background: none; border-color: var(--edge) }
button:disabled { cursor: default; opacity: .6 }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem }
label { display: block; margin-bottom: .25rem; font-weight: 600 }
input[type=text], input[type=password], input[type=search], select { width: 100%; min-height: 2.75rem; padding: .55rem .7rem; color: inherit; background: var(--ground); border: 1px solid var(--edge); border-radius: 8px; font: inherit }
.check { display: flex; gap: .65rem; align-items: baseline; font-weight: 400 }
.check input { flex: none; width: 1.1rem; height: 1.1rem; accent-color: var(--accent); transform: translateY(.15rem) }
summary { padding: .35rem 0; color: var(--accent); font-weight: 600; cursor: pointer }
dl.facts { margin: 0 0 1rem }
dl.facts > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .3rem 0; border-bottom: 1px solid var(--line) }
dl.facts > div:last-child { border: 0 }
dl.facts dt { flex: 0 0 11rem; color: var(--soft) }
dl.facts dd { flex: 1 1 12rem; min-width: 0; margin: 0 }
table { width: 100%; border-collapse: collapse }
caption { text-align: left }
th, td { padding: .6rem 1rem .6rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
th { font-weight: 600 }
th .code { display: block; min-width: min(11rem, 32vw) }
thead th { color: var(--soft); font-size: .9375rem }
.scroll { overflow-x: auto }
.number { font-variant-numeric: tabular-nums; white-space: nowrap }

.seal { display: block; width: 100%; height: auto; overflow: visible }
.seal .high { stop-color: var(--metal-high) } .seal .mid { stop-color: var(--metal) } .seal .low { stop-color: var(--metal-low) }
.seal .cut { fill: var(--metal-ink) } .seal .line { stroke: var(--metal-ink) } .seal .light { stroke: var(--metal-high) }
.seal .bead { fill: var(--metal-ink) }
.hero { display: grid; gap: 1.5rem 3.5rem; align-items: center }
.hero-seal { width: clamp(7rem, 30vw, 10rem) }

.drop { position: relative; display: grid; gap: .5rem; justify-items: center; padding: 2.25rem 1.25rem; text-align: center; background: var(--sheet); border: 2px dashed var(--edge); border-radius: 16px; transition: border-color .15s, background-color .15s }
.drop.over { border-color: var(--accent); border-style: solid; background: var(--notice) }
.drop h2 { margin: 0 }
.drop p { margin: 0; max-width: 34rem }
.drop .actions { justify-content: center; margin-top: .75rem }
.drop ~ details, .sheet > details { margin-top: .75rem }
details > .sheet { margin-top: .5rem }
ol.cards { counter-reset: step }
ol.cards h3::before { counter-increment: step; content: counter(step); display: inline-grid; place-items: center; width: 1.7em; height: 1.7em; margin-right: .6em; border: 1.5px solid var(--edge); border-radius: 50%; color: var(--soft); font-size: .8em }
.quiet-line { display: flex; gap: .5rem; align-items: baseline; color: var(--soft); font-size: .9375rem }
.struck { animation: strike .5s cubic-bezier(.2, 1.6, .4, 1) both }
@keyframes strike { from { transform: scale(1.5) rotate(-8deg); opacity: 0 } to { transform: none; opacity: 1 } }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; transition: none !important; scroll-behavior: auto !important } }

.notice { margin: 0 0 1rem; padding: .9rem 1.1rem; background: var(--notice); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 8px }
.notice > :last-child { margin-bottom: 0 }
.notice.bad { border-left-color: var(--danger) } .notice.wait { border-left-color: var(--wait) }
.notice .actions { margin-top: .6rem }
progress { display: block; width: 100%; height: .6rem; margin: .5rem 0 .75rem; appearance: none; border: 0; border-radius: 99px; overflow: hidden; background: var(--line) }
progress::-webkit-progress-bar { background: var(--line) }
progress::-webkit-progress-value { background: var(--accent); transition: width .2s }
progress::-moz-progress-bar { background: var(--accent) }
.tally { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 0 .75rem; padding: 0; list-style: none }
.tally b { font-family: var(--display); font-size: 1.35rem; font-variant-numeric: tabular-nums }
.files { margin: 1.25rem 0 0; padding: 0; list-style: none; border-top: 1px solid var(--line) }
.files > li { display: grid; gap: .15rem 1rem; padding: .85rem 0; border-bottom: 1px solid var(--line) }
.files .name { font-weight: 600; overflow-wrap: anywhere }
.files .digest { color: var(--soft); font-size: .8125rem }
.state { display: inline-flex; gap: .45rem; align-items: center; font-size: .9375rem }
.state::before { content: ""; flex: none; width: .65rem; height: .65rem; border-radius: 50%; border: 2px solid currentColor }
.state.good { color: var(--done) } .state.good::before { background: currentColor }
.state.mid { color: var(--wait) } .state.mid::before { background: linear-gradient(90deg, currentColor 50%, transparent 50%) }
.state.waiting { color: var(--soft) } .state.bad { color: var(--danger) } .state.bad::before { border-radius: 2px; background: currentColor }
.trail { display: flex; margin: .35rem 0 0; padding: 0; list-style: none; font-size: .8125rem; color: var(--soft) }
.trail li { flex: 1; padding-top: .45rem; border-top: 3px solid var(--line) }
.trail li.past { border-color: var(--done); color: var(--text) } .trail li.now { border-color: var(--wait); color: var(--text) }

.verdict { display: grid; gap: .25rem 1rem; grid-template-columns: auto 1fr; align-items: center; padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-left: 6px solid var(--edge); border-radius: 12px; background: var(--sheet) }
.verdict .sign { grid-row: span 2; width: 2.6rem; height: 2.6rem }
.verdict h3 { margin: 0; font-size: 1.45rem }
.verdict p { margin: 0 }
.verdict.good { border-left-color: var(--done) } .verdict.good .sign { color: var(--done) }
.verdict.wait { border-left-color: var(--wait) } .verdict.wait .sign { color: var(--wait) }
.verdict.bad { border-left-color: var(--danger) } .verdict.bad .sign { color: var(--danger) }
.verdict.open .sign { color: var(--soft) }
.result { margin: 0 0 2rem }
.result .verdict { border-bottom: 0; border-radius: 12px 12px 0 0 } .result .sheet { border-radius: 0 0 12px 12px }
.steps { margin: .75rem 0 0; padding: 0; list-style: none }
.steps li { display: grid; grid-template-columns: 1.6rem 1fr; gap: 0 .25rem; padding: .35rem 0; overflow-wrap: anywhere }
.steps .mark { font-weight: 700 }
.steps .ok .mark { color: var(--done) } .steps .no .mark { color: var(--danger) } .steps .open .mark { color: var(--wait) }
.steps small { display: block }

.days { display: grid; grid-template-columns: repeat(90, 1fr); gap: 1px; height: 2.25rem; margin: .35rem 0 .25rem; padding: 0; list-style: none }
.days li { border-radius: 2px; background: var(--line) }
.days .up { background: var(--done) } .days .part { background: var(--wait) } .days .down { background: var(--danger) }
.days-ends { display: flex; justify-content: space-between; color: var(--soft); font-size: .8125rem }
.history > div { margin-bottom: 1.25rem }
.history h3 { display: flex; justify-content: space-between; gap: 1rem; font: 600 1rem/1.4 var(--body); margin: 0; overflow-wrap: anywhere }
.history h3 span:last-child { color: var(--soft); font-weight: 400; white-space: nowrap }
.price { font: 600 2rem/1.1 var(--display); margin: .25rem 0 .5rem }
.price small { font: 400 1rem var(--body) }

@media (min-width: 46rem) {
  main { padding-block: 3.5rem 6rem }
  section { margin-top: 4.5rem }
  .sheet, .cards > li { padding: 1.6rem }
  .hero { grid-template-columns: 1fr auto }
  .hero-seal { width: 15rem }
  .cards.two { grid-template-columns: 1fr 1fr }
  .cards.three { grid-template-columns: repeat(3, 1fr) }
  .cards.four { grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)) }
  .drop { padding: 3.25rem 2rem }
  .files > li { grid-template-columns: 1fr auto; align-items: start }
  .files .digest, .files .trail, .files .more { grid-column: 1 / -1 }
}
@media (max-width: 45.99rem) {
  .hero-seal { order: -1 }
  .top nav { flex-basis: 100% }
  .top nav ul { gap: 0 1.1rem; font-size: 1rem }
  dl.facts dt { flex-basis: 100% }
  .days { grid-template-columns: repeat(45, 1fr); height: 3.5rem }
}
@media (forced-colors: active) {
  .top nav a[aria-current] { border-color: Highlight }
  .days li, .state::before { forced-color-adjust: none }
}
@media print {
  body { background: #fff; color: #000; font-size: 11pt }
  .site-header nav, .site-footer, .skip, .drop, .actions, button { display: none !important }
  .sheet, .verdict, .cards > li { border-color: #999; break-inside: avoid }
  main { padding: 0 }
}
`;
