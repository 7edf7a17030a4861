import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const execute: Lift = unlifted;
export const wait: Lift = unlifted;
export const fxsave: Lift = unlifted;
export const fxrstor: Lift = unlifted;
export const ldmxcsr: Lift = unlifted;
export const stmxcsr: Lift = unlifted;
