import { FpuPrecision } from '../abi/state.ts';
import type { Checks } from './pipeline.ts';

/** What a translation takes to be so. Where that often isn't it is made anew, with others (runtime/exec/tiering.ts). */
export interface Assumptions {
  /** Whether accesses share checks: then several are taken to lie in one page. */
  readonly checks: Checks;
  /** X87 precision control, as bits of FpuMode. */
  readonly precision: number;
  /** Offsets in the page of instructions whose accesses are not taken to be aligned. */
  readonly misaligned: ReadonlySet<number>;
}

export const usualAssumptions: Assumptions = {
  checks: 'shared',
  precision: FpuPrecision.extended,
  misaligned: new Set(),
};
