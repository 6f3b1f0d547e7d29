import { writePointsCsv } from '../bindings/core/export/csv.ts';
import { writeSxm } from '../bindings/core/export/sxm.ts';
import type { Kernels } from '../bindings/core/kernels.ts';
import {
  defectKinds,
  type SimulatedScan,
  simulateDimerRows,
} from '../bindings/core/simulate/index.ts';

type Placed = SimulatedScan['defects'][number];

/** Examples of each class that the bundled support set labels. */
const SHOTS = 3;
/** A person clicks on defects that are whole and well inside the frame, pixels. */
const INSIDE = 20;

/** The bundled example, file by file: scan, truth and support set. The same bytes on every host. */
export function exampleFiles(kernels: Kernels): Map<string, Uint8Array | string> {
  const simulated = simulateDimerRows(kernels, {
    seed: 5,
    rows: 320,
    columns: 320,
    widthNm: 40,
    counts: { vacancy: 26, 'dangling-bond': 16, fragment: 11 },
  });
  const { defects } = simulated;
  const scan = {
    ...simulated.scan,
    name: 'dimer-rows.sxm',
    // The header has room for one bias, these images have one each: better none than a wrong one.
    channels: simulated.scan.channels.map((channel) => ({ ...channel, biasV: null })),
  };
  const support = defectKinds.flatMap((kind) =>
    clearest(defects, simulated.scan.channels[0].columns)
      .filter((defect) => defect.kind === kind)
      .slice(0, SHOTS),
  );
  return new Map<string, Uint8Array | string>([
    ['dimer-rows.sxm', writeSxm(scan)],
    ['dimer-rows.truth.csv', writePointsCsv(defects.map(labelled))],
    [
      'dimer-rows.support.csv',
      writePointsCsv(
        support.map((defect) => ({
          x: Math.round(defect.x),
          y: Math.round(defect.y),
          label: defect.kind,
        })),
      ),
    ],
  ]);
}

function labelled({ x, y, kind }: Placed): { x: number; y: number; label: string } {
  return { x, y, label: kind };
}

/** Defects well inside a square frame, those farthest from any other first. */
function clearest(defects: readonly Placed[], size: number): Placed[] {
  const loneliness = (defect: Placed) =>
    Math.min(
      ...defects.filter((other) => other !== defect).map((other) => squaredDistance(defect, other)),
    );
  const isInside = (at: number) => at >= INSIDE && at < size - INSIDE;
  return defects
    .filter(({ x, y }) => isInside(x) && isInside(y))
    .sort((a, b) => loneliness(b) - loneliness(a));
}

function squaredDistance(a: Placed, b: Placed): number {
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}
