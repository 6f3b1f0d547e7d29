import type { Colormap } from '../../core/export/colormap.ts';

export type Tool = 'label' | 'box' | 'lasso' | 'brush' | 'erase';
export type Marks = 'outlines' | 'markers' | 'both' | 'none';

/** How the scan is shown and what the pointer does: nothing of it changes a result. */
export interface Settings {
  /** Title of the channel shown, name:direction. */
  channel: string;
  colormap: Colormap;
  /** Contrast: the values that get the first and the last colour. */
  low: number;
  high: number;
  marks: Marks;
  /** 0..1 */
  maskOpacity: number;
  tool: Tool;
  /** In pixels of the scan. */
  brushRadius: number;
  /** Candidate that the picture, the table and the map show; -1 for none. */
  selected: number;
}

export const defaultSettings: Settings = {
  channel: '',
  colormap: 'afmhot',
  low: 0,
  high: 1,
  marks: 'outlines',
  maskOpacity: 0,
  tool: 'label',
  brushRadius: 3,
  selected: -1,
};
