import { describe, list, type StateOf, u32 } from '../snapshot/describe.ts';

/** Memory ranges of any size (MTRRs), each with a base and a mask. */
export const VARIABLE_RANGES = 8;
/** MSRs of the fixed ranges: one of 64 KB pieces, two of 16 KB, eight of 4 KB. */
export const fixedRanges = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
const PAT_RESET: readonly number[] = [0x00070406, 0x00070406];

/**
 * Bits of IA32_MISC_ENABLE (Intel SDM vol. 4, table 2-2). Branch trace storage and precise event-based sampling are unavailable:
 * their bits cannot be written.
 */
export const MiscEnable = {
  fastStrings: 1 << 0,
  unavailable: (1 << 11) | (1 << 12),
  limitCpuid: 1 << 22,
  nxDisabledHigh: 1 << 2,
} as const;

/** Model-specific registers that are no words of the state, in pairs of words, low first. */
export const modelRegisterState = describe({
  pat: list(2, u32),
  mtrrDefault: u32,
  mtrrVariable: list(VARIABLE_RANGES * 2 * 2, u32),
  mtrrFixed: list(fixedRanges.length * 2, u32),
  miscEnable: list(2, u32),
  debugControl: u32,
  kvmWallClock: list(2, u32),
  kvmSystemTime: list(2, u32),
  kvmStealTime: list(2, u32),
});
export type ModelRegisters = StateOf<typeof modelRegisterState>;

/** As after RESET. */
export function resetModelRegisters(registers: ModelRegisters): void {
  Object.assign(registers, modelRegisterState.create(), {
    pat: [...PAT_RESET],
    miscEnable: [MiscEnable.fastStrings | MiscEnable.unavailable, 0],
  });
}
