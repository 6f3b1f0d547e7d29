import { decodeBase64, encodeBase64 } from '../base64.ts';
import { SupportError } from '../errors.ts';
import { isReservedLabel, NOT_A_DEFECT } from '../label-words.ts';
import { JsonReader } from './read-json.ts';
import type { ClassLibrary, ClassStyle, ExampleSurface, SurfaceSeen } from './types.ts';

const FORMAT = 'adatom-class-library';
const VERSION = 1;
/** Numbers of vectors are some tenths; the squares of these still add up. */
const LARGEST = 1e6;

/** Examples that were labelled on one scan, and what is known of it. */
export interface ScanExamples
  extends Pick<ClassLibrary, 'network' | 'dimension' | 'labels' | 'embeddings'> {
  /** The scan's name. */
  source: string;
  /** Rows of its lattice, where they can be compared; see surfaceSeen. */
  surface?: SurfaceSeen | undefined;
  /** In this order; those without an example are left out. */
  classes: readonly ClassStyle[];
}

/** The class library of the examples of one scan; joinLibraries puts several together. */
export function libraryOf({
  source,
  surface,
  classes,
  labels,
  ...vectors
}: ScanExamples): ClassLibrary {
  return {
    ...vectors,
    classes: classes.filter(({ name }) => labels.includes(name)),
    labels,
    sources: [source],
    ...(surface ? { surfaces: [{ ...surface, labels: [...new Set(labels)] }] } : {}),
  };
}

/** A class library as a plain object, its vectors base64 of little-endian float32. */
export function libraryToJson(library: ClassLibrary): Record<string, unknown> {
  const { network, dimension, classes, labels, embeddings, sources, surfaces } = library;
  return {
    format: FORMAT,
    version: VERSION,
    network,
    dimension,
    classes,
    labels,
    embeddings: encodeBase64(littleEndian(embeddings)),
    sources,
    ...(surfaces ? { surfaces } : {}),
  };
}

/** A class library as the text of a file that can be shared. */
export function writeLibrary(library: ClassLibrary): string {
  return `${JSON.stringify(libraryToJson(library), null, 1)}\n`;
}

/** Reads what writeLibrary wrote. Throws FormatError, which names the field. */
export function readLibrary(text: string, file: string): ClassLibrary {
  return libraryFrom(JsonReader.open(text, file, FORMAT, VERSION));
}

/** The library that a reader stands on, in a file of its own or inside a session. */
export function libraryFrom(reader: JsonReader): ClassLibrary {
  const dimension = reader.field('dimension').number();
  const labels = reader.field('labels').list((item) => item.text());
  const classes = reader.field('classes').list(classFrom);
  const network = reader.field('network');
  const surfaces = reader.field('surfaces');
  const hash = network.field('sha256');
  labels.forEach((label) => {
    if (label !== NOT_A_DEFECT && !classes.some(({ name }) => name === label)) {
      reader.field('labels').fail(`names of its classes, or '${NOT_A_DEFECT}', not '${label}'`);
    }
  });
  const text = reader.field('embeddings');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text.text()) || text.text().length % 4 !== 0) {
    text.fail('base64');
  }
  const bytes = decodeBase64(text.text());
  if (bytes.length !== labels.length * dimension * 4) {
    text.fail(`${labels.length} vectors of ${dimension} float32`);
  }
  const embeddings = new Float32Array(labels.length * dimension);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < embeddings.length; i++) {
    embeddings[i] = view.getFloat32(i * 4, true);
    if (!(Math.abs(embeddings[i]) <= LARGEST)) text.fail(`numbers up to ${LARGEST}`);
  }
  return {
    network: { name: network.field('name').text(), sha256: hash.isNull() ? null : hash.text() },
    dimension,
    classes,
    labels,
    embeddings,
    sources: reader.field('sources').list(sourceFrom),
    ...(surfaces.isNull() ? {} : { surfaces: surfaces.list(surfaceFrom) }),
  };
}

/** Whether a text holds nothing that moves a terminal's cursor. */
function isPrintable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
  return !/[\u0000-\u001f\u007f-\u009f]/.test(text);
}

function sourceFrom(reader: JsonReader): string {
  return isPrintable(reader.text()) ? reader.text() : reader.fail('a name that can be read');
}

function surfaceFrom(reader: JsonReader): ExampleSurface {
  const spacing = reader.field('rowSpacingNm');
  if (!spacing.isNull() && !(spacing.number() > 0 && spacing.number() < Infinity)) {
    spacing.fail('a distance above 0');
  }
  const labels = reader.field('labels');
  return {
    source: sourceFrom(reader.field('source')),
    rowSpacingNm: spacing.isNull() ? null : spacing.number(),
    ...(labels.isNull() ? {} : { labels: labels.list((item) => item.text()) }),
  };
}

export function classFrom(reader: JsonReader): ClassStyle {
  const colour = reader.field('colour');
  if (!/^#[0-9a-f]{6}$/i.test(colour.text())) colour.fail('a colour like #56b4e9');
  const name = reader.field('name');
  if (isReservedLabel(name.text()) || name.text() === NOT_A_DEFECT) {
    name.fail('a name for a class, this one has a meaning already');
  }
  if (name.text().trim() === '' || !isPrintable(name.text())) name.fail('a name that can be read');
  return { name: name.text(), colour: colour.text() };
}

/** Throws SupportError unless the library's vectors come from this network: others cannot be compared. */
export function checkNetwork(
  library: Pick<ClassLibrary, 'network' | 'dimension'>,
  network: ClassLibrary['network'],
  dimension: number,
): void {
  const isSameNetwork =
    library.network.sha256 === network.sha256 &&
    (network.sha256 !== null || library.network.name === network.name);
  if (isSameNetwork && library.dimension === dimension) return;
  const [found, expected] = isSameNetwork
    ? [`${library.dimension} numbers`, `${dimension}: they were made with another crop`]
    : [title(library.network), title(network)];
  throw new SupportError(
    `class library: its vectors are of ${found}, expected ${expected}; they cannot be compared.`,
  );
}

function title({ name, sha256 }: ClassLibrary['network']): string {
  return sha256 === null ? name : `${name} (sha256 ${sha256.slice(0, 12)}…)`;
}

/** The examples of both, each once; what both hold has the first's label, and classes of the first keep their colours. */
export function joinLibraries(first: ClassLibrary, second: ClassLibrary): ClassLibrary {
  checkNetwork(second, first.network, first.dimension);
  const known = examplesOf(first);
  const others = examplesOf(second).filter(
    ({ vector }) => !known.some((one) => isSame(one.vector, vector)),
  );
  const embeddings = new Float32Array(first.embeddings.length + others.length * first.dimension);
  embeddings.set(first.embeddings);
  others.forEach(({ vector }, i) => {
    embeddings.set(vector, first.embeddings.length + i * first.dimension);
  });
  const labels = [...first.labels, ...others.map(({ label }) => label)];
  const added = second.classes.filter(
    ({ name }) => !first.classes.some((one) => one.name === name) && labels.includes(name),
  );
  return {
    ...first,
    classes: [...first.classes, ...added],
    labels,
    embeddings,
    sources: [...new Set([...first.sources, ...second.sources])],
    ...(first.surfaces || second.surfaces?.length ? { surfaces: joinSurfaces(first, second) } : {}),
  };
}

function examplesOf({ embeddings, labels, dimension }: ClassLibrary) {
  return labels.map((label, i) => ({
    label,
    vector: embeddings.subarray(i * dimension, (i + 1) * dimension),
  }));
}

function isSame(one: Float32Array, other: Float32Array): boolean {
  return one.every((value, i) => value === other[i]);
}

/** Of a source that both know what the first saw, for the examples of both. */
function joinSurfaces(first: ClassLibrary, second: ClassLibrary): ExampleSurface[] {
  const { surfaces = [] } = first;
  const others = second.surfaces ?? [];
  const joined = surfaces.map((one) => {
    const other = others.find(({ source }) => source === one.source);
    if (!other) return one;
    const { labels, ...seen } = one;
    if (!labels || !other.labels) return seen;
    return { ...seen, labels: [...new Set([...labels, ...other.labels])] };
  });
  const isNew = ({ source }: ExampleSurface) => !surfaces.some((one) => one.source === source);
  return [...joined, ...others.filter(isNew)];
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
