import { cropAt, type Point, robustDeviation } from '../crop.ts';
import type { Kernels } from '../kernels.ts';
import { Random } from '../random.ts';
import { type SceneOptions, type SimulatedScene, simulateScene } from '../simulate/scene.ts';
import type { Episode, EpisodeSource } from './types.ts';

/** Plain JSON, so that it can be posted to a worker and kept in a checkpoint. */
export interface SimulatedEpisodesOptions {
  /** Surfaces to draw from, in turn; the random family by default. */
  surfaces?: readonly SceneOptions['surface'][];
  /** What one deviation of the scan becomes, as CropOptions.gain; 0.3 by default. */
  gain?: number;
  /** Side of the crops in px, 40 by default. */
  size?: number;
  /** Episodes made in parallel per step: each of them keeps to scenes of its own. 4 by default. */
  shards?: number;
  /** Steps that a scene serves before the next is made, 3 by default. */
  reuse?: number;
  /**
   * Fixed tasks of one example per class, at the default crop, without augmentation, out of scenes
   * that training never draws.
   */
  validation?: boolean;
}

/** Side of the simulated scans, px. */
const SCAN = 208;
const MOST_CLASSES = 7;
const MOST_QUERIES = 10;
/** An episode needs an example and two queries of each class. */
const FEWEST_PER_CLASS = 3;
/** Shots, one of these at random: few, since that is what the network is for. */
const SHOTS = [1, 1, 2, 3, 5];
/** The pipeline's default crop in row spacings (defaultCrop), and how much smaller and larger. */
const CROP_SPACINGS = 3.5;
const SMALLEST_CROP = 0.4;
const LARGEST_CROP = 2;
/** Spread of a click, or of a region's centroid, about the defect, in row spacings. */
const CLICK = 0.06;
const LOOSE_CLICK = 0.1;
/** Added to the seed for scenes that are only validated on. */
const VALIDATION_SEED = 0x5eed0000;

/** A scene as it is cut up: both planes and what one deviation of each is. */
interface Sheet {
  scene: SimulatedScene;
  deviations: number[];
}

/**
 * Few-shot tasks out of scans that are simulated as they are needed, so that no class comes twice.
 * What changes between tasks is what changes between scans: the crop's size, each channel's
 * contrast, whether there is a second channel, and how well a click meets the defect. What can be
 * the class (orientation, handedness, amplitude within a scan) is never changed.
 */
export function simulatedEpisodes(options: SimulatedEpisodesOptions = {}): EpisodeSource {
  const { surfaces = ['random'], shards = 4, reuse = 3, validation = false } = options;
  /** The last sheets made, by the number of the scene. */
  const kept = new Map<number, Sheet>();

  function sheet(kernels: Kernels, seed: number, number: number): Sheet {
    const known = kept.get(number);
    if (known) return known;
    const scene = simulateScene(kernels, {
      surface: surfaces[number % surfaces.length],
      seed: mix(seed + (validation ? VALIDATION_SEED : 0), number),
      rows: SCAN,
      columns: SCAN,
      plain: true,
    });
    const made = { scene, deviations: scene.planes.map(robustDeviation) };
    if (kept.size >= 2 * shards) kept.delete(kept.keys().next().value as number);
    kept.set(number, made);
    return made;
  }

  return (kernels, seed, index) => {
    const number = validation
      ? index
      : Math.floor(index / shards / reuse) * shards + (index % shards);
    const random = new Random(mix(seed ^ 0x2f6e2b1, index));
    // A scene can hold too few of each class: the next then serves instead.
    for (let attempt = 0; ; attempt++) {
      const { scene, deviations } = sheet(kernels, seed, number + attempt * 1_000_003);
      const task = drawTask(scene, random, validation);
      if (task) return cut(kernels, { scene, deviations }, task, random, options);
    }
  };
}

/** Which defects, the examples of every class first. */
interface Task {
  members: number[];
  labels: number[];
  support: number;
}

function drawTask(scene: SimulatedScene, random: Random, validation: boolean): Task | null {
  const byClass = scene.classes.map((): number[] => []);
  for (const [i, defect] of scene.defects.entries()) byClass[defect.class].push(i);
  const classes = random.shuffle(byClass.filter((all) => all.length >= FEWEST_PER_CLASS));
  if (classes.length < 2) return null;
  const ways = Math.min(classes.length, 3 + random.below(MOST_CLASSES - 2));
  const shots = validation ? 1 : SHOTS[random.below(SHOTS.length)];
  const examples: Task = { members: [], labels: [], support: 0 };
  const queries: Omit<Task, 'support'> = { members: [], labels: [] };
  classes.slice(0, ways).forEach((all, label) => {
    random.shuffle(all);
    const given = Math.min(shots, all.length - 1);
    const asked = all.slice(given, given + MOST_QUERIES);
    examples.members.push(...all.slice(0, given));
    examples.labels.push(...Array(given).fill(label));
    queries.members.push(...asked);
    queries.labels.push(...Array(asked.length).fill(label));
  });
  return {
    members: [...examples.members, ...queries.members],
    labels: [...examples.labels, ...queries.labels],
    support: examples.members.length,
  };
}

function cut(
  kernels: Kernels,
  { scene, deviations }: Sheet,
  task: Task,
  random: Random,
  { gain = 0.3, size = 40, validation = false }: SimulatedEpisodesOptions,
): Episode {
  const { planes, rows, columns, rowSpacingPx } = scene;
  const scale = validation
    ? 1
    : SMALLEST_CROP * kernels.exp(random.uniform() * kernels.log(LARGEST_CROP / SMALLEST_CROP));
  const spread = rowSpacingPx * (random.uniform() < 0.7 ? CLICK : LOOSE_CLICK);
  const wholePixels = random.uniform() < 0.7;
  const points = task.members.map((i): Point => {
    const { x, y } = scene.defects[i];
    const at = (centre: number, end: number) => {
      const click = centre + spread * kernels.normal(random);
      return Math.min(Math.max(wholePixels ? Math.round(click) : click, 0), end);
    };
    return { x: at(x, columns - 1), y: at(y, rows - 1) };
  });
  const one = !validation && random.uniform() < 0.25 ? random.below(2) : undefined;
  const { crops, n } = cropAt(one === undefined ? planes : [planes[one]], rows, columns, points, {
    sizePx: CROP_SPACINGS * rowSpacingPx * scale,
    output: size,
    gain,
    deviations: one === undefined ? deviations : [deviations[one]],
  });
  if (!validation) changeContrast(kernels, crops, size * size, random);
  return { crops, n, size, labels: Int32Array.from(task.labels), support: task.support };
}

/** One factor per channel for all crops of an episode, as another surface would have. */
function changeContrast(kernels: Kernels, crops: Float32Array, image: number, random: Random) {
  const factors = [0, 1].map(() => kernels.exp(0.3 * kernels.normal(random)));
  for (let i = 0; i < crops.length; i++) crops[i] *= factors[Math.floor(i / image) % 2];
}

/** A seed out of two numbers. */
export function mix(a: number, b: number): number {
  return (Math.imul(a ^ (b * 0x9e3779b1), 0x85ebca6b) ^ (b + 0x7f4a7c15)) | 0;
}
