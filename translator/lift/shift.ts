import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const rol: Lift = unlifted;
export const ror: Lift = unlifted;
export const rcl: Lift = unlifted;
export const rcr: Lift = unlifted;
export const shl: Lift = unlifted;
export const shr: Lift = unlifted;
export const sar: Lift = unlifted;
export const shld: Lift = unlifted;
export const shrd: Lift = unlifted;
