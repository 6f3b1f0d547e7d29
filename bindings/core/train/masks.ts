/**
 * What the segmentation network answers, one plane each: defects, pixels where two of them touch,
 * step edges, and lines that the microscope spoilt.
 */
export const MASKS = ['defect', 'seam', 'step edge', 'disturbed'] as const;
