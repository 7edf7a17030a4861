import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const add: Lift = unlifted;
export const or: Lift = unlifted;
export const adc: Lift = unlifted;
export const sbb: Lift = unlifted;
export const and: Lift = unlifted;
export const sub: Lift = unlifted;
export const xor: Lift = unlifted;
export const cmp: Lift = unlifted;
export const test: Lift = unlifted;
export const inc: Lift = unlifted;
export const dec: Lift = unlifted;
export const neg: Lift = unlifted;
export const not: Lift = unlifted;
