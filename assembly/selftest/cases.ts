// The kernel cases of test/conformance/cases.ts, drawn from the same generator in the same order:
// every hash must be the one that Node, Deno and a browser compute.

import { distances, nearest, norms } from '../distances';
import { blur } from '../filters';
import { kmeans, kmeansSeeds, movePoints } from '../kmeans';
import { pixelsToPlanes, planesToPixels } from '../layout';
import { cos, exp, log, sin } from '../math';
import { packPoints } from '../pack';
import { maxPool2x2 } from '../pool';
import { resizeBilinear } from '../resize';
import { alloc, Block } from './block';
import { ALL, bordered, Kind, Layer, POOL, runNetwork } from './network';
import { Random } from './random';
import { Sha256 } from './sha256';
import { print } from './wasi';

/** Forms of a distance, see distances.ts. */
const DIFFERENCES = 0;
const EXPANDED = 1;
const COSINE = 2;
const VALUES = 10_000;

const random = new Random(20250601);

/** Print the name and hash of every case. */
export function runCases(): void {
  const direct = [
    makeLayer(Kind.direct, 2, 13, POOL),
    makeLayer(Kind.direct, 13, 9, POOL),
    makeLayer(Kind.direct, 9, 5, 0),
  ];
  const winograd = [makeLayer(Kind.winograd, 8, 12, POOL), makeLayer(Kind.winograd, 12, 8, 0)];
  const others = [makeLayer(Kind.one, 6, 9, 0), makeLayer(Kind.up, 9, 5, 0)];
  const points = numbers(501 * 7, 3);
  printClusters(points);
  const queries = numbers(23 * 67, 1);
  const prototypes = numbers(6 * 67, 1);
  printHash('network', runNetwork(direct, numbers(3 * 2 * 41 * 37, 1), 3, 41, 37));
  printHash('winograd', runNetwork(winograd, numbers(2 * 8 * 41 * 37, 1), 2, 41, 37));
  printHash('1x1 and up', runNetwork(others, numbers(2 * 6 * 13 * 11, 1), 2, 13, 11));
  printHash('max pool', pool(numbers(3 * 17 * 19, 1), 3, 17, 19));
  printHash('resize', resize(numbers(2 * 31 * 29, 1), 2, 31, 29, 45, 22));
  printHash('squared euclidean', matrix(queries, prototypes, 67, DIFFERENCES));
  printHash('cosine', matrix(queries, prototypes, 67, COSINE));
  printHash('expanded distances', matrix(queries, numbers(41 * 67, 1), 67, EXPANDED));
  printNearest(queries, numbers(41 * 67, 1), 67);
  printBlur(numbers(2 * 31 * 29, 1), 2, 31, 29);
  printValues('exp', -745, 710, exp);
  printValues('log', 0, 1e6, log);
  printValues('sin', -1e5, 1e5, sin);
  printValues('cos', -1e5, 1e5, cos);
  printValues('normal', 0, 1, normal);
}

function numbers(n: i32, scale: f64): Block {
  const block = new Block(n);
  for (let i = 0; i < n; i++) f32.store(block.from(i), <f32>random.between(-scale, scale));
  return block;
}

function makeLayer(kind: Kind, from: i32, to: i32, pool: i32): Layer {
  const taps = kind == Kind.one ? 1 : kind == Kind.up ? 4 : 9;
  const weights = numbers(to * from * taps, 1);
  const bias = numbers(to, 1);
  const scale = numbers(to, 1);
  const shift = numbers(to, 1);
  return new Layer(kind, from, to, weights, bias, scale, shift, ALL | pool);
}

function pool(planes: Block, channels: i32, rows: i32, columns: i32): Block {
  const pixels = alloc(bordered(rows, columns, channels));
  const pooled = alloc(bordered(rows >> 1, columns >> 1, channels));
  const out = new Block(channels * (rows >> 1) * (columns >> 1));
  planesToPixels(pixels, planes.at, channels, rows, columns);
  maxPool2x2(pooled, pixels, rows, columns, channels);
  pixelsToPlanes(out.at, pooled, channels, rows >> 1, columns >> 1);
  return out;
}

function resize(planes: Block, channels: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32): Block {
  const out = new Block(channels * outRows * outColumns);
  const index = alloc((<usize>outColumns) << 2);
  const weight = alloc((<usize>outColumns) << 2);
  for (let c = 0; c < channels; c++) {
    const to = out.from(c * outRows * outColumns);
    resizeBilinear(to, planes.from(c * rows * columns), rows, columns, outRows, outColumns, index, weight);
  }
  return out;
}

/** Vectors in blocks of eight and their norms. */
class Packed {
  blocks: usize;
  norms: usize;

  constructor(vectors: Block, dimension: i32, form: i32) {
    const n = vectors.length / dimension;
    const padded = <usize>((n + 7) & ~7);
    this.blocks = alloc((padded * dimension) << 2);
    packPoints(this.blocks, vectors.at, n, dimension, 8);
    this.norms = alloc(padded << 2);
    if (form != DIFFERENCES) norms(this.norms, this.blocks, n, dimension, form == COSINE);
  }
}

function matrix(queries: Block, prototypes: Block, dimension: i32, form: i32): Block {
  const n = queries.length / dimension;
  const m = prototypes.length / dimension;
  const q = new Packed(queries, dimension, form);
  const p = new Packed(prototypes, dimension, form);
  const out = new Block(n * m);
  distances(out.at, q.blocks, p.blocks, q.norms, p.norms, n, m, dimension, form, alloc(128));
  return out;
}

function printNearest(queries: Block, prototypes: Block, dimension: i32): void {
  const n = queries.length / dimension;
  const m = prototypes.length / dimension;
  const q = new Packed(queries, dimension, EXPANDED);
  const p = new Packed(prototypes, dimension, EXPANDED);
  const index = new Block(n);
  const distance = new Block(n);
  nearest(index.at, distance.at, q.blocks, p.blocks, q.norms, p.norms, n, m, dimension, EXPANDED, alloc(128));
  const hash = new Sha256();
  add(hash, index.at, index.bytes);
  add(hash, distance.at, distance.bytes);
  print('nearest: ' + hash.hex());
}

/** Weights 0.4, 0.2 and 0.1, of which the kernel wants half of the first. */
function printBlur(planes: Block, channels: i32, rows: i32, columns: i32): void {
  const weights = new Block(3);
  f32.store(weights.at, <f32>0.4 / 2);
  f32.store(weights.at, 0.2, 4);
  f32.store(weights.at, 0.1, 8);
  const out = new Block(planes.length);
  const line = alloc((<usize>(columns + 4)) << 2);
  for (let c = 0; c < channels; c++) {
    const image = c * rows * columns;
    blur(out.from(image), planes.from(image), rows, columns, weights.at, 2, line);
  }
  printHash('blur', out);
}

function printClusters(points: Block): void {
  const k = 5, dimension = 7;
  const n = points.length / dimension;
  const padded = (n + 15) & ~15;
  const blocks = alloc((<usize>(padded * dimension)) << 2);
  packPoints(blocks, points.at, n, dimension, 16);
  // Relative to the first, as the library does.
  movePoints(blocks, points.at, n, dimension);
  const own = new Random(11);
  const uniforms = alloc(<usize>k << 3);
  for (let i = 0; i < k; i++) f64.store(uniforms + ((<usize>i) << 3), own.uniform());
  const centres = new Block(k * dimension);
  const labels = new Block(padded);
  const result = alloc(8);
  const sums = alloc((<usize>(k * dimension)) << 3);
  const planes = alloc((<usize>(k * (dimension + 1))) << 2);
  kmeansSeeds(centres.at, labels.at, blocks, uniforms, n, k, dimension);
  const counts = new Block(k);
  kmeans(result, labels.at, centres.at, counts.at, sums, planes, blocks, n, k, dimension, 100, 1e-4);
  for (let i = 0; i < centres.length; i++) {
    f32.store(centres.from(i), f32.load(centres.from(i)) + f32.load(points.from(i % dimension)));
  }
  const hash = new Sha256();
  add(hash, centres.at, centres.bytes);
  add(hash, labels.at, (<usize>n) << 2);
  add(hash, result, 8);
  print('k-means: ' + hash.hex());
}

/** f at ten thousand places between low and high, close to zero as well as far. */
function printValues(name: string, low: f64, high: f64, f: (x: f64) => f64): void {
  const values = alloc(VALUES * 8);
  for (let i = 0; i < VALUES; i++) {
    const x = random.between(low, high);
    f64.store(values + ((<usize>i) << 3), f(i & 1 ? x : x / 1024));
  }
  const hash = new Sha256();
  add(hash, values, VALUES * 8);
  print(name + ': ' + hash.hex());
}

/** Normal deviate (Marsaglia and Bray 1964), as Kernels.normal draws it; takes nothing of x. */
function normal(x: f64): f64 {
  let u: f64, s: f64;
  do {
    u = random.between(-1, 1);
    const v = random.between(-1, 1);
    s = u * u + v * v;
  } while (!(s > 0 && s < 1));
  return u * sqrt((-2 * log(s)) / s);
}

function printHash(name: string, block: Block): void {
  const hash = new Sha256();
  add(hash, block.at, block.bytes);
  print(name + ': ' + hash.hex());
}

/** A part of a result, after its length. */
function add(hash: Sha256, at: usize, bytes: usize): void {
  const length = memory.data(4);
  store<u32>(length, <u32>bytes);
  hash.update(length, 4);
  hash.update(at, bytes);
}
