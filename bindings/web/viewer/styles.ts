const LIGHT = `
  --paper: #ffffff; --desk: #eceef1; --line: #d3d7dd; --ink: #1b1f25; --muted: #66707c;
  --accent: #0a5fcf; --accent-ink: #ffffff; --press: #dce8fa; --hover: #f1f3f6; --error: #b3261e;
  color-scheme: light;`;
const DARK = `
  --paper: #1e2228; --desk: #14171b; --line: #333a43; --ink: #dde2e8; --muted: #8d97a3;
  --accent: #6aa8ff; --accent-ink: #0c1420; --press: #2b4468; --hover: #272d35; --error: #ff8a80;
  color-scheme: dark;`;

/** Colours of the reader's preference; the attribute `theme` of the root overrides it. */
export function themed(root: string, withTheme: (theme: string) => string): string {
  return `${root} {${LIGHT}}
@media (prefers-color-scheme: dark) { ${root} {${DARK}} }
${withTheme('light')} {${LIGHT}}
${withTheme('dark')} {${DARK}}`;
}

/** What buttons and fields look like, in the element and in the app around it. */
export const CONTROLS = `
button, select, input[type=text], input[type=number] {
  font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
  border-radius: 4px; height: 24px; padding: 0 7px; box-sizing: border-box;
}
button { cursor: pointer; white-space: nowrap; }
button:hover:not(:disabled) { background: var(--hover); }
button:disabled { opacity: .45; cursor: default; }
button[aria-pressed=true] { background: var(--press); border-color: var(--accent); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); font-weight: 600; }
button.primary:hover:not(:disabled) { background: var(--accent); filter: brightness(1.1); }
button.quiet { border-color: transparent; background: none; color: var(--muted); padding: 0 4px; }
button.icon { width: 28px; padding: 0; display: inline-grid; place-items: center; }
button.icon svg { width: 16px; height: 16px; fill: none; stroke: currentColor; stroke-width: 1.4; stroke-linejoin: round; stroke-linecap: round; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
[hidden] { display: none !important; }
input[aria-invalid=true] { border-color: var(--error); }
progress { accent-color: var(--accent); }
input[type=range] { accent-color: var(--accent); }
`;

const CSS = `
${themed(':host', (theme) => `:host([theme=${theme}])`)}
:host { display: block; height: 600px; min-height: 320px; container-type: size; color: var(--ink); }
${CONTROLS}
.viewer {
  display: flex; flex-direction: column; height: 100%; background: var(--desk);
  font: 12px/1.35 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums;
}
.toolbar { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; padding: 6px 8px; background: var(--paper); border-bottom: 1px solid var(--line); }
.buttons { display: flex; }
.buttons button { border-radius: 0; margin-left: -1px; }
.buttons button:first-child { border-radius: 4px 0 0 4px; margin-left: 0; }
.buttons button:last-child { border-radius: 0 4px 4px 0; }
.buttons button[aria-pressed=true] { z-index: 1; position: relative; }
.spring { flex: 1; }
.help { position: relative; }
.help summary { cursor: pointer; color: var(--muted); list-style: none; margin: 0; line-height: 24px; }
.help dl {
  position: absolute; right: 0; top: 24px; z-index: 5; width: 400px; margin: 0; padding: 10px 12px;
  display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 8px 24px rgb(0 0 0 / .25);
}
.help dt { font-weight: 600; white-space: nowrap; }
.help dd { margin: 0; color: var(--muted); }
.body { flex: 1; min-height: 0; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr) 360px; }
canvas.picture { width: 100%; height: 100%; display: block; background: var(--desk); touch-action: none; cursor: crosshair; }
canvas.picture:focus-visible { outline-offset: -2px; }
aside { display: flex; flex-direction: column; min-height: 0; overflow-y: auto; background: var(--paper); border-left: 1px solid var(--line); }
.group { padding: 8px 10px; border-bottom: 1px solid var(--line); }
h2, summary { font-size: 11px; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; color: var(--muted); margin: 0 0 6px; display: flex; justify-content: space-between; }
details.group > summary { cursor: pointer; margin: 0; display: list-item; }
details.group[open] > summary { margin-bottom: 6px; }
summary .aside { margin-left: 8px; }
.hint { margin: 0 0 6px; color: var(--muted); }
.hint.warning { margin: 6px 0; color: var(--ink); border-left: 3px solid var(--error); padding-left: 6px; }
.aside { font-weight: 400; letter-spacing: 0; text-transform: none; color: var(--muted); }
.row { display: flex; gap: 6px; align-items: center; margin-top: 6px; }
.row input[type=text] { flex: 1; min-width: 0; }
.grid { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 10px; }
.field { display: flex; align-items: center; gap: 6px; color: var(--muted); min-width: 0; flex: 1; }
.field > select { flex: 1; min-width: 0; color: var(--ink); padding: 0 2px; }
.field > input[type=number] { width: 62px; color: var(--ink); }
.field > input[type=text] { flex: 1; min-width: 0; color: var(--ink); }
.field > input[type=range] { flex: 1; min-width: 44px; width: 60px; }
.toolbar .field { flex: none; }
.histogram { display: block; width: 100%; height: 46px; margin-top: 6px; background: var(--desk); border-radius: 3px; cursor: ew-resize; touch-action: none; }
.classes { list-style: none; margin: 0; padding: 0; }
.classes li { display: grid; grid-template-columns: 22px 20px minmax(0, 1fr) auto 126px 16px; gap: 6px; align-items: center; min-height: 32px; border-radius: 4px; padding: 0 2px; }
.classes li.current { background: var(--press); }
.classes .key { width: 22px; padding: 0; text-align: center; }
.classes .name { border-color: transparent; background: none; padding: 0 2px; text-overflow: ellipsis; overflow: hidden; }
.classes input.name { border-bottom: 1px dashed var(--muted); border-radius: 0; }
.classes input.name:hover { border-bottom-color: var(--accent); }
.classes input.name:focus { border-bottom-style: solid; background: var(--paper); }
.classes input.name[aria-invalid=true] { border-bottom-color: var(--error); }
.classes li.other { color: var(--muted); }
.classes .count { font-weight: 600; font-size: 13px; text-align: right; min-width: 24px; }
.classes .density { font-size: 10px; line-height: 1.25; color: var(--muted); text-align: right; white-space: nowrap; }
.classes .density span { display: block; }
input[type=color] { width: 20px; height: 20px; padding: 0; border: 1px solid var(--line); border-radius: 4px; background: none; cursor: pointer; }
input[type=color]::-webkit-color-swatch-wrapper { padding: 0; }
input[type=color]::-webkit-color-swatch { border: 0; border-radius: 3px; }
.dot { display: inline-block; width: 6px; height: 6px; border: 3px solid; border-radius: 50%; }
.lists { flex: 1; min-height: 230px; display: flex; flex-direction: column; }
.tabs { display: flex; padding: 6px 10px 0; gap: 2px; border-bottom: 1px solid var(--line); }
.tabs button { border-bottom: 0; border-radius: 4px 4px 0 0; background: none; border-color: transparent; color: var(--muted); }
.tabs button[aria-selected=true] { background: var(--desk); border-color: var(--line); color: var(--ink); }
.tab-page { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.tab-page > .aside { padding: 6px 10px; min-height: 15px; }
.review { padding: 6px 10px; margin: 0; }
.review .aside { flex: 1; }
.check { display: flex; align-items: center; gap: 4px; }
.table { flex: 1; min-height: 0; overflow-y: auto; position: relative; }
.rows { position: relative; }
.tr { display: grid; grid-template-columns: 34px 52px 52px 44px minmax(0, 1fr) 44px; gap: 4px; padding: 0 10px; align-items: center; height: 22px; }
.rows .tr { position: absolute; left: 0; right: 0; cursor: pointer; box-sizing: border-box; }
.rows .tr:hover { background: var(--hover); }
.rows .tr[aria-selected=true] { background: var(--press); }
.tr > span { text-align: right; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.tr > .label { text-align: left; padding-left: 8px; }
.tr .dot { margin-right: 5px; width: 4px; height: 4px; }
.head { position: sticky; top: 0; z-index: 1; background: var(--paper); border-bottom: 1px solid var(--line); }
.head button { border: 0; background: none; padding: 0; color: var(--muted); height: 20px; font-size: 11px; }
.head > span:nth-child(5) { text-align: left; padding-left: 8px; }
.map { flex: 1; min-height: 160px; width: 100%; background: var(--desk); touch-action: none; }
footer { display: flex; gap: 12px; align-items: center; min-height: 26px; padding: 0 10px; background: var(--paper); border-top: 1px solid var(--line); color: var(--muted); }
footer .message { flex: 1; min-width: 0; color: var(--ink); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
footer .message.error { color: var(--error); white-space: normal; }
footer .place { white-space: pre; }
footer progress { width: 120px; }
footer button { height: 20px; }
@container (max-width: 720px) {
  .body { grid-template-columns: minmax(0, 1fr); grid-template-rows: minmax(200px, 1fr) minmax(200px, 45%); }
  aside { border-left: 0; border-top: 1px solid var(--line); }
}
`;

let sheet: CSSStyleSheet | undefined;

/** Constructed by a program, which a strict Content-Security-Policy allows. */
export function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
