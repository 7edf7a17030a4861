import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const movs: Lift = unlifted;
export const cmps: Lift = unlifted;
export const stos: Lift = unlifted;
export const lods: Lift = unlifted;
export const scas: Lift = unlifted;
