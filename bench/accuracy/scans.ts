import type { Channel, Scan } from '../../bindings/node/index.ts';
import type { Surface } from './surfaces/index.ts';

/** A test surface as if read from a file: two topographies, in metres. */
export function toScan({ name, planes, rows, columns, pixelNm }: Surface): Scan {
  const channels = planes.map(
    (plane, index): Channel => ({
      name: 'Z',
      unit: 'm',
      direction: 'forward',
      rows,
      columns,
      pixels: plane.map((nm) => nm * 1e-9),
      widthNm: columns * pixelNm,
      heightNm: rows * pixelNm,
      angleDeg: 0,
      biasV: index ? 1.6 : -1.8,
      setpointA: 1e-10,
      slow: 'down',
    }),
  );
  return { name, format: 'simulated', channels, header: {}, warnings: [] };
}
