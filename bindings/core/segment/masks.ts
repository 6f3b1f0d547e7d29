/**
 * What the segmentation network answers, one plane each: defects down to half and to a third of their
 * height, step edges, and lines that the microscope spoilt.
 */
export const MASKS = ['defect', 'extent', 'step edge', 'disturbed'] as const;
