/**
 * The panel's stylesheet. Important rules of a shadow root win over all rules of its page. The host takes the panel's
 * height at the end of the page, so that nothing of the page stays behind the panel.
 */
export const STYLE = `
:host {
  all: initial !important;
  display: block !important;
  height: var(--issr-height) !important;
  direction: ltr !important;
  color-scheme: light dark !important;
}
.panel, .boxes {
  --back: #fff; --raised: #f7f8fa; --line: #e4e7ec; --text: #1d2430; --muted: #5d6776; --accent: #3b5bdb;
  --selected: #eaf0ff; --wait: #c5ccd8; --dispatch: #3b5bdb; --render: #8a5cf5; --diff: #0f9b8e; --apply: #e08a1e;
  --bad: #c02636; --warn: #92580a; --shadow: 0 -1px 0 #0000000f, 0 -12px 32px -12px #1018282e;
}
:host([data-side=right]) { height: 0 !important }
@media (prefers-color-scheme: dark) {
  .panel, .boxes {
    --back: #15181e; --raised: #1b1f27; --line: #2a303b; --text: #e4e8ef; --muted: #98a3b5; --accent: #91a7ff;
    --selected: #232c45; --wait: #475063; --dispatch: #748ffc; --render: #b197fc; --diff: #38d9c0; --apply: #ffb454;
    --bad: #ff8787; --warn: #ffb454; --shadow: 0 -1px 0 #ffffff14, 0 -16px 40px -12px #000c;
  }
}
* { box-sizing: border-box }
.panel {
  container-type: inline-size; position: fixed; inset: auto 0 0; height: var(--issr-height); z-index: 2147483646; display: flex; flex-direction: column;
  background: var(--back); color: var(--text); box-shadow: var(--shadow);
  font: 13px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums;
}
:host([data-side=right]) .panel { inset: 0 0 0 auto; width: min(var(--issr-width), 100vw); height: auto; --shadow: -1px 0 0 #0000000f, -12px 0 32px -12px #1018282e }
.grip { position: absolute; inset: -4px 0 auto; height: 9px; cursor: ns-resize; touch-action: none; z-index: 1 }
:host([data-side=right]) .grip { inset: 0 auto 0 -4px; width: 9px; height: auto; cursor: ew-resize }
.grip:hover, .grip:focus-visible { background: linear-gradient(var(--accent), var(--accent)) center / 100% 2px no-repeat }
:host([data-side=right]) .grip:is(:hover, :focus-visible) { background-size: 2px 100% }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px }
.grip:focus-visible { outline: none }
header { display: flex; align-items: center; gap: 2px; flex: none; height: 40px; padding: 0 8px 0 14px; border-bottom: 1px solid var(--line) }
header strong { font-weight: 650; letter-spacing: .02em }
.state { display: flex; align-items: center; gap: 6px; margin: 0 auto 0 12px; color: var(--muted); white-space: nowrap; overflow: hidden }
.state::before { content: ''; flex: none; width: 7px; height: 7px; border-radius: 50%; background: var(--apply) }
.state[data-state=connected]::before { background: var(--diff) }
button { font: inherit; color: var(--muted); background: none; border: 0; border-radius: 6px; min-width: 28px; height: 28px; padding: 0 8px; cursor: pointer; display: grid; place-items: center }
button:hover { background: var(--raised); color: var(--text) }
button[aria-pressed=true] { background: var(--selected); color: var(--accent) }
svg { width: 16px; height: 16px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round }
.body { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 9fr) }
.list, .details { overflow: auto; overscroll-behavior: contain; scrollbar-width: thin }
.details { border-left: 1px solid var(--line); padding: 12px 16px 24px }
.row {
  display: grid; grid-template-columns: 58px minmax(60px, 1fr) auto 64px 60px 72px; gap: 10px; align-items: center;
  padding: 0 14px; height: 30px; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); cursor: default; white-space: nowrap
}
.row:hover { background: var(--raised) }
.row[aria-selected=true] { background: var(--selected) }
.title { overflow: hidden; text-overflow: ellipsis }
.outcome, .bytes { color: var(--muted) }
.row .bytes, .row .time { text-align: right }
.row.params { opacity: .65 }
.failed .outcome { color: var(--bad) }
.kind { font-size: 12px; color: var(--muted) }
.kind:is(.event, .visit) { color: var(--accent) }
.kind.push { color: var(--diff) }
.bar { display: flex; gap: 1px; height: 6px; border-radius: 3px; overflow: hidden }
.segment { min-width: 1px; background: var(--wait) }
.segment.dispatch { background: var(--dispatch) }
.segment.render { background: var(--render) }
.segment.diff { background: var(--diff) }
.segment.apply { background: var(--apply) }
h2, h3, p, dl, dd, ol, pre { margin: 0; padding: 0; font: inherit }
h2 { font-size: 14px; font-weight: 600; overflow-wrap: anywhere }
h2 .kind { font-size: 14px; font-weight: 600; margin-right: 4px }
h2 .outcome { font-weight: 400; margin-left: 10px }
h3 { display: flex; justify-content: space-between; margin: 16px 0 8px; color: var(--muted); font-size: 12px }
.details > .bar { height: 8px; border-radius: 4px }
.times { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 8px }
.times div { display: flex; gap: 6px; align-items: center }
.times dt { display: flex; gap: 6px; align-items: center; color: var(--muted) }
.times dt::before { content: ''; width: 8px; height: 8px; border-radius: 2px; background: var(--wait) }
.times dt.dispatch::before { background: var(--dispatch) }
.times dt.render::before { background: var(--render) }
.times dt.diff::before { background: var(--diff) }
.times dt.apply::before { background: var(--apply) }
table { width: 100%; border-collapse: collapse; table-layout: fixed; margin-bottom: 8px }
caption { text-align: left; font-weight: 600; padding-bottom: 2px }
th, td { text-align: left; vertical-align: top; font-weight: 400; padding: 3px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap }
th { width: 34%; padding-right: 12px; color: var(--muted) }
code, pre { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
.instructions { list-style: none }
.instructions li { padding: 4px 0; border-top: 1px solid var(--line) }
.verb { display: inline-block; min-width: 68px; margin-right: 8px; color: var(--accent); font-size: 12px }
.path { color: var(--muted) }
details.mistakes { flex: none; max-height: 45%; overflow: auto; border: 0; border-bottom: 1px solid var(--line); padding: 5px 14px }
details.mistakes[hidden] { display: none }
.mistakes summary { color: var(--warn); font-weight: 600 }
.mistakes ul { margin: 4px 0; padding: 0 0 0 18px }
.mistakes li { overflow-wrap: anywhere; margin: 3px 0 }
details { border-top: 1px solid var(--line); padding: 4px 0 }
summary { cursor: pointer; color: var(--muted) }
details pre { padding: 4px 0 4px 14px }
.none, .empty { color: var(--muted) }
.empty { padding: 18px 16px; max-width: 46ch }
@container (max-width: 620px) {
  .body { grid-template: minmax(90px, 2fr) 3fr / minmax(0, 1fr) }
  .details { border-left: 0; border-top: 1px solid var(--line) }
  .row { grid-template-columns: 48px minmax(50px, 1fr) auto 52px 56px; gap: 8px; padding: 0 10px }
  .row .bar { display: none }
}
@container (max-width: 420px) {
  .row { grid-template-columns: 46px minmax(50px, 1fr) auto 56px }
  .row .bytes { display: none }
}
@media print { .panel { display: none } }
.boxes { position: fixed; inset: 0; pointer-events: none; z-index: 2147483645; overflow: hidden }
.box { position: absolute; border-radius: 3px; outline: 2px solid var(--apply); background: color-mix(in srgb, var(--apply) 14%, transparent) }
.box.added { outline-color: var(--diff); background: color-mix(in srgb, var(--diff) 14%, transparent) }
`;
