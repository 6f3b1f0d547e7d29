import { labelText } from '../label-words.ts';
import type { Defect } from '../pipeline.ts';
import { version } from '../version.ts';
import { contoursOf } from './contours.ts';
import { writeResultJson } from './json.ts';

/** One scan with its labelled defects. */
export interface LabelledScan {
  file: string;
  rows: number;
  columns: number;
  /** (rows, columns): id of the defect at each pixel, 0 outside. */
  regionIds: Int32Array;
  defects: readonly Defect[];
  /** One per defect; '' for none. */
  labels: readonly string[];
  /** Those that get a category even without a defect, in order. */
  classes: readonly string[];
}

/**
 * Scans with their defects in the COCO format of object detection, with polygons in pixel corners.
 * Defects without a label are of the category 'defect'. Lin et al. 2014, arXiv 1405.0312.
 */
export function writeCoco(scans: readonly LabelledScan[]): string {
  const named = scans.flatMap(({ classes, labels }) => [...classes, ...labels.map(labelText)]);
  const categories = [...new Set(named)].map((name, i) => ({
    id: i + 1,
    name,
    supercategory: 'defect',
  }));
  const idOf = new Map(categories.map(({ id, name }) => [name, id]));
  const annotations = scans.flatMap(({ defects, labels, regionIds, columns }, image) =>
    defects.map((defect, i) => ({
      image_id: image + 1,
      category_id: idOf.get(labelText(labels[i])),
      segmentation: contoursOf(regionIds, columns, defect),
      area: defect.areaPx,
      bbox: boxOf(defect),
      iscrowd: 0,
    })),
  );
  return writeResultJson({
    info: { description: 'Defects found by adatom', version },
    images: scans.map(({ file, rows, columns }, i) => ({
      id: i + 1,
      file_name: file,
      width: columns,
      height: rows,
    })),
    categories,
    annotations: annotations.map((annotation, i) => ({ id: i + 1, ...annotation })),
  });
}

function boxOf({ box }: Defect): number[] {
  return [box.left, box.top, box.right - box.left + 1, box.bottom - box.top + 1];
}
