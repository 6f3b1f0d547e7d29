/** The other files of a scan's folder, for formats that keep their parameters in a second file. */
export interface Siblings {
  names: readonly string[];
  read(name: string): Uint8Array;
}

export interface ReadOptions {
  /** Where a Matrix image finds its parameter file. */
  siblings?: Siblings;
  /** Width of the image; sets or overrides the file's own. The height follows the aspect ratio. */
  widthNm?: number;
  /** Unit of the values, for formats that do not carry one (npy, png, tiff); 'nm' is scaled to 'm'. */
  unit?: string;
}
