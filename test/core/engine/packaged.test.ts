import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { Desk } from '../../../bindings/core/engine/desk.ts';
import {
  packagedHash,
  packagedWeights,
  weightsOr,
} from '../../../bindings/core/engine/packaged.ts';
import { writeNpy } from '../../../bindings/core/index.ts';
import { defaultWeights, sharedWeights } from '../../../bindings/node/default-weights.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const model = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../models/${name}`, import.meta.url)));
const naming = vi.fn(() => model('adatom.safetensors'));
const finding = vi.fn(() => model('segment.safetensors'));
const packaged = () =>
  packagedWeights({ decode: naming, sha256: 'a' }, { decode: finding, sha256: 'b' });

beforeEach(() => {
  naming.mockClear();
  finding.mockClear();
});

test('the network that finds defects is decoded for the first search by it, and once', () => {
  const own = packaged();
  const desk = new Desk(createKernels(), weightsOr(own, undefined));
  expect(desk.networkName.name).toBe('adatom.safetensors');
  const side = 64;
  const pixels = Float32Array.from({ length: side * side }, (_, i) => Math.sin(i / 3) + i / 9e3);
  const file = { name: 'waves.npy', bytes: writeNpy(pixels, [side, side]) };
  desk.answer({ ask: 'open', scan: 0, file, options: {} }, {});
  desk.answer({ ask: 'prepare', scan: 0, options: {} }, {});
  desk.answer({ ask: 'embed', scan: 0, points: [{ x: 30, y: 30 }], options: {} }, {});
  desk.answer({ ask: 'find', scan: 0, options: { method: 'pixels' } }, {});
  expect(finding).not.toHaveBeenCalled();
  for (let i = 0; i < 2; i++) desk.answer({ ask: 'find', scan: 0, options: {} }, {});
  expect(new Desk(createKernels(), own).loadSegmenter()).toBeDefined();
  expect(finding).toHaveBeenCalledOnce();
  expect(naming).toHaveBeenCalledOnce();
});

test('who brings another network to name with decodes neither of the package before a search', () => {
  const given = { name: 'mine.safetensors', bytes: model('adatom.safetensors') };
  const desk = new Desk(createKernels(), weightsOr(packaged(), given));
  expect(desk.networkName.name).toBe('mine.safetensors');
  expect(naming).not.toHaveBeenCalled();
  expect(finding).not.toHaveBeenCalled();
  expect(desk.loadSegmenter()?.name).toBe('segment.safetensors');
});

test('the hashes worked out when the package was built are those of its files', () => {
  const { bytes, segmenter } = defaultWeights();
  const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
  const shared = sharedWeights();
  expect(packagedHash(shared)).toBe(hashOf(bytes));
  expect(packagedHash(shared.segmenter)).toBe(hashOf(segmenter.bytes));
  // Whose bytes anybody may exchange has none.
  const given = { name: 'mine', bytes };
  for (const file of [defaultWeights(), segmenter, weightsOr(shared, given)]) {
    expect(packagedHash(file)).toBeUndefined();
  }
});
