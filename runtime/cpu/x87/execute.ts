/**
 * The traps that execute x87 instructions. An operation is the 11-bit opcode of the instruction table: low three bits of
 * the first byte, then ModR/M with the bits that vary 0. Whether the FPU is there and has no exception pending has been
 * checked by the lifter (translator/lift/x87.ts).
 */
import { Segment, Word } from '../../../translator/abi/state.ts';
import { environmentActions } from './environment.ts';
import { Fpu, type FpuCpu } from './fpu.ts';
import { memoryActions } from './memory.ts';
import { registerActions } from './register.ts';

/** FNENI, FNDISI, FNCLEX, FNINIT, FNSETPM, FNSTSW AX: these leave the instruction pointer alone (SDM vol. 1, 8.1.8). */
const isControl = (operation: number): boolean => (operation >= 0x3e0 && operation <= 0x3e4) || operation === 0x7e0;

/** Opcode, FIP and FCS of the instruction at `eip`. */
function noteInstruction(cpu: FpuCpu, opcode: number, eip: number): void {
  const { state } = cpu;
  state[Word.fpuOpcode] = opcode;
  state[Word.fpuInstructionPointer] = eip;
  state[Word.fpuInstructionSelector] = state[Word.selector + Segment.cs];
}

/**
 * An instruction on registers; `index` is i of ST(i), `condition` FCMOV's (0 or 1), `eip` its own address. FCOMI and its
 * like give the order of the operands (negative, 0, positive, or NaN), FNSTSW AX the status word.
 */
export function x87Register(cpu: FpuCpu, operation: number, index: number, condition: number, eip: number): unknown {
  if (!isControl(operation)) noteInstruction(cpu, operation | index, eip);
  return registerActions.get(operation)!(new Fpu(cpu), index, condition);
}

/**
 * An instruction with a number in memory, at a linear address that is `offset` in `segment`. `opcode` is the operation with mod and
 * rm. Raises #PF.
 */
export function x87Memory(
  cpu: FpuCpu,
  operation: number,
  linear: number,
  offset: number,
  segment: number,
  opcode: number,
  eip: number,
): void {
  memoryActions.get(operation)!(new Fpu(cpu), linear, () => {
    noteInstruction(cpu, opcode, eip);
    cpu.state[Word.fpuDataPointer] = offset;
    cpu.state[Word.fpuDataSelector] = cpu.state[Word.selector + segment];
  });
}

/** An instruction with control, status, environment or the whole state in memory; `size` is the operand's, 2 or 4. */
export function x87Environment(cpu: FpuCpu, operation: number, linear: number, size: number): void {
  environmentActions.get(operation)!(new Fpu(cpu), linear, size);
}
