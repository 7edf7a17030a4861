import { formatRegisters, hex } from '../../runtime/debug/registers.ts';
import type { CpuRegisters, FloatRegisters } from '../machine-core.ts';
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
  return `\nCPU#0\n${formatRegisters(registers)}\n${formatFloat(float)}`;
}

function formatFloat({ control, status, top, empty, mxcsr, fpu, xmm }: FloatRegisters): string {
  const tags = ~empty & 0xff;
  return [
    `FCW=${hex(control, 4)} FSW=${hex(status, 4)} [ST=${top}] FTW=${hex(tags, 2)} MXCSR=${hex(mxcsr)}`,
    ...inPairs(fpu.map((value, n) => `FPR${n}=${formatExtended(value)}`)),
    ...inPairs(xmm.map((words, n) => `XMM0${n}=${formatXmm(words)}`)),
    '',
  ].join('\n');
}

/** Significand, then sign and exponent. */
function formatExtended(value: bigint): string {
  const digits = value.toString(16).padStart(20, '0');
  return `${digits.slice(4)} ${digits.slice(0, 4)}`;
}

function formatXmm(words: readonly number[]): string {
  const [a, b, c, d] = words.map((word) => hex(word));
  return `${d}${c} ${b}${a}`;
}

function inPairs(texts: readonly string[]): string[] {
  return texts.flatMap((text, n) => (n % 2 === 0 ? [`${text} ${texts[n + 1]}`] : []));
}
