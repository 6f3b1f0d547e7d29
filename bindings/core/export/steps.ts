import type { Step } from '../scan.ts';
import type { ClusterReport } from '../segment/index.ts';
import { fourDigits, percent } from './figures.ts';

/** A step of the record in words: each parameter and finding, and its value with the unit. */
export interface StepText {
  title: string;
  lines: { what: string; value: string }[];
}

/** What a value is said to be, given the step it is of and the unit of heights. */
type Say = (value: unknown, step: Step, heightUnit: string) => string;
type Words = string | readonly [what: string, say: Say];

const unit =
  (name: string): Say =>
  (value) =>
    withUnit(value, name);
const inHeights: Say = (value, _, heightUnit) => withUnit(value, heightUnit);
const inOwnUnit: Say = (value, { unit: name }) => withUnit(value, String(name));
const ofTheScan: Say = (value) => `${percent(Number(value))} of the scan`;
const oneOf =
  (words: Readonly<Record<string, string>>): Say =>
  (value) =>
    words[String(value)] ?? plain(value);
const method = oneOf({
  network: 'the segmentation network',
  pixels: 'k-means on pixels',
  features: 'k-means on features',
  upsampled: 'k-means on up-sampled features',
});

/** By the names that the steps have in result.json. */
const STEPS: Readonly<Record<string, { title: string; words: Readonly<Record<string, Words>> }>> = {
  channels: {
    title: 'Images',
    words: { used: 'used', of: 'in the file' },
  },
  missing: {
    title: 'Missing pixels, filled in',
    words: {
      missingPixels: ['in each image', unit('pixels')],
      missingLines: ['whole lines of them', unit('lines')],
    },
  },
  units: {
    title: 'Unit of heights',
    words: {
      from: 'in the file',
      guessed: 'guessed',
      heightUnit: ['from here on', oneOf({ arbitrary: 'arbitrary units' })],
    },
  },
  lines: {
    title: 'Lines aligned',
    words: {
      mode: ['by', oneOf({ offset: 'their offset', slope: 'their offset and slope' })],
      largestJump: ['largest jump from line to line, in each image', inHeights],
    },
  },
  lattice: {
    title: 'Rows of the lattice',
    words: {
      spacing: ['row spacing', inOwnUnit],
      direction: 'direction across the rows, x and y',
      confidence: 'confidence, 0 to 1',
      secondSpacing: ['in another direction', inOwnUnit],
    },
  },
  level: {
    title: 'Levelled',
    words: {
      order: 'order of the background',
      flatten: [
        'heights above',
        oneOf({ true: 'the terrace they are on', false: 'the largest terrace' }),
      ],
      blockPx: ['side of the blocks compared', unit('px')],
      terraces: 'terraces',
      stepHeights: ['heights of the steps', inHeights],
      stepEdgePx: ['a step edge reaches to either side', unit('px')],
      roundedStepPx: ['k-means leaves out to either side', unit('px')],
    },
  },
  scars: {
    title: 'Scars, interpolated',
    words: {
      threshold: ['stand out by', unit('spreads of the texture')],
      maxLines: 'widest, in lines',
      scars: 'scars in each image',
      pixels: 'pixels in them',
    },
  },
  tip: {
    title: 'Changes of the tip',
    words: {
      changes: [
        'first line of another tip, from 1 at the top',
        (rows) => (rows as number[]).map((row) => row + 1).join(', ') || 'none',
      ],
      ratios: 'change of the texture there, times what is usual',
    },
  },
  hysteresis: {
    title: 'Second image moved onto the first',
    words: {
      applied: 'applied',
      shiftPx: ['shift at the left end, in the middle, at the right end', unit('px')],
      correlationBefore: 'correlation before',
      correlationAfter: 'correlation after',
      oppositeContrast: 'contrast is opposite',
    },
  },
  resample: {
    title: 'Working grid',
    words: {
      reason: [
        'pixels',
        oneOf({
          kept: 'as in the file',
          off: 'as in the file, as asked',
          'square pixels': 'made square',
          'pixel size': 'of the size asked for',
          surface: 'as suits the surface',
          lattice: 'as suits the lattice',
        }),
      ],
      rows: 'rows',
      columns: 'columns',
      pixelNm: ['side of a pixel', unit('nm')],
    },
  },
  'segment: auto': {
    title: 'Method chosen',
    words: { chosen: ['chosen', method], why: 'because' },
  },
  segment: {
    title: 'Defects found',
    words: {
      method: ['by', method],
      seed: 'seed',
      k: 'clusters made',
      network: 'network',
      sha256: 'its sha256',
      periodPx: ['row spacing used', unit('px')],
      periodFrom: 'taken from',
      clicks: 'examples used',
      missed: 'defects among them that only their height or depth tells',
      strongLeftOut: 'strong departures left out, more than what the network sees',
      expectedDice: 'overlap (Dice) that the network expects, 0 to 1',
      reducedBy: 'scan reduced by a factor of',
      dimension: 'values compared at each pixel',
      sample: 'pixels that the clusters were made from',
      inertia: 'inertia of the clusters',
      clusters: ['clusters', (value) => (value as ClusterReport[]).map(clusterText).join('\n')],
      rareDefects: 'defects that no cluster holds',
      scarsIgnored: 'scars left out',
      besideStepsIgnored: 'left out beside steps',
      chosenBy: 'clusters of defects told by',
      defectFraction: ['outlined', ofTheScan],
    },
  },
  regions: {
    title: 'Connected regions',
    words: {
      connectivity: ['a pixel touches', unit('neighbours')],
      minAreaPx: ['smallest defect', unit('pixels')],
      maxAreaPx: ['too large above', unit('pixels')],
      searchedFraction: ['searched', ofTheScan],
      found: 'found',
      tooLarge: 'too large among them',
      touchingBorder: 'at the edge of the scan',
    },
  },
  embed: {
    title: 'Embedded',
    words: {
      network: 'by the network',
      crop: 'side of the square around each defect',
      cropWorkingPx: ['the same on the working grid', unit('px')],
      normalise: [
        'heights normalised',
        oneOf({ scan: 'over the scan', authors: "as in the paper's code" }),
      ],
      points: 'defects and examples',
      touchingBorder: 'squares that reach beyond the scan',
      dimension: ['each becomes', unit('numbers')],
    },
  },
  classify: {
    title: 'Named',
    words: {
      method: 'method',
      classes: [
        'examples',
        (value) =>
          (value as { name: string; examples: number }[])
            .map(({ name, examples }) => `${name}: ${examples}`)
            .join('\n'),
      ],
    },
  },
};

/** Said with the values they belong to. */
const SAID_ELSEWHERE = new Set(['name', 'unit']);

/** The record of a run for a person; a step or parameter that has no words here keeps its name. */
export function stepTexts(steps: readonly Step[]): StepText[] {
  const heights = steps.find(({ name }) => name === 'units')?.['heightUnit'];
  const heightUnit = heights === 'nm' ? 'nm' : '';
  return steps.map((step) => {
    const { title = step.name, words = {} } = STEPS[step.name] ?? {};
    const told = Object.entries(step).filter(([key]) => !SAID_ELSEWHERE.has(key));
    return {
      title,
      lines: told.map(([key, value]) => {
        const known = words[key] ?? key;
        const [what, say] = typeof known === 'string' ? [known, plain] : known;
        return { what, value: say(value, step, heightUnit) };
      }),
    };
  });
}

function clusterText(cluster: ClusterReport, index: number): string {
  const { isDefect, fraction, contrast, sign, compactness, why } = cluster;
  return `${index}: ${isDefect ? 'defects' : 'no defects'}, ${percent(fraction)} of the pixels, contrast ${fourDigits(contrast)} (${sign}), compactness ${fourDigits(compactness)}; ${why}`;
}

function withUnit(value: unknown, name: string): string {
  const text = plain(value);
  return text === NONE || name === '' ? text : `${text} ${name}`;
}

const NONE = 'none';

function plain(value: unknown): string {
  if (value === null || value === undefined || value === '') return NONE;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    return Number.isInteger(value) ? String(value) : fourDigits(value);
  }
  if (Array.isArray(value)) return value.length > 0 ? value.map(plain).join(', ') : NONE;
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${plain(inner)}`)
    .join(', ');
}
