import { encodeBase64 } from '../base64.ts';
import type { ClassCount } from '../counts.ts';
import { latticeLine } from '../describe.ts';
import { labelText } from '../label-words.ts';
import { areaNm2, shareOf } from '../share.ts';
import { version } from '../version.ts';
import { areaText, extentText, percent } from './figures.ts';
import type { RunResult } from './files.ts';
import { writeResultJson } from './json.ts';
import { nextLabelsLine } from './next-labels.ts';
import { stepTexts } from './steps.ts';

/** How a run compares with a known truth, for the demo: one row per class. */
export interface ReportTruth {
  rows: {
    label: string;
    inTruth: number;
    found: number;
    /** Of those found, the ones that were given as examples. */
    examples: number;
    /** Of the others, the ones that got this name. */
    namedRight: number;
  }[];
  spurious: number;
}

/**
 * One HTML page a person can read and keep: the picture, the counts, what was done and what to beware
 * of. Self-contained (the picture is inside) and without scripts.
 */
export function writeReport(result: RunResult, overlayPng: Uint8Array): string {
  const { prepared, input, counts, truth } = result;
  const size =
    prepared.pixelXNm === null || prepared.pixelYNm === null
      ? 'physical size unknown'
      : extentText(prepared.pixelXNm * prepared.columns, prepared.pixelYNm * prepared.rows);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(input.file)}: defects found by adatom</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  img { max-width: 100%; image-rendering: pixelated; }
  table { border-collapse: collapse; margin: 1rem 0; }
  th, td { padding: .25rem .9rem .25rem 0; text-align: left; border-bottom: 1px solid #8885; vertical-align: top; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
  .steps td { white-space: pre-line; overflow-wrap: anywhere; }
  pre { overflow-x: auto; font-size: .8em; }
  .warning { border-left: 4px solid #d55e00; padding-left: .8rem; }
  code { font-size: .9em; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>${escapeHtml(input.file)}</h1>
<p>${prepared.columns} × ${prepared.rows} pixels, ${size}; ${escapeHtml(prepared.channels.map(({ name }) => name).join(' and '))}.</p>
<p><img alt="The scan with every defect outlined in its class's colour" src="data:image/png;base64,${encodeBase64(overlayPng)}"></p>
${latticeList(result.description)}
<h2>Counts</h2>
<p>${escapeHtml(areaLine(result))}</p>
${countsTable(counts)}
${nextLabels(result)}
${truth ? `<h2>Agreement with the known truth</h2>\n${truthTable(truth)}` : ''}
${result.network ? `<p>Embedded with: ${escapeHtml(result.network.name)}${result.network.sha256 ? ` (sha256 <code>${result.network.sha256}</code>)` : ''}.</p>` : ''}
${result.warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>`).join('\n')}
<h2>What was done</h2>
${stepsTable(result.steps)}
<details><summary>The same for programs, as in result.json</summary>
<pre>${escapeHtml(writeResultJson(result.steps))}</pre>
</details>
<p>adatom ${version}. Input sha256 <code>${input.sha256}</code>.</p>
</body>
</html>
`;
}

/** '' where nothing is named, or nothing in doubt. */
function nextLabels({ defects, doubt }: RunResult): string {
  const line = doubt ? nextLabelsLine(defects, doubt) : '';
  return line && `<p>${escapeHtml(line)}</p>`;
}

/** A density with its Poisson error, or the upper limit that finding none sets; '' without a size. */
export function density({ perNm2, errorPerNm2, below95PerNm2 }: ClassCount): string {
  if (below95PerNm2 !== null) return `< ${below95PerNm2.toPrecision(2)} (95 %)`;
  if (perNm2 === null || errorPerNm2 === null) return '';
  return `${perNm2.toPrecision(3)} ± ${errorPerNm2.toPrecision(2)}`;
}

/** The scan's lattices, or that there is none; '' where none was looked for. */
function latticeList(description: RunResult['description']): string {
  if (!description) return '';
  const { lattices } = description;
  if (lattices.length === 0) return '<p>No lattice could be seen.</p>';
  return lattices
    .map((lattice, k) => `<p>Lattice ${k + 1}: ${escapeHtml(latticeLine(lattice))}.</p>`)
    .join('\n');
}

/** One sentence or more: what the densities are over, and what of the scan is left out or was repaired. */
export function areaLine({
  prepared,
  searchedFraction,
}: Pick<RunResult, 'prepared' | 'searchedFraction'>): string {
  const { valid, stepEdges, disturbed } = prepared.levelled;
  const measured = shareOf(valid);
  const part = searchedFraction ?? measured;
  const nm2 = areaNm2(prepared, part);
  const area = nm2 === null ? '' : `${areaText(nm2)}, `;
  const what = searchedFraction === undefined ? 'Measured' : 'Searched for defects';
  const leftOut = [
    ...(searchedFraction === undefined
      ? []
      : shareNamed('step edges', stepEdges ? measured - searchedFraction : 0)),
    ...shareNamed('not measured', 1 - measured),
  ];
  const repaired = shareNamed(
    'Lines disturbed by the tip, interpolated:',
    disturbed ? shareOf(disturbed) : 0,
  );
  return [
    `${what}: ${area}${percent(part)} of the scan.`,
    ...(leftOut.length > 0 ? [`Left out: ${leftOut.join(', ')}.`] : []),
    ...repaired.map((text) => `${text}.`),
  ].join(' ');
}

/** None where there is nothing to name. */
function shareNamed(what: string, share: number): string[] {
  return share > 0 ? [`${what} ${percent(share)}`] : [];
}

function countsTable(counts: RunResult['counts']): string {
  if (counts.length === 0) return '<p>No defect was found.</p>';
  const rows = counts.map(
    (one) =>
      `<tr><td>${escapeHtml(labelText(one.label))}</td><td class="number">${one.count}</td><td class="number">${escapeHtml(density(one))}</td></tr>`,
  );
  const [{ areaNm2: area }] = counts;
  const over = area === null ? '' : ` over ${areaText(area)}`;
  return `<table>
<tr><th>class</th><th class="number">count</th><th class="number">per nm²${over} (± Poisson)</th></tr>
${rows.join('\n')}
</table>`;
}

function truthTable({ rows, spurious }: ReportTruth): string {
  const lines = rows.map(
    ({ label, inTruth, found, examples, namedRight }) =>
      `<tr><td>${escapeHtml(label)}</td><td class="number">${inTruth}</td><td class="number">${found}</td><td class="number">${examples}</td><td class="number">${namedRight} of ${found - examples}</td></tr>`,
  );
  return `<table>
<tr><th>class</th><th class="number">in the truth</th><th class="number">found</th><th class="number">given as examples</th><th class="number">of the others, named right</th></tr>
${lines.join('\n')}
</table>
<p>${spurious} found where the truth has none.</p>`;
}

function stepsTable(steps: RunResult['steps']): string {
  const bodies = stepTexts(steps).map(({ title, lines }) => {
    // A title needs a row to stand in.
    const shown = lines.length > 0 ? lines : [{ what: '', value: '' }];
    const head = `<th scope="rowgroup" rowspan="${shown.length}">${escapeHtml(title)}</th>`;
    const rows = shown.map(
      ({ what, value }, i) =>
        `<tr>${i === 0 ? head : ''}<td>${escapeHtml(what)}</td><td>${escapeHtml(value)}</td></tr>`,
    );
    return `<tbody>\n${rows.join('\n')}\n</tbody>`;
  });
  return `<table class="steps">\n${bodies.join('\n')}\n</table>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
