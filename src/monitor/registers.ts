import { formatFloatRegisters } from '../../runtime/debug/format-float-registers.ts';
import { formatRegisters } from '../../runtime/debug/registers.ts';
import type { CpuRegisters } from '../machine-core.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
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

/** The registers of the processor that is chosen, of another one or, with `-a`, of all, as QEMU's `info registers` shows them. */
export async function infoRegisters(
  { flags, numbers }: Arguments,
  { machine, processor }: CommandContext,
): Promise<string> {
  const number = Number(numbers.vcpu ?? processor.number);
  if (!machine.processorPlaces.isPresent(number)) throw new MonitorError(`CPU#${number} not available`);
  const wanted = flags.has('a') ? machine.processorPlaces.present.map(({ processor: n }) => n) : [number];
  const texts = wanted.map(async (n) => {
    const { examine } = machine.processor(n);
    const [registers, float] = [await examine('registers'), await examine('floatRegisters')];
    return `\nCPU#${n}\n${formatRegisters(registers)}\n${formatFloatRegisters(float)}`;
  });
  return (await Promise.all(texts)).join('');
}
