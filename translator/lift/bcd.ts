import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const daa: Lift = unlifted;
export const das: Lift = unlifted;
export const aaa: Lift = unlifted;
export const aas: Lift = unlifted;
export const aam: Lift = unlifted;
export const aad: Lift = unlifted;
