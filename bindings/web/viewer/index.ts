// adatom/viewer: <adatom-viewer>, defined on import where there are custom elements.

export { type LabelledScan, writeCoco } from '../../core/export/coco.ts';
export * from '../../core/session/index.ts';
export { NOT_A_DEFECT, type Position } from '../../core/session/index.ts';
export * from '../index.ts';
export { AdatomViewer, type ViewerEvents } from './element.ts';
export {
  EXPORT_FORMATS,
  type ExportedFile,
  type ExportFormat,
  exportResult,
  labelledScan,
} from './export.ts';
export type { Naming } from './naming.ts';
export {
  COLORMAPS,
  type Colormap,
  MARKS,
  type Marks,
  type Settings,
  TOOLS,
  type Tool,
} from './settings.ts';
export { type Busy, type Change, Workbench } from './workbench.ts';

import { AdatomViewer } from './element.ts';

declare global {
  interface HTMLElementTagNameMap {
    'adatom-viewer': AdatomViewer;
  }
}

const { customElements } = globalThis;
if (customElements && !customElements.get('adatom-viewer')) {
  customElements.define('adatom-viewer', AdatomViewer);
}
