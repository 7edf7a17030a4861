import { describe, list, type StateOf, u32 } from '../snapshot/describe.ts';
import { MTRR_FIXED_WORDS, MTRR_VARIABLE_WORDS, PAT_RESET } from './memory-types.ts';
import { MISC_ENABLE_RESET } from './misc-enable.ts';

/** Model-specific registers that are no words of the state, in pairs of words, low first. */
export const modelRegisterState = describe({
  pat: list(2, u32),
  mtrrDefault: u32,
  mtrrVariable: list(MTRR_VARIABLE_WORDS, u32),
  mtrrFixed: list(MTRR_FIXED_WORDS, u32),
  miscEnable: list(2, u32),
  debugControl: u32,
  kvmWallClock: list(2, u32),
  kvmSystemTime: list(2, u32),
  kvmStealTime: list(2, u32),
});
export type ModelRegisters = StateOf<typeof modelRegisterState>;

/** As after RESET. */
export function resetModelRegisters(registers: ModelRegisters): void {
  Object.assign(registers, modelRegisterState.create(), { pat: [...PAT_RESET], miscEnable: [...MISC_ENABLE_RESET] });
}
