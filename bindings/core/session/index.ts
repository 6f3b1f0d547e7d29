// The labelling of one scan by a person: pure values and functions, no host.

export { bindLabels } from './bind.ts';
export { clipRuns, measureRuns, strokeRuns } from './brush.ts';
export { type Density, densityText } from './density.ts';
export { checkInput, readSession, type Session, type SessionInput, writeSession } from './file.ts';
export { History } from './history.ts';
export { apply, type Command, emptyLabelling, isAt } from './labelling.ts';
export { checkNetwork, joinLibraries, libraryOf, readLibrary, writeLibrary } from './library.ts';
export { defaultColour } from './palette.ts';
export { type PrincipalPlane, principalPlane } from './pca.ts';
export { reviewQueue } from './review.ts';
export { type Heading, isInBox, isInPolygon, nearest, towards } from './select.ts';
export { surfaceSeen, surfaceWarnings } from './surfaces.ts';
export * from './types.ts';
