// npm run bench:clicks: how much of a scan gets its right name after so many clicks, by who says what to
// click: the one whose label would tell most (doubt), the least confident, or chance. Either nothing is known but one
// defect at first, or one example of each class. What was clicked is right; classes count the same, those never clicked as wrong.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Comparer } from '../../bindings/core/fewshot/comparer.ts';
import { Random } from '../../bindings/core/random.ts';
import {
  createKernels,
  embedPoints,
  type Kernels,
  loadEmbeddingNetwork,
  type NamedEmbeddings,
  nameCompared,
  prepare,
  UNKNOWN,
} from '../../bindings/node/index.ts';
import { type Case, caseNames, makeCase } from './cases.ts';

const { values: given } = parseArgs({
  options: {
    surface: { type: 'string', multiple: true },
    clicks: { type: 'string', default: '1,2,3,5,8' },
    draws: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
/** Clicks per class there is. */
const clicks = given.clicks.split(',').map(Number);
const draws = Number(given.draws);

/** What is clicked next of the points that have no label yet. */
type Choice = (open: readonly number[], named: NamedEmbeddings, random: Random) => number;
type Start = 'one defect' | 'one of each class';

const most = (open: readonly number[], value: (point: number) => number) =>
  open.reduce((best, point) => (value(point) > value(best) ? point : best));
const byChance: Choice = (open, _, random) => open[random.below(open.length)];
const byDoubt: Choice = (open, { doubt }) => most(open, (point) => doubt[point]);
const byConfidence: Choice = (open, { confidence }) =>
  most(open, (point) => -(confidence[point] || 0));

interface Way {
  name: string;
  start: Start;
  choose: Choice | 'of each class by turns';
}

const ways: readonly Way[] = [
  { name: 'chance', start: 'one defect', choose: byChance },
  { name: 'least confident', start: 'one defect', choose: byConfidence },
  { name: 'most doubt', start: 'one defect', choose: byDoubt },
  { name: 'of each class by turns', start: 'one of each class', choose: 'of each class by turns' },
  { name: 'least confident', start: 'one of each class', choose: byConfidence },
  { name: 'most doubt', start: 'one of each class', choose: byDoubt },
];

const kernels = createKernels();
const path = 'models/adatom.safetensors';
const network = loadEmbeddingNetwork(kernels, readFileSync(path), path);
const sums = ways.map(() => clicks.map(() => 0));
let scans = 0;
for (const name of given.surface ?? caseNames) {
  const each = makeCase(kernels, name, Number(given.seed));
  if (!each) {
    console.error(`${name}: skipped: no shared data`);
    continue;
  }
  scans++;
  const shares = measure(kernels, each);
  shares.forEach((row, way) => {
    row.forEach((share, at) => {
      sums[way][at] += share;
    });
  });
  console.error(`${name}: ${shares.map(percents).join('   ')}`);
}
console.log(`% right after ${clicks.join(' / ')} clicks per class, mean of ${scans} scans`);
console.log('| at first | then | % right |\n|---|---|---|');
ways.forEach(({ name, start }, way) => {
  console.log(`| ${start} | ${name} | ${percents(sums[way].map((sum) => sum / scans))} |`);
});

function percents(shares: readonly number[]): string {
  return shares.map((share) => (100 * share).toFixed(1)).join(' / ');
}

/** Shares of what is right, (ways, clicks), the mean over draws. */
function measure(kernels: Kernels, { scan, points }: Case): number[][] {
  const classes = [...new Set(points.map(({ label }) => label))];
  const truth = points.map(({ label }) => classes.indexOf(label));
  const comparer = new Comparer(
    kernels,
    embedPoints(kernels, prepare(kernels, scan), network, points),
  );
  return ways.map((way) => {
    const shares = clicks.map(() => 0);
    for (let draw = 0; draw < draws; draw++) {
      run(way, new Random(draw + 1)).forEach((share, at) => {
        shares[at] += share / draws;
      });
    }
    return shares;
  });

  function run({ start, choose }: Way, random: Random): number[] {
    const order = random.shuffle([...truth.keys()]);
    // Of equals the first is chosen: its class must not decide.
    const inNoOrder = (open: readonly number[]) => [...open].sort((a, b) => order[a] - order[b]);
    const members = classes.map((_, c) =>
      random.shuffle([...truth.keys()].filter((point) => truth[point] === c)),
    );
    const byTurns = Array.from({ length: points.length }, (_, turn) =>
      members.flatMap((some) => some[turn] ?? []),
    ).flat();
    const labelled =
      start === 'one defect'
        ? [random.below(points.length)]
        : members.flatMap(([first]) => first ?? []);
    const shares: number[] = [];
    for (;;) {
      const examples = labelled.map((point) => ({ point, label: points[point].label }));
      const named = nameCompared(comparer, examples, null);
      while (shares.length < clicks.length && isDue(clicks[shares.length], labelled.length)) {
        shares.push(shareRight(named));
      }
      if (shares.length === clicks.length) return shares;
      const open = byTurns.filter((point) => !labelled.includes(point));
      labelled.push(typeof choose === 'string' ? open[0] : choose(inNoOrder(open), named, random));
    }
  }

  function isDue(perClass: number, count: number): boolean {
    return count >= Math.min(points.length, perClass * classes.length);
  }

  function shareRight({ labels, nearest }: NamedEmbeddings): number {
    const right = classes.map(() => 0);
    const all = classes.map(() => 0);
    truth.forEach((c, point) => {
      all[c]++;
      const label = labels[point] === UNKNOWN ? nearest[point] : labels[point];
      if (label === classes[c]) right[c]++;
    });
    return right.reduce((sum, count, c) => sum + count / all[c], 0) / classes.length;
  }
}
