import { OptionError } from '../errors.ts';

/** How to make a scan flat. Every step can be turned off or tuned; the defaults suit most scans. */
export interface PreprocessOptions {
  /**
   * Unit of the heights, over what the file says: 'm', 'um', 'nm', 'pm', 'angstrom', or 'arbitrary'
   * to leave the values alone. Default: the file's, guessed when it has none.
   */
  unit?: string;
  /** Align lines by their offset (default), by offset and slope, or not. */
  lines?: 'offset' | 'slope' | 'off';
  /** Order of the background polynomial: 1 plane, 2 with bow (default), 3 with skew, or 'off'. */
  level?: 1 | 2 | 3 | 'off';
  /** Count heights from the local terrace (default) instead of from the largest one. */
  flatten?: boolean;
  /** Terraces smaller than this part of the image count as defects; default 0.02. */
  smallestTerrace?: number;
  /** Interpolate across scars; default 'on'. */
  scars?: 'on' | 'off';
  /** How far a scar stands out of the lines above and below, in spreads of the texture; default 5. */
  scarThreshold?: number;
  /**
   * Displace the second channel onto the first along x. 'auto' (default): if they then match
   * better, unless both were recorded in the same direction; 'on': whatever the direction.
   */
  hysteresis?: 'auto' | 'on' | 'off';
  /** 'off' keeps the file's grid unless its pixels are not square; default 'auto'. */
  resample?: 'auto' | 'off';
  /** A surface of surfaces.ts: sets the working pixel and what is known of the lattice. */
  surface?: string;
  /** Side of the working pixel, nm; over the surface's. */
  pixelNm?: number;
}

export type Settings = Required<Omit<PreprocessOptions, 'unit' | 'surface' | 'pixelNm'>> &
  Pick<PreprocessOptions, 'unit' | 'surface' | 'pixelNm'>;

/** Options with defaults filled in. Throws OptionError for a value that is none of those allowed. */
export function withDefaults(options: PreprocessOptions): Settings {
  const settings: Settings = {
    ...options,
    lines: options.lines ?? 'offset',
    level: options.level ?? 2,
    flatten: options.flatten ?? true,
    smallestTerrace: options.smallestTerrace ?? 0.02,
    scars: options.scars ?? 'on',
    scarThreshold: options.scarThreshold ?? 5,
    hysteresis: options.hysteresis ?? 'auto',
    resample: options.resample ?? 'auto',
  };
  oneOf('lines', settings.lines, ['offset', 'slope', 'off']);
  oneOf('level', settings.level, [1, 2, 3, 'off']);
  oneOf('scars', settings.scars, ['on', 'off']);
  oneOf('hysteresis', settings.hysteresis, ['auto', 'on', 'off']);
  oneOf('resample', settings.resample, ['auto', 'off']);
  within('smallestTerrace', settings.smallestTerrace, 0, 1);
  within('scarThreshold', settings.scarThreshold, 0, 1e6);
  if (options.pixelNm !== undefined) within('pixelNm', options.pixelNm, 0, 1e6);
  return settings;
}

function oneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) {
    throw new OptionError(`${name}: expected one of ${allowed.join(', ')}, got ${String(value)}.`);
  }
}

function within(name: string, value: number, above: number, most: number): void {
  if (!(Number.isFinite(value) && value > above && value <= most)) {
    throw new OptionError(
      `${name}: expected a number above ${above}, at most ${most}, got ${value}.`,
    );
  }
}
