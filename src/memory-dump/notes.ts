import { withLimit } from '../../runtime/debug/registers.ts';
import type { CpuRegisters, SegmentRegister } from '../machine-core.ts';
import { concatenate, latin1 } from '../util/bytes.ts';

const NOTE_PRSTATUS = 1;
const NOTE_QEMU = 0;
const PROCESSOR_BYTES = 440;

/**
 * Processors' registers as notes of a core file: those that debuggers read (Linux's elf_prstatus for i386) of each, and then all
 * that QEMU tells besides (QEMUCPUState, version 1).
 */
export function processorNotes(processors: readonly CpuRegisters[]): Uint8Array {
  return concatenate([
    ...processors.map((registers, n) => note('CORE', NOTE_PRSTATUS, status(registers, n + 1))),
    ...processors.map((registers) => note('QEMU', NOTE_QEMU, processor(registers))),
  ]);
}

function status(r: CpuRegisters, processId: number): Uint8Array {
  const none = 0;
  const selectors = [r.ds, r.es, r.fs, r.gs].map(({ selector }) => selector);
  return words([
    ...[none, none, none, none, none, none, processId],
    ...Array.from({ length: 11 }, () => none),
    ...[r.ebx, r.ecx, r.edx, r.esi, r.edi, r.ebp, r.eax],
    ...selectors,
    ...[none, r.eip, r.cs.selector, r.eflags, r.esp, r.ss.selector],
    none,
  ]);
}

function processor(r: CpuRegisters): Uint8Array {
  const version = 1;
  const general = [r.eax, r.ebx, r.ecx, r.edx, r.esi, r.edi, r.esp, r.ebp];
  const ofLongMode = Array.from({ length: 8 }, () => 0);
  const tables = [r.gdtr, r.idtr].map((table) => ({ ...table, selector: 0, rights: 0 }));
  const segments = [r.cs, r.ds, r.es, r.fs, r.gs, r.ss, r.ldtr, r.tr, ...tables];
  return concatenate([
    words([version, PROCESSOR_BYTES]),
    doubleWords([...general, ...ofLongMode, r.eip, r.eflags]),
    ...segments.map(segment),
    doubleWords([r.cr0, 0, r.cr2, r.cr3, r.cr4]),
    // The base of GS in the kernel of long mode.
    doubleWords([0]),
  ]);
}

function segment({ selector, limit, rights, base }: SegmentRegister): Uint8Array {
  return concatenate([words([selector, limit, withLimit(rights, limit), 0]), doubleWords([base])]);
}

function note(name: string, type: number, description: Uint8Array): Uint8Array {
  const padded = latin1(name.padEnd(8, '\0'));
  return concatenate([words([name.length + 1, description.length, type]), padded, description]);
}

function words(values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function doubleWords(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
}
