import { describe, expect, test } from 'vitest';
import { cropAt } from '../../../bindings/core/crop.ts';
import { conv4FromWeights, embedCrops } from '../../../bindings/core/embed.ts';
import { OptionError, ShapeError, SupportError } from '../../../bindings/core/errors.ts';
import { classify, runEpisodes } from '../../../bindings/core/fewshot/index.ts';
import { readWeights } from '../../../bindings/core/weights/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { readNpy } from '../../npy.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { makeClusters } from './clusters.ts';

const kernels = createKernels();

describe('episodes', () => {
  const apart = makeClusters(kernels, 3, 8, 0.2);
  const blurred = makeClusters(kernels, 3, 8, 2);
  const run = (from: typeof apart, options: Parameters<typeof runEpisodes>[5]) =>
    runEpisodes(kernels, 'prototypical', from.embeddings, from.dimension, from.labels, options);

  test('clusters that lie apart score 1, chance level is 1 / nWay', () => {
    expect(run(apart, { shots: 1, episodes: 50 })).toMatchObject({ mean: 1, interval: 0 });
    const shuffled = { ...blurred, labels: blurred.labels.map((_, i) => i % 3) };
    const chance = run(shuffled, { shots: 1, episodes: 400 });
    expect(Math.abs(chance.mean - 1 / 3)).toBeLessThan(0.1);
    expect(chance.interval).toBeGreaterThan(0);
  });

  test('the seed decides', () => {
    const options = { shots: 2, episodes: 40 };
    const a = run(blurred, { ...options, seed: 5 });
    expect(run(blurred, { ...options, seed: 5 })).toEqual(a);
    expect(run(blurred, { ...options, seed: 6 }).accuracies).not.toEqual(a.accuracies);
  });

  test('the interval is 1.96 standard errors of the mean', () => {
    const { accuracies, mean, interval } = run(blurred, { shots: 1, episodes: 100 });
    const average = accuracies.reduce((s, v) => s + v) / 100;
    const variance = accuracies.reduce((s, v) => s + (v - average) ** 2, 0) / 99;
    expect(mean).toBeCloseTo(average, 12);
    expect(interval).toBeCloseTo(1.96 * Math.sqrt(variance / 100), 12);
  });

  test('more shots help; fewer ways are easier', () => {
    const accuracy = (shots: number, nWay: number) =>
      run(blurred, { shots, nWay, episodes: 300 }).mean;
    expect(accuracy(6, 3)).toBeGreaterThan(accuracy(1, 3));
    expect(accuracy(1, 2)).toBeGreaterThan(accuracy(1, 3));
  });

  test('what is not labelled counts with the queries, however little else there is', () => {
    const accuracy = (options: object) =>
      run(blurred, { shots: 1, episodes: 200, ...options }).mean;
    const none = { unlabelled: new Float32Array() };
    expect(accuracy(none)).toBeGreaterThan(accuracy({}));
    expect(accuracy({ ...none, distance: 'cosine' })).toBe(accuracy({ distance: 'cosine' }));
  });

  test('bad requests quote both numbers', () => {
    expect(() => run(apart, { shots: 8 })).toThrow(SupportError);
    expect(() => run(apart, { shots: 8 })).toThrow(/at least 9 .* has 8/);
    expect(() => run(apart, { shots: 1, nWay: 4 })).toThrow(/1 to 3.*got 4/);
    expect(() => run(apart, { shots: 0 })).toThrow(OptionError);
    expect(() => run(apart, { shots: 1, episodes: 0 })).toThrow(OptionError);
    expect(() => run({ ...apart, labels: new Int32Array(3) }, { shots: 1 })).toThrow(ShapeError);
    expect(() => run({ ...apart, labels: apart.labels.map((l) => l - 1) }, { shots: 1 })).toThrow(
      SupportError,
    );
    const far = apart.labels.map((l) => (l === 2 ? 1e9 : l));
    expect(() => run({ ...apart, labels: far }, { shots: 1 })).toThrow(SupportError);
  });
});

interface Episode {
  support_index: number[];
  support_label: number[];
  query_index: number[];
  proto_logits: number[][];
  matching_probabilities: number[][];
}

describe.skipIf(!hasShared)(sharedTitle('the golden episode'), () => {
  test.each(['si-ge', 'si-tio2'])('%s: logits and probabilities equal PyTorch’s', (network) => {
    const episode: Episode = JSON.parse(
      new TextDecoder().decode(readShared(`reference/episode-${network}.json`)),
    );
    const name = `protonet-${network}.pth`;
    const file = readWeights(readShared(`reference/${name}`), name);
    const crops = Float32Array.from(readNpy(readShared('reference/crops.npy')).values);
    const loaded = kernels.load(conv4FromWeights(file));
    const { embeddings, dimension } = embedCrops(kernels, loaded, crops, 64);
    const pick = (index: number[]) =>
      Float32Array.from(
        index.flatMap((i) => [...embeddings.subarray(i * dimension, (i + 1) * dimension)]),
      );
    const support = {
      embeddings: pick(episode.support_index),
      dimension,
      labels: Int32Array.from(episode.support_label),
      classes: ['a', 'b', 'c', 'd'],
    };
    const queries = pick(episode.query_index);
    const compare = (scores: Float32Array, golden: number[]) => {
      const largest = Math.max(...golden.map(Math.abs));
      const worst = Math.max(...golden.map((value, i) => Math.abs(value - scores[i])));
      expect(scores.length).toBe(golden.length);
      expect(worst / largest).toBeLessThanOrEqual(1e-4);
    };
    compare(
      classify(kernels, 'prototypical', support, queries).scores,
      episode.proto_logits.flat(),
    );
    compare(
      classify(kernels, 'matching', support, queries).scores,
      episode.matching_probabilities.flat(),
    );
  });
});

describe.skipIf(!hasShared)(sharedTitle('Si(001):H labelled by eye'), () => {
  const scan = 'real/si001-h-ph3-paddington-31_1';
  const read = () => {
    const planes = [0, 1].map((c) =>
      Float32Array.from(readNpy(readShared(`${scan}.channel${c}.npy`)).values),
    );
    const text = new TextDecoder().decode(readShared(`${scan}.labels.csv`));
    const rows = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(','));
    const classes = [...new Set(rows.map(([, , label]) => label))];
    return {
      planes,
      points: rows.map(([x, y]) => ({ x: Number(x), y: Number(y) })),
      labels: Int32Array.from(rows, ([, , label]) => classes.indexOf(label)),
    };
  };

  // shared/README.md, 500 episodes; within two points.
  test.each([
    ['si-ge', 16, [0.88, 0.927, 0.921]],
    ['si-ge', 20, [0.857, 0.941, 0.958]],
    ['si-tio2', 16, [0.67, 0.832, 0.869]],
  ] as const)('%s, crop of %i px as its authors cut it', (network, sizePx, reference) => {
    const { planes, points, labels } = read();
    const name = `protonet-${network}.pth`;
    const file = readWeights(readShared(`reference/${name}`), name);
    const { crops, n } = cropAt(planes, 512, 512, points, { sizePx, normalise: 'authors' });
    const loaded = kernels.load(conv4FromWeights(file));
    const { embeddings, dimension } = embedCrops(kernels, loaded, crops, n);
    reference.forEach((expected, i) => {
      const shots = [1, 3, 5][i];
      const { mean } = runEpisodes(kernels, 'prototypical', embeddings, dimension, labels, {
        shots,
      });
      expect(Math.abs(mean - expected), `${shots} shots: ${mean}`).toBeLessThan(0.02);
    });
  });
});
