import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const mul: Lift = unlifted;
export const imul1: Lift = unlifted;
export const imul2: Lift = unlifted;
export const imul3: Lift = unlifted;
export const div: Lift = unlifted;
export const idiv: Lift = unlifted;
