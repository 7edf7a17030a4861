import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

export const bt: Lift = unlifted;
export const bts: Lift = unlifted;
export const btr: Lift = unlifted;
export const btc: Lift = unlifted;
export const bsf: Lift = unlifted;
export const bsr: Lift = unlifted;
