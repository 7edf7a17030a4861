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
  /** The same of instructions whose accesses are not taken to be in the TLB, as those to a device. */
  readonly missing: ReadonlySet<number>;
  /** The same of functions that call themselves deeper than calls may be nested. */
  readonly recursive: ReadonlySet<number>;
}

export const usualAssumptions: Assumptions = {
  checks: 'shared',
  precision: FpuPrecision.extended,
  misaligned: new Set(),
  missing: new Set(),
  recursive: new Set(),
};
