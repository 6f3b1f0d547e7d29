import type { Kernels } from '../kernels.ts';
import type { RelationModule } from './relationModule.ts';

export type Method = 'prototypical' | 'matching' | 'simpleshot' | 'knn' | 'relation';

/** The labelled examples. Classes may have unequal shots. */
export interface SupportSet {
  /** (examples, dimension) */
  embeddings: Float32Array;
  dimension: number;
  /** (examples) index into classes */
  labels: Int32Array;
  /** The same examples as seen from places beside them, (examples, dimension) each: see prototypical.ts. */
  beside?: readonly Float32Array[];
  /**
   * Lengths of the parts that follow one another in each embedding, one for each way of looking at a
   * defect; default one part. Several are weighed by how well each sets the classes apart
   * (weigh-parts.ts).
   */
  parts?: readonly number[];
  /**
   * Names. A class called 'anomaly' is a class like any other: examples that belong to no class of
   * interest. It wins only what lies nearest to its examples; what resembles nothing at all is
   * 'unknown', which needs no examples.
   */
  classes: string[];
}

export interface MethodOptions {
  /** Prototypical: squared Euclidean as in the paper (default), or cosine, which ignores contrast. */
  distance?: 'euclidean' | 'cosine';
  /** Prototypical, Euclidean: embeddings (n, dimension) of the same scan, which show how defects differ. */
  unlabelled?: Float32Array;
  /** k-nearest-neighbour: how many neighbours vote; default 3, or the smallest class's shots if fewer. */
  k?: number;
  /** SimpleShot: centre by support and queries together ('all', default) or by the support alone. */
  centre?: 'all' | 'support';
  /** Relation: a learned module; without one a relation is fitted to the support set. */
  relation?: RelationModule;
}

export interface ClassifyOptions extends MethodOptions {
  /** Answer 'unknown' when no class is close (default true); see reject.ts. */
  reject?: boolean;
}

/** What a method says about n queries. */
export interface Scored {
  /** (n, nWay), larger is more alike; the largest is the answer, the first of equals. */
  scores: Float32Array;
  /** (n, nWay), 0 for identical, in the method's own unit: what confidence and rejection go by. */
  distances: Float32Array;
  /** (n, nWay) distances that set strangers apart better, where there are such; else rejection goes by `distances`. */
  plain?: Float32Array;
  /** Of confidences, in median distances to the nearest class; see confidence.ts. */
  temperature?: number;
}

/** The embeddings themselves. */
export interface Vectors {
  support: SupportSet;
  /** (n, dimension) */
  queries: Float32Array;
}

/** One few-shot method. The support set is valid and the queries (n, dimension) are finite. */
export type Classifier = (
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
  options: MethodOptions,
) => Scored;

export interface Classification {
  /** (n) index into the support set's classes, or UNKNOWN. */
  labels: Int32Array;
  /** (n) the class that would be the answer without rejection. */
  nearest: Int32Array;
  /**
   * (n) 0..1: of the label, NaN where there is one class alone, or for UNKNOWN how far the query falls
   * short of any class.
   */
  confidence: Float32Array;
  /** (n) 0..1: how much its label would tell; see doubt.ts. */
  doubt: Float32Array;
  /** (n, nWay) the method's own scores. */
  scores: Float32Array;
}

/** Label of a query that nothing in the support set is close to. */
export const UNKNOWN = -1;
