import type { FloatRegisters } from '../../runtime/debug/float-registers.ts';
import { formatFloatRegisters } from '../../runtime/debug/format-float-registers.ts';
import { formatRegisters } from '../../runtime/debug/registers.ts';
import type { CpuRegisters } from '../machine-core.ts';
import type { RegisterValues } from './expression.ts';

const segments = ['cs', 'ds', 'es', 'ss', 'fs', 'gs'] as const;
const general = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags'] as const;

/** Registers by the names that expressions have for them: those of QEMU (target/i386/monitor.c), and some more. */
export function registerValues(registers: CpuRegisters): RegisterValues {
  const control = ['cr0', 'cr2', 'cr3', 'cr4'] as const;
  const parts = segments.flatMap((name) => {
    const { selector, base, limit } = registers[name];
    return [[name, selector] as const, [`${name}.base`, base] as const, [`${name}.limit`, limit] as const];
  });
  return {
    ...Object.fromEntries([...general, ...control].map((name) => [name, registers[name]])),
    ...Object.fromEntries(parts),
    ...{ sp: registers.esp, fp: registers.ebp, pc: (registers.eip + registers.cs.base) >>> 0 },
  };
}

/** All registers, as QEMU's `info registers` shows them. */
export function formatAllRegisters(registers: CpuRegisters, float: FloatRegisters): string {
  return `\nCPU#0\n${formatRegisters(registers)}\n${formatFloatRegisters(float)}`;
}
