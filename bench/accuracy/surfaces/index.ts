import { dichalcogenide } from './dichalcogenide.ts';
import { geZigzag } from './ge-zigzag.ts';
import { graphene } from './graphene.ts';
import { hexagonalTwins } from './hexagonal-twins.ts';
import { lowSignal } from './low-signal.ts';
import { chiral, crosses, rods } from './molecules.ts';
import { rockSalt } from './rock-salt.ts';
import { siCrowded } from './si-crowded.ts';
import type { MakeSurface } from './surface.ts';
import { tio2 } from './tio2.ts';
import { vacancyChains } from './vacancy-chains.ts';

export type { LabelledPoint, MakeSurface, Surface } from './surface.ts';

/** Surfaces to steer by, held out: none of this is shared with what networks are trained on. */
export const surfaces: Readonly<Record<string, MakeSurface>> = {
  'si-crowded': siCrowded,
  'ge-zigzag': geZigzag,
  tio2,
  'hexagonal-twins': hexagonalTwins,
  graphene,
  dichalcogenide,
  'rock-salt': rockSalt,
  'vacancy-chains': vacancyChains,
  crosses,
  chiral,
  rods,
  'low-signal': lowSignal,
};
