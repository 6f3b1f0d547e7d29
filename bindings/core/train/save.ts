import { WeightsError } from '../errors.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { Tensor } from '../weights/tensor.ts';
import type { Progress } from './loop.ts';
import type { Plan } from './plan.ts';
import { restoreTensors, stateTensors } from './trainer.ts';

/** Marks a file as training's own: nothing else is ever overwritten. */
const MAKER = 'adatom train';

/** A checkpoint as one safetensors file; `job` names all that decides how training goes. */
export function writeCheckpoint(plan: Plan, progress: Progress, job: string): Uint8Array {
  const { state, moments, losses, accuracies, validations, step } = progress;
  const tensors = stateTensors(plan, state);
  const add = (name: string, values: ArrayLike<number>) => {
    tensors.set(name, { shape: [values.length], values: Float32Array.from(values) });
  };
  add('adam.first', moments.first);
  add('adam.second', moments.second);
  add('curve.loss', losses);
  add('curve.accuracy', accuracies);
  add('curve.validation', validations.flat());
  return writeSafetensors(tensors, { maker: MAKER, kind: 'checkpoint', job, step: String(step) });
}

/**
 * Fill progress from a checkpoint. Throws FormatError, or WeightsError when the checkpoint is of
 * another training.
 */
export function readCheckpoint(
  plan: Plan,
  progress: Progress,
  job: string,
  bytes: Uint8Array,
  name: string,
): void {
  const { tensors, metadata } = readSafetensors(bytes, name);
  if (metadata['maker'] !== MAKER || metadata['kind'] !== 'checkpoint') {
    throw new WeightsError(`${name}: expected a checkpoint of adatom train, found another file.`);
  }
  if (metadata['job'] !== job) {
    throw new WeightsError(
      `${name}: expected a checkpoint of this training, found one of another (${differences(metadata['job'], job)}); name another --out, or give the same options to go on with that one.`,
    );
  }
  const values = (key: string): Float32Array => {
    const tensor: Tensor | undefined = tensors.get(key);
    if (!tensor) throw new WeightsError(`${name}: expected a tensor ${key}, found none.`);
    return tensor.values;
  };
  const wrong = restoreTensors(plan, progress.state, tensors);
  if (wrong) throw new WeightsError(`${name}: expected a tensor ${wrong} of this network.`);
  progress.step = Number(metadata['step']);
  progress.moments.first.set(values('adam.first'));
  progress.moments.second.set(values('adam.second'));
  progress.moments.steps = progress.step;
  progress.losses = [...values('curve.loss')];
  progress.accuracies = [...values('curve.accuracy')];
  const validations = values('curve.validation');
  progress.validations = [];
  for (let i = 0; i < validations.length; i += 2) {
    progress.validations.push([validations[i], validations[i + 1]]);
  }
}

/** Differing settings that an error names. */
const MOST_NAMED = 4;

/** The command line's options for settings of a job: who gave them knows no other name. */
const OPTIONS: readonly (readonly [setting: RegExp, option: string])[] = [
  [/^schedule\.(steps|seed)$/, '--$1'],
  [/^source\.options\.surfaces\b.*$/, '--surface'],
  [/^spec\.nodes\..*\.outChannels$/, '--widths'],
];

/** The settings in which two jobs, JSON, differ: `--steps found 3, expected 5`. */
function differences(found: string | undefined, expected: string): string {
  const [here, wanted] = [settingsOf(found), settingsOf(expected)];
  const depth = (name: string) => name.split('.').length;
  // The network's layers, which are many, after what applies to all.
  const names = [...new Set([...wanted.keys(), ...here.keys()])].sort(
    (a, b) => depth(a) - depth(b),
  );
  const said = new Map<string, string>();
  for (const name of names) {
    const option = OPTIONS.reduce((text, [setting, asked]) => text.replace(setting, asked), name);
    // Of an option that decides several settings the first tells enough.
    if (here.get(name) === wanted.get(name) || said.has(option)) continue;
    const values = [here, wanted].map((settings) => settings.get(name) ?? 'nothing');
    said.set(option, `${option} found ${values[0]}, expected ${values[1]}`);
  }
  const differing = [...said.values()];
  if (differing.length === 0)
    return 'its settings are the same in another order or form: another version wrote it';
  const more = differing.length - MOST_NAMED;
  return `${differing.slice(0, MOST_NAMED).join('; ')}${more > 0 ? `; ${more} more` : ''}`;
}

/** Every value of a job by its path; of a text that is no JSON there is only the text. */
function settingsOf(job: string | undefined): Map<string, string> {
  const settings = new Map<string, string>();
  const add = (path: string, value: unknown) => {
    const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    if (inside.length === 0) settings.set(path || 'job', JSON.stringify(value));
    for (const [key, inner] of inside) add(path ? `${path}.${key}` : key, inner);
  };
  try {
    add('', JSON.parse(job ?? 'null'));
  } catch {
    settings.set('job', String(job));
  }
  return settings;
}

/** Metadata of the weights file of a training. */
export function weightsMetadata(extra: Readonly<Record<string, string>>): Record<string, string> {
  return { maker: MAKER, kind: 'weights', ...extra };
}

/** Whether a file was made by training, so that training may overwrite it. */
export function isOwn(bytes: Uint8Array, name: string): boolean {
  try {
    return readSafetensors(bytes, name).metadata['maker'] === MAKER;
  } catch {
    return false;
  }
}
