import { createKernels, type NamedBytes, simulateDimerRows, writeSxm } from '../viewer/index.ts';

/** A simulated Si(001) scan, to try everything on. */
export async function simulatedScan(seed: number): Promise<NamedBytes> {
  const { scan } = simulateDimerRows(await createKernels(), {
    rows: 320,
    columns: 320,
    widthNm: 40,
    counts: { vacancy: 24, 'dangling-bond': 16, fragment: 10 },
    seed,
  });
  // A Nanonis file has one bias for all its channels.
  const channels = scan.channels.map((channel) => ({ ...channel, biasV: null }));
  return { name: `simulated-${seed}.sxm`, bytes: writeSxm({ ...scan, channels }) };
}
