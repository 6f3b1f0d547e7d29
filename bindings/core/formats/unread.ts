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
  { name: 'a Nanoscope force curve', at: 0, magics: ['\\*Force file list'] },
  { name: 'a Nanoscope electrochemistry', at: 0, magics: ['\\*EC File list'] },
  { name: 'a Nanoscope text', at: 0, magics: ['?*File list'] },
  { name: 'a Nanoscope II', at: 0, magics: ['Data_File_Type 7', '_File_Type 7'] },
  { name: 'an HDF5 (NeXus, .nxs, .h5)', at: 0, magics: ['\x89HDF\r\n\x1a\n'] },
  { name: 'a netCDF (GXSM)', at: 0, magics: ['CDF\x01', 'CDF\x02'] },
  { name: 'an NT-MDT .mdt', at: 0, magics: ['\x01\xb0\x93\xff'] },
  { name: 'an Omicron flat', at: 0, magics: ['FLAT0100'] },
  { name: 'a BigTIFF', at: 0, magics: ['II+\0', 'MM\0+'] },
  { name: 'a JPEG', at: 0, magics: ['\xff\xd8\xff'] },
  { name: 'a zip archive (.npz)', at: 0, magics: ['PK\x03\x04'] },
];

/** The name of a known format that adatom does not read yet, with where its magic stands. */
export function recogniseUnread(bytes: Uint8Array): { name: string; at: number } | null {
  for (const { name, at, magics } of unread) {
    if (magics.some((magic) => startsWith(bytes, magic, at))) return { name, at };
  }
  return null;
}
