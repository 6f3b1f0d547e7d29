import { makeChannel, type Scan } from '../scan.ts';
import type { SimulatedScene } from './scene.ts';

const SETPOINT = 1e-10;

/**
 * A scene as if read from a file: two topographies in metres, forward and backward. Each has its own
 * bias, for which a header has no room: null.
 */
export function sceneScan(
  {
    planes,
    rows,
    columns,
    pixelNm,
  }: Pick<SimulatedScene, 'planes' | 'rows' | 'columns' | 'pixelNm'>,
  name: string,
): Scan {
  const channels = planes.map((plane, index) =>
    makeChannel(
      'Z',
      plane.map((nm) => nm * 1e-9),
      rows,
      columns,
      {
        unit: 'm',
        direction: index === 0 ? 'forward' : 'backward',
        widthNm: columns * pixelNm,
        heightNm: rows * pixelNm,
        angleDeg: 0,
        setpointA: SETPOINT,
        slow: 'down',
      },
    ),
  );
  return { name, format: 'simulated', channels, header: {}, warnings: [] };
}
