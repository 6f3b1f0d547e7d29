import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import {
  conv4Spec,
  createShardRunner,
  curvesSvg,
  isOwn,
  MASKS,
  type NetworkState,
  openSource,
  type Progress,
  planNetwork,
  readCheckpoint,
  readWeights,
  restoreTensors,
  type Schedule,
  type ShardJob,
  type SourceDescription,
  startProgress,
  stateTensors,
  surfaceNames,
  type Task,
  train as trainNetwork,
  unetSpec,
  weightsMetadata,
  writeCheckpoint,
  writeSafetensors,
} from '../../index.ts';
import { type Given, UsageError } from '../args.ts';
import { readLabelledScans } from '../labelled.ts';
import { checkFile, OutputError, writeOne } from '../output.ts';
import type { Command, Context } from './command.ts';

const GAIN = 0.3;
const POOLS = 3;
const VALIDATION_EPISODES = 24;
const VALIDATION_BATCHES = 4;
/** Batches of masks per step. */
const MASK_SHARDS = 2;
/** Planes that the segmentation network takes: heights, and heights without the lattice. */
const PLANES = 2;

/** `adatom train --out MODEL.safetensors`: from simulated scans, or from a folder of labelled ones. */
export const train: Command = {
  name: 'train',
  summary: 'train a network, from simulated scans or your own labelled ones',
  positionals: [],
  options: {
    out: {
      value: 'FILE',
      required: true,
      help: 'weights, .safetensors; curves (.svg) and a checkpoint are written beside it',
    },
    from: {
      value: 'FOLDER',
      help: 'fine-tune on labelled scans: each scan with a NAME.labels.csv (x_px, y_px, label) beside it',
    },
    task: {
      value: 'name|segment',
      help: 'what the network is for: naming defects (default) or finding them',
    },
    weights: { value: 'FILE', help: 'weights to start from (required with --from)' },
    surface: {
      value: 'NAME',
      multiple: true,
      help: `simulate this surface (${surfaceNames.join(', ')}); several take turns (default random)`,
    },
    steps: { value: 'N', help: 'steps of training (default 4000; 150 with --from)' },
    until: {
      value: 'N',
      help: 'stop after this step; the same command without it goes on (default: the last)',
    },
    seed: { value: 'N', help: 'decides every random choice (default 1)' },
    workers: { value: 'N', help: 'threads (default: one per core); the result is the same' },
    'checkpoint-every': { value: 'N', help: 'steps between two checkpoints (default 100)' },
    widths: {
      value: 'N,N,...',
      help: 'channels of each block (default 32,64,64,64) or level (segment: 16,32,48,64)',
    },
  },
  example:
    'adatom train --out my-surface.safetensors --from scans/ --weights models/adatom.safetensors',
  run,
};

async function run(given: Given, context: Context): Promise<void> {
  const { kernels, report, print, json } = context;
  const out = given.text('out') as string;
  const checkpointPath = `${out}.checkpoint`;
  for (const path of [out, checkpointPath]) checkFile(path);
  refuseForeign(out);
  const folder = given.text('from');
  const segments = given.oneOf('task', ['name', 'segment'] as const) === 'segment';
  if (segments && folder) throw new UsageError('--from: only with --task name.');
  const widths = given.integers('widths');
  const spec = segments ? unetSpec(PLANES, MASKS.length, widths) : conv4Spec(widths, POOLS);
  const plan = planNetwork(spec);
  const schedule: Schedule = {
    steps: given.integer('steps') ?? (folder ? 150 : 4000),
    seed: given.integer('seed') ?? 1,
    shards: segments ? MASK_SHARDS : 4,
    rate: folder ? 3e-4 : 2e-3,
    warmUp: folder ? 10 : 100,
    weightDecay: 1e-4,
    validateEvery: folder ? 25 : 250,
  };
  if (!(schedule.steps >= 1)) throw new UsageError('--steps: expected at least 1.');
  const workers = given.integer('workers') ?? availableParallelism();
  if (!(workers >= 1 && workers <= 64)) throw new UsageError('--workers: expected 1 to 64.');
  const until = given.integer('until') ?? schedule.steps;
  if (!(until >= 1)) throw new UsageError('--until: expected at least 1.');
  const started = readStart(context, given, plan);
  if (folder && !started) throw new UsageError('--from: expected --weights to start from.');
  const source = sourceOf(given, context, folder, segments, schedule);
  const job: ShardJob = { spec, source, seed: schedule.seed };

  const progress = startProgress(plan, schedule.seed, started);
  const describe = JSON.stringify({
    spec,
    schedule,
    source: folder ? context.files.list.map(({ sha256 }) => sha256) : source,
  });
  if (existsSync(checkpointPath)) {
    readCheckpoint(
      plan,
      progress,
      describe,
      new Uint8Array(readFileSync(checkpointPath)),
      checkpointPath,
    );
  }
  const wasFinished = progress.step >= schedule.steps;
  if (progress.step > 0 && !wasFinished) {
    report.warn(`going on from step ${progress.step} of ${checkpointPath}.`);
  }
  const every = given.integer('checkpoint-every') ?? 100;
  const validation = folder || wasFinished ? [] : validationTasks(context, segments, schedule.seed);
  const runner = createShardRunner(job, workers);
  const save = (now: Progress) => {
    if (now.step % every && now.step !== schedule.steps && now.step !== until) return;
    writeOne(checkpointPath, writeCheckpoint(plan, now, describe));
    writeOne(out.replace(/(\.safetensors)?$/, '.svg'), curvesSvg(now));
  };
  try {
    await trainNetwork(
      kernels,
      plan,
      schedule,
      runner,
      progress,
      validation,
      save,
      { onProgress: report.progress },
      until,
    );
  } finally {
    runner.close();
  }
  if (progress.step < schedule.steps) {
    report.done();
    const stopped = { out: null, steps: progress.step, checkpoint: checkpointPath };
    print(
      json
        ? JSON.stringify(stopped)
        : `stopped after step ${progress.step} of ${schedule.steps}; the same command without --until goes on from ${basename(checkpointPath)}.`,
    );
    return;
  }
  const metadata = weightsMetadata({
    ...(segments
      ? { task: 'segment', network: JSON.stringify(spec) }
      : { gain: String(GAIN), pools: String(POOLS) }),
    training: describe,
  });
  // Again even when nothing was left to do: it may be lost, or of the training before.
  writeOne(out, writeSafetensors(stateTensors(plan, progress.state), metadata, 'F16'));
  report.done();
  const loss = progress.losses[progress.losses.length - 1];
  const result = { out, steps: progress.step, loss, validation: progress.validations.at(-1)?.[1] };
  print(
    json
      ? JSON.stringify(result)
      : `${basename(out)}: ${wasFinished ? 'finished already, nothing left to do; ' : ''}${result.steps} steps, loss ${loss.toFixed(3)}${result.validation === undefined ? '' : `, ${(100 * result.validation).toFixed(1)} % ${segments ? 'Dice on simulated validation scans' : 'of simulated validation defects right at one shot'}`}`,
  );
}

/** Training writes only over what training wrote. */
function refuseForeign(out: string): void {
  for (const path of [out, `${out}.checkpoint`]) {
    if (existsSync(path) && !isOwn(new Uint8Array(readFileSync(path)), path)) {
      throw new OutputError(
        `${path}: was not made by adatom train and is left alone; name another --out.`,
      );
    }
  }
}

function readStart(
  { files }: Context,
  given: Given,
  plan: ReturnType<typeof planNetwork>,
): NetworkState | undefined {
  const path = given.text('weights');
  if (path === undefined) return undefined;
  const state = {
    parameters: new Float32Array(plan.parameters),
    statistics: new Float32Array(plan.statistics),
  };
  const wrong = restoreTensors(plan, state, readWeights(files.read('weights', path), path).tensors);
  if (wrong)
    throw new UsageError(
      `--weights ${path}: expected a tensor ${wrong} as adatom train writes it.`,
    );
  return state;
}

function sourceOf(
  given: Given,
  context: Context,
  folder: string | undefined,
  segments: boolean,
  { shards }: Schedule,
): SourceDescription {
  if (segments) return { kind: 'masks', options: { shards } };
  if (!folder) {
    const surfaces = given.manyOf('surface', surfaceNames);
    const options = { gain: GAIN, shards, ...(surfaces.length > 0 ? { surfaces } : {}) };
    return { kind: 'simulated', options };
  }
  return { kind: 'labelled', options: readLabelledScans(context, folder, GAIN) };
}

/** Made once, out of scans that training never draws. */
function validationTasks({ kernels }: Context, segments: boolean, seed: number): Task[] {
  const source = openSource(
    segments
      ? { kind: 'masks', options: { validation: true, shards: 1 } }
      : { kind: 'simulated', options: { gain: GAIN, validation: true } },
  );
  const count = segments ? VALIDATION_BATCHES : VALIDATION_EPISODES;
  return Array.from({ length: count }, (_, i) => source(kernels, seed, i));
}
