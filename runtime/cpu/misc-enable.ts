import type { Cpu } from './cpu.ts';
import type { ModelRegister } from './model-registers.ts';

/** Bits of IA32_MISC_ENABLE (Intel SDM vol. 4, table 2-2), of the low and of the high word. */
const FAST_STRINGS = 1 << 0;
const LIMIT_CPUID = 1 << 22;
const NX_DISABLED_HIGH = 1 << 2;
/** Branch trace storage and precise event-based sampling: not there. They cannot be written. */
const UNAVAILABLE = (1 << 11) | (1 << 12);

export const MISC_ENABLE_RESET: readonly number[] = [FAST_STRINGS | UNAVAILABLE, 0];

/** CPUID has leaves 0 to 2 only, for systems that cannot do with more. */
export function isCpuidLimited(cpu: Cpu): boolean {
  return (cpu.modelRegisters.miscEnable[0]! & LIMIT_CPUID) !== 0;
}

export function isNxDisabled(cpu: Cpu): boolean {
  return (cpu.modelRegisters.miscEnable[1]! & NX_DISABLED_HIGH) !== 0;
}

/** IA32_MISC_ENABLE, which processors with more than two CPUID leaves have. Bits of missing features stay 0. */
export const miscEnable: ModelRegister = {
  first: 0x1a0,
  exists: ({ lastLeaf }) => lastLeaf > 2,
  read: (cpu) => [cpu.modelRegisters.miscEnable[0]!, cpu.modelRegisters.miscEnable[1]!],
  write(cpu, _number, low, high) {
    const nx = cpu.model.features.has('nx') ? NX_DISABLED_HIGH : 0;
    cpu.modelRegisters.miscEnable = [(low & (FAST_STRINGS | LIMIT_CPUID)) | UNAVAILABLE, high & nx];
  },
};
