import { COLORMAPS, type Colormap } from '../../core/export/colormap.ts';

export const TOOLS = ['label', 'box', 'lasso', 'brush', 'erase'] as const;
/** What the pointer does: label by click, box or lasso, paint a missed defect, remove a wrong one. */
export type Tool = (typeof TOOLS)[number];

export const MARKS = ['outlines', 'markers', 'both', 'none'] as const;
export type Marks = (typeof MARKS)[number];

export { COLORMAPS, type Colormap };

/** How the scan is shown and what the pointer does: nothing of it changes a result. */
export interface Settings {
  /** Title of the channel shown, name:direction. */
  channel: string;
  colormap: Colormap;
  /** Percentiles of the values that get the first and the last colour. */
  lowPercent: number;
  highPercent: number;
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
  lowPercent: 1,
  highPercent: 99,
  marks: 'outlines',
  maskOpacity: 0,
  tool: 'label',
  brushRadius: 4,
  selected: -1,
};
