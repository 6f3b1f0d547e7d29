import type { NamedBytes } from '../../bindings/core/engine/types.ts';
import type * as core from '../../bindings/core/index.ts';

/**
 * The upper left quarter of a scan as a .sxm file: where the question is not what is found but whether
 * the same is found, a whole scan only takes longer.
 */
export function quarterOf(
  { readScan, writeSxm }: Pick<typeof core, 'readScan' | 'writeSxm'>,
  { name, bytes }: NamedBytes,
): NamedBytes {
  const scan = readScan(bytes, name);
  const channels = scan.channels.map((channel) => {
    const rows = channel.rows / 2;
    const columns = channel.columns / 2;
    const pixels = Float32Array.from(
      { length: rows * columns },
      (_, i) => channel.pixels[Math.floor(i / columns) * channel.columns + (i % columns)],
    );
    const half = (extent: number | null) => extent && extent / 2;
    const size = { widthNm: half(channel.widthNm), heightNm: half(channel.heightNm) };
    return { ...channel, ...size, rows, columns, pixels };
  });
  return { name, bytes: writeSxm({ ...scan, channels }) };
}
