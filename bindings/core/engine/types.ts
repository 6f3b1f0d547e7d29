import type { ClassCount } from '../counts.ts';
import type { SizedPoint } from '../crop.ts';
import type { Embedded, EmbedOptions } from '../embed-points.ts';
import type { OutputFile, RunResult } from '../export/files.ts';
import type { ReadOptions } from '../formats/options.ts';
import type { Named, NameOptions } from '../name-points.ts';
import type { FindOptions, Found, PrepareOptions } from '../pipeline.ts';
import type { Prepared } from '../prepared.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import type { Abortable, ProgressEvent } from '../progress.ts';
import type { Channel, Scan } from '../scan.ts';
import type { PrincipalPlane } from '../session/pca.ts';
import type { ClassLibrary } from '../session/types.ts';

/** The part of the DOM's AbortSignal that an engine listens to. */
export interface CancelSignal extends Abortable {
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What every call takes beside its arguments. */
export interface CallOptions {
  /** Aborting rejects at once with CancelledError and changes nothing; the engine stays usable. */
  signal?: CancelSignal | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/** A file by name and content. The bytes are not modified; a scan's are kept while it is open. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

export interface OpenOptions extends Omit<ReadOptions, 'siblings'> {
  /** The files that lie beside it, for formats that keep their parameters in a second file. */
  companions?: readonly NamedBytes[];
}

/** A network to name defects with and, where given, one to find them; without it k-means finds them. */
export interface Weights extends NamedBytes {
  segmenter?: NamedBytes;
}

/** Both of the package's own. */
export type DefaultWeights = Required<Weights>;

/** What a result says about the network it was made with. */
export interface NetworkName {
  name: string;
  /** null for weights made from a seed. */
  sha256: string | null;
}

/** One channel of a scan without its pixels. */
export interface ChannelInfo extends Omit<Channel, 'pixels'> {
  /** As PrepareOptions.channels accepts it: name:direction. */
  title: string;
}

/** An opened scan without its pixels. */
export interface ScanInfo extends Omit<Scan, 'channels'> {
  /** Of the file's bytes, lower-case hexadecimal. */
  sha256: string;
  channels: ChannelInfo[];
  /** Index of the channels that prepare() uses when none are named. */
  defaultChannels: number[];
}

/** One image to display. */
export interface Plane {
  rows: number;
  columns: number;
  /** (rows, columns), NaN where not measured; in the channel's unit, or of the levelled heights. */
  pixels: Float32Array;
}

/** A prepared scan without its planes and masks. */
export interface PreparedInfo extends Omit<Prepared, 'levelled'> {
  levelled: Omit<
    Levelled,
    'planes' | 'valid' | 'measured' | 'disturbed' | 'stepEdges' | 'roundedSteps'
  >;
}

/** What the engine keeps about the points that were embedded last. */
export interface EmbeddedInfo extends Omit<Embedded, 'embeddings' | 'beside' | 'fromBeside'> {
  points: number;
  network: NetworkName;
}

/** An embedded point, by its index among the points of embed(), that a person labelled. */
export interface LabelledPoint {
  point: number;
  label: string;
}

export interface ClassifyCall extends Omit<NameOptions, keyof EmbedOptions> {
  /** Labelled examples of other scans; their vectors must be of the same network and dimension. */
  library?: Pick<ClassLibrary, 'network' | 'dimension' | 'labels' | 'embeddings'> | null;
}

/** The name given to each embedded point, in the order of embed(). */
export interface Classified extends Named {
  /** The class that would be the answer without rejection; one per point. */
  nearest: string[];
  /** (points, classes) the method's own scores, larger is more alike. */
  scores: Float32Array;
}

/** What files() writes: a RunResult without what the engine knows itself. */
export type FilesCall = Omit<RunResult, 'scan' | 'prepared' | 'input' | 'network'> & {
  /** Default: the network that the engine has now. */
  network?: NetworkName | null;
  /** Whether to measure lattices, sites and shapes for it; default: as `description` has it. */
  describe?: boolean;
};

/** Bytes held, as far as the engine can count them. */
export interface EngineMemory {
  /** WebAssembly memory of all workers but search workers, in use by networks and reserved. */
  wasmUsed: number;
  wasmReserved: number;
  /** Pixels, planes, masks and embeddings of all open scans. */
  scans: number;
  /** Bytes of the files that are kept to read them again after a cancelled call. */
  files: number;
  openScans: number;
}

/**
 * One scan, from its file to its labels. The large arrays stay where the kernels are, in a worker;
 * results are plain objects and arrays that the caller owns. A call that fails or is cancelled
 * leaves everything as it was before. Calls on one scan are carried out one after the other.
 */
export interface ScanHandle {
  readonly info: ScanInfo;
  /** A channel as the file has it, by index. */
  channelPixels(channel: number, call?: CallOptions): Promise<Plane>;
  /** Level, align and resample the channels wanted; forgets the embeddings. */
  prepare(options?: PrepareOptions, call?: CallOptions): Promise<PreparedInfo>;
  /** A levelled plane, by its place among the channels prepared, on the levelled grid; NaN where nothing was measured. */
  levelledPlane(index: number, call?: CallOptions): Promise<Plane>;
  /** Find every departure from the lattice. prepare() first. */
  find(options?: FindOptions, call?: CallOptions): Promise<Found>;
  /**
   * Embed points (the file's own pixels) and keep the embeddings for classify(). prepare() first.
   * Areas, as find() gives them, count for the default crop: large defects for more than specks.
   */
  embed(
    points: readonly SizedPoint[],
    options?: EmbedOptions,
    call?: CallOptions,
  ): Promise<EmbeddedInfo>;
  /** The embeddings kept, (points, dimension). */
  embeddings(call?: CallOptions): Promise<Pick<Embedded, 'embeddings' | 'dimension'>>;
  /** The embeddings kept, seen in the plane of their two largest variances. */
  principalPlane(call?: CallOptions): Promise<PrincipalPlane>;
  /** Name every embedded point from the examples; only labels travel. embed() first. */
  classify(
    examples: readonly LabelledPoint[],
    options?: ClassifyCall,
    call?: CallOptions,
  ): Promise<Classified>;
  /** Count labels and their density; `searchedFraction` as find() gives it. prepare() first. */
  count(
    labels: readonly string[],
    classes: readonly string[],
    searchedFraction?: number,
    call?: CallOptions,
  ): Promise<ClassCount[]>;
  /** The files of a run: pictures, tables, report and record. prepare() first. */
  files(result: FilesCall, call?: CallOptions): Promise<OutputFile[]>;
  /** Forget the scan and free its memory; later calls reject. */
  close(): void;
}

/** The pipeline on one host: in workers or on the calling thread, with the same bits. */
export interface Engine {
  /** Number of workers, 0 for the calling thread. Scans are shared out among them. */
  readonly workers: number;
  /** The network that embed() uses. */
  readonly network: NetworkName;
  /** Read a scan of any format. Throws FormatError, OptionError, CancelledError. */
  open(file: NamedBytes, options?: OpenOptions, call?: CallOptions): Promise<ScanHandle>;
  /** Use this .safetensors or .pth file from now on; open scans forget their embeddings. */
  loadNetwork(file: NamedBytes, call?: CallOptions): Promise<NetworkName>;
  memory(call?: CallOptions): Promise<EngineMemory>;
  /** Stop whatever is running and give all memory back; later calls reject with CancelledError. */
  dispose(): void;
}

/** What every host's createAdatom takes. */
export interface EngineOptions {
  /** Number of workers; 0 computes on the calling thread; default 1. */
  workers?: number;
  /**
   * Number of further workers, started with the first search, that share in every search of one scan; default one
   * per core, at most 8, none on a single core. Not with `workers: 0`. The results are the same bits for any number.
   */
  searchWorkers?: number;
  /**
   * Weights of the embedding network (.safetensors or .pth) and of the segmentation network
   * (`segmenter`), instead of the package's own.
   */
  weights?: Weights;
  /** Aborting while the engine starts rejects; afterwards it disposes of the engine. */
  signal?: CancelSignal;
}
