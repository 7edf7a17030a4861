import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const push: Lift = unlifted;
export const pop: Lift = unlifted;
export const pushSegment: Lift = unlifted;
export const pushf: Lift = unlifted;
export const leave: Lift = unlifted;
