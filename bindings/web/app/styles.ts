import { CONTROLS, themed } from '../viewer/styles.ts';

const CSS = `
${themed(':root', (theme) => `:root[data-theme=${theme}]`)}
${CONTROLS}
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: var(--desk); color: var(--ink); font: 12px/1.35 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; }
header { display: flex; gap: 8px; align-items: center; padding: 6px 8px; background: var(--paper); border-bottom: 1px solid var(--line); }
header h1 { font-size: 14px; letter-spacing: -.01em; margin: 0 8px 0 4px; }
header h1 span { color: var(--accent); }
.file { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.file b { color: var(--ink); }
.spring { flex: 1; }
.menu { position: relative; }
.menu > summary { list-style: none; cursor: pointer; border: 1px solid var(--line); border-radius: 4px; height: 22px; line-height: 22px; padding: 0 8px; white-space: nowrap; }
.menu > summary::after { content: " ▾"; color: var(--muted); }
.menu > summary::-webkit-details-marker { display: none; }
.menu > div { position: absolute; right: 0; top: 27px; z-index: 10; display: grid; min-width: 210px; padding: 4px; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 8px 24px rgb(0 0 0 / .25); }
.menu > div button { border: 0; background: none; text-align: left; height: 26px; }
.menu > div button:hover:not(:disabled) { background: var(--press); }
.menu hr { width: 100%; border: 0; border-top: 1px solid var(--line); margin: 4px 0; }
.notice { padding: 6px 12px; background: var(--press); border-bottom: 1px solid var(--line); display: flex; gap: 10px; align-items: center; }
.notice span { flex: 1; }
.notice.error { background: color-mix(in srgb, var(--error) 12%, var(--paper)); border-left: 4px solid var(--error); }
.notice.error span { color: var(--error); }
main { flex: 1; min-height: 0; display: flex; }
adatom-viewer { flex: 1; min-width: 0; height: auto; }
.strip { display: flex; gap: 6px; padding: 6px 8px; overflow-x: auto; background: var(--paper); border-top: 1px solid var(--line); }
.frame { position: relative; flex: none; }
.frame > button:first-child { display: flex; gap: 8px; height: 84px; width: 214px; padding: 5px; text-align: left; }
.frame canvas { width: 72px; height: 72px; flex: none; background: var(--desk); border-radius: 2px; }
.words { display: flex; flex-direction: column; gap: 3px; min-width: 0; padding-right: 12px; }
.title { font-weight: 600; white-space: normal; overflow-wrap: anywhere; max-height: 2.7em; overflow: hidden; }
.counts { display: flex; flex-wrap: wrap; gap: 2px 7px; }
.state { color: var(--muted); }
.failed .state { color: var(--error); }
.failed > button:disabled { opacity: 1; }
.dot { display: inline-block; width: 3px; height: 3px; border: 3px solid; border-radius: 50%; margin-right: 3px; }
.close { position: absolute; right: 3px; top: 3px; height: 18px; }
.start { flex: 1; display: grid; place-items: center; overflow: auto; }
.start > div { width: min(560px, 90%); padding: 24px 0; }
.start h2 { font-size: 20px; font-weight: 600; margin: 0 0 6px; }
.start p { margin: 0 0 14px; color: var(--muted); font-size: 13px; line-height: 1.5; }
.start .row { display: flex; gap: 8px; margin-bottom: 26px; }
.start .row button { height: 30px; padding: 0 14px; }
.start h3 { font-size: 11px; letter-spacing: .04em; text-transform: uppercase; color: var(--muted); margin: 0 0 6px; }
.saved { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); }
.saved li { display: flex; gap: 10px; align-items: center; padding: 6px 10px; border-bottom: 1px solid var(--line); }
.saved li:last-child { border-bottom: 0; }
.saved b { flex: 1; overflow: hidden; text-overflow: ellipsis; }
.saved span { color: var(--muted); }
.dropping::after { content: "Drop to open"; position: fixed; inset: 8px; z-index: 20; display: grid; place-items: center; font-size: 24px; font-weight: 600; color: var(--accent); border: 3px dashed var(--accent); border-radius: 12px; background: color-mix(in srgb, var(--paper) 80%, transparent); pointer-events: none; }
`;

export function useStyles(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  document.adoptedStyleSheets = [sheet];
}
