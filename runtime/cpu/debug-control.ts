import type { Cpu } from './cpu.ts';
import { familyOf } from './model.ts';
import type { ModelRegister } from './model-register.ts';

/** Bit of IA32_DEBUGCTL (Intel SDM vol. 3, 17.4.1): TF traps taken branches only (BTF). There is no record of branches. */
const BRANCH_STEP = 1 << 1;

/** Whether EFLAGS.TF asks for a trap after taken branches only. */
export function stepsBranches(cpu: Cpu): boolean {
  return (cpu.modelRegisters.debugControl & BRANCH_STEP) !== 0;
}

/** A debug exception clears it (17.4.3). */
export function endBranchSteps(cpu: Cpu): void {
  cpu.modelRegisters.debugControl = 0;
}

export const debugControl: ModelRegister = {
  first: 0x1d9,
  exists: (model) => familyOf(model) >= 6,
  read: (cpu) => [cpu.modelRegisters.debugControl, 0],
  write(cpu, _number, low) {
    cpu.modelRegisters.debugControl = low & BRANCH_STEP;
  },
};
