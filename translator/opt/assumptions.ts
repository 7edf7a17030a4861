import { FpuPrecision } from '../abi/state.ts';
import type { Checks } from './pipeline.ts';

/** Observations about instructions of a page while it ran: their offsets in it. */
export interface Noted {
  /** Instructions whose accesses are not taken to be aligned. */
  readonly misaligned: ReadonlySet<number>;
  /** Instructions whose accesses are not taken to be in the TLB, as those to a device. */
  readonly missing: ReadonlySet<number>;
  /** Functions that call themselves deeper than calls may be nested. */
  readonly recursive: ReadonlySet<number>;
}

export const nothingNoted: Noted = { misaligned: new Set(), missing: new Set(), recursive: new Set() };

/**
 * The assumptions of a translation. Where one often fails the code is translated again, with others (runtime/exec/tiering.ts).
 */
export interface Assumptions extends Noted {
  /** Whether accesses share checks: then several are taken to lie in one page. */
  readonly checks: Checks;
  /** X87 precision control, as bits of FpuMode. */
  readonly precision: number;
}

export const usualAssumptions: Assumptions = { checks: 'shared', precision: FpuPrecision.extended, ...nothingNoted };
