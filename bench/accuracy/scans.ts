import { type Scan, sceneScan } from '../../bindings/node/index.ts';
import type { Surface } from './surfaces/index.ts';

/** A test surface as if read from a file: two topographies at two biases, both recorded forward. */
export function toScan(
  surface: Pick<Surface, 'name' | 'planes' | 'rows' | 'columns' | 'pixelNm'>,
): Scan {
  const scan = sceneScan(surface, surface.name);
  const channels = scan.channels.map((channel, index) => ({
    ...channel,
    direction: 'forward' as const,
    biasV: index ? 1.6 : -1.8,
  }));
  return { ...scan, channels };
}
