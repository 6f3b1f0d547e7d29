/**
 * What the segmentation network answers, one plane each: defects down to half and to a third of their
 * height, step edges, lines that the microscope spoilt, and each defect's middle, which tells apart
 * defects that touch.
 */
export const MASKS = ['defect', 'extent', 'step edge', 'disturbed', 'centre'] as const;
