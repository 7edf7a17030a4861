import type { Cpu } from './cpu.ts';
import type { ModelRegister } from './model-register.ts';
import { MiscEnable } from './model-register-state.ts';

/** CPUID has leaves 0 to 2 only, for systems that cannot do with more. */
export function isCpuidLimited(cpu: Cpu): boolean {
  return (cpu.modelRegisters.miscEnable[0]! & MiscEnable.limitCpuid) !== 0;
}

export function isNxDisabled(cpu: Cpu): boolean {
  return (cpu.modelRegisters.miscEnable[1]! & MiscEnable.nxDisabledHigh) !== 0;
}

/** IA32_MISC_ENABLE, which processors with more than two CPUID leaves have. Bits of missing features stay 0. */
export const miscEnable: ModelRegister = {
  first: 0x1a0,
  exists: ({ lastLeaf }) => lastLeaf > 2,
  read: (cpu) => [cpu.modelRegisters.miscEnable[0]!, cpu.modelRegisters.miscEnable[1]!],
  write(cpu, _number, low, high) {
    const nx = cpu.model.features.has('nx') ? MiscEnable.nxDisabledHigh : 0;
    cpu.modelRegisters.miscEnable = [
      (low & (MiscEnable.fastStrings | MiscEnable.limitCpuid)) | MiscEnable.unavailable,
      high & nx,
    ];
  },
};
