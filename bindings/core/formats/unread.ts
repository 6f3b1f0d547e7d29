import { asUtf16, startsWith } from './bytes.ts';

/** A known format that is recognised in order to say so by name. */
interface UnreadFormat {
  name: string;
  at: number;
  magics: readonly string[];
}

const unread: readonly UnreadFormat[] = [
  { name: 'an RHK SM3', at: 2, magics: [asUtf16('STiMage ')] },
  { name: 'an RHK SM2', at: 0, magics: ['STiMage 3.'] },
  {
    name: 'a Nanonis spectrum (.dat)',
    at: 0,
    magics: ['Experiment\t', '\xef\xbb\xbfExperiment\t'],
  },
  {
    name: 'a Bruker / Digital Instruments Nanoscope',
    at: 0,
    magics: ['\\*File list', '\\*Force file list', '\\*EC File list', '?*File list'],
  },
  { name: 'an HDF5 (NeXus, .nxs, .h5)', at: 0, magics: ['\x89HDF\r\n\x1a\n'] },
  { name: 'a netCDF (GXSM)', at: 0, magics: ['CDF\x01', 'CDF\x02'] },
  { name: 'an NT-MDT .mdt', at: 0, magics: ['\x01\xb0\x93\xff'] },
  { name: 'an Omicron flat', at: 0, magics: ['FLAT0100'] },
  { name: 'a BigTIFF', at: 0, magics: ['II+\0', 'MM\0+'] },
  { name: 'a JPEG', at: 0, magics: ['\xff\xd8\xff'] },
  { name: 'a zip archive (.npz)', at: 0, magics: ['PK\x03\x04'] },
];

const u16 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);

/** Aarhus .mul has no magic: blocks of 128 bytes, an index first, image 1 where the index says. */
function isMul(bytes: Uint8Array): boolean {
  if (bytes.length < 512 || bytes.length % 128 !== 0 || u16(bytes, 0) !== 1) return false;
  const block = u16(bytes, 2) + u16(bytes, 4) * 65536;
  const image = block * 128;
  return block >= 1 && image + 128 <= bytes.length && u16(bytes, image) === 1;
}

/** The name of a known format that adatom does not read yet, with where its magic stands. */
export function recogniseUnread(bytes: Uint8Array): { name: string; at: number } | null {
  for (const { name, at, magics } of unread) {
    if (magics.some((magic) => startsWith(bytes, magic, at))) return { name, at };
  }
  if (isMul(bytes)) return { name: 'an Aarhus .mul', at: 0 };
  return null;
}
