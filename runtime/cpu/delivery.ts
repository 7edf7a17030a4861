import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import {
  enterCode,
  enterUnprotectedCode,
  requireCodeSegment,
  requirePresentCode,
  requireWithinCode,
} from './code-segment.ts';
import type { Cpu } from './cpu.ts';
import { DEBUG_GENERAL_DETECT } from './debug.ts';
import { SystemType, selectorError } from './descriptor.ts';
import { flagsInHandler, readEflags } from './eflags.ts';
import { commitInnerStack, selectInnerStack } from './inner-stack.ts';
import type { InterruptKind } from './observer.ts';
import { setNullSegment } from './segmentation.ts';
import { switchTask } from './task-switch.ts';

/** Exceptions of the class "fault" except #DB: RF is set in the image they push (Intel SDM vol. 3, 17.3.1.1). */
const faultVectors =
  (1 << Vector.divideError) |
  (1 << Vector.boundRange) |
  (1 << Vector.invalidOpcode) |
  (1 << Vector.deviceNotAvailable) |
  (1 << Vector.invalidTss) |
  (1 << Vector.segmentNotPresent) |
  (1 << Vector.stackFault) |
  (1 << Vector.generalProtection) |
  (1 << Vector.pageFault) |
  (1 << Vector.x87Error) |
  (1 << Vector.alignmentCheck) |
  (1 << Vector.simdError);

/**
 * Enters the handler of an interrupt or exception. Faults on the way are raised, with nothing changed and without the
 * EXT bit in their error code. `eip` is what the handler returns to; `errorCode` is -1 where none is pushed.
 */
export function enterHandler(cpu: Cpu, vector: number, kind: InterruptKind, errorCode: number, eip: number): void {
  if ((cpu.state[Word.cr0] & Cr0.pe) === 0) enterRealHandler(cpu, vector, eip);
  else {
    readGate(cpu, vector, kind);
    if (cpu.gate.type === SystemType.taskGate) enterTaskHandler(cpu, errorCode, eip);
    else enterGateHandler(cpu, pushedFlags(cpu, vector, kind), errorCode, eip);
  }
  // So that the handler can use the debug registers.
  if (vector === Vector.debug) cpu.state[Word.debug + 7] &= ~DEBUG_GENERAL_DETECT;
}

/** Intel SDM vol. 3, 20.1.4. */
function enterRealHandler(cpu: Cpu, vector: number, eip: number): void {
  const { state, memory, stack } = cpu;
  if (vector * 4 + 3 > state[Word.idtrLimit]) raise(Vector.generalProtection, vector * 8 + 2);
  const pointer = memory.loadSystem32((state[Word.idtrBase] + vector * 4) | 0);
  stack.useCurrent(cpu);
  stack.push(cpu, 2, readEflags(cpu));
  stack.push(cpu, 2, state[Word.selector + Segment.cs]);
  stack.push(cpu, 2, eip);
  state[Word.esp] = stack.pointer;
  state[Word.eflags] &= ~(Eflags.if | Eflags.tf | Eflags.ac | Eflags.rf);
  enterUnprotectedCode(cpu, pointer >>> 16, pointer & 0xffff);
}

/** Reads the gate of a vector into cpu.gate and checks all of it that lies in the IDT (Intel SDM vol. 3, 6.12.1). */
function readGate(cpu: Cpu, vector: number, kind: InterruptKind): void {
  const { state, gate } = cpu;
  const error = vector * 8 + 2;
  if (vector * 8 + 7 > state[Word.idtrLimit]) raise(Vector.generalProtection, error);
  gate.readAt(cpu, (state[Word.idtrBase] + vector * 8) | 0);
  if (!isInterruptGate(gate.type)) raise(Vector.generalProtection, error);
  if (kind === 'software' && gate.dpl < state[Word.cpl]) raise(Vector.generalProtection, error);
  if (!gate.isPresent) raise(Vector.segmentNotPresent, error);
}

function isInterruptGate(type: number): boolean {
  // Without the bit that means 32 bits: task gate, interrupt gate, trap gate.
  return type === SystemType.taskGate || ((type & ~8) | 1) === SystemType.trapGate16;
}

function pushedFlags(cpu: Cpu, vector: number, kind: InterruptKind): number {
  const isFault = kind === 'exception' && (faultVectors & (1 << vector)) !== 0;
  return isFault ? readEflags(cpu) | Eflags.rf : readEflags(cpu);
}

/** Through an interrupt or trap gate, which is in cpu.gate. */
function enterGateHandler(cpu: Cpu, flags: number, errorCode: number, eip: number): void {
  const { state, gate, code } = cpu;
  const cpl = state[Word.cpl];
  const size = gate.type & 8 ? 4 : 2;
  const privilege = checkHandlerCode(cpu, cpl);
  pushFrame(cpu, privilege, size, flags);
  const { stack } = cpu;
  stack.push(cpu, size, state[Word.selector + Segment.cs]);
  stack.push(cpu, size, eip);
  if (errorCode >= 0) stack.push(cpu, size, errorCode);
  requireWithinCode(cpu, gate.gateOffset);
  code.markAccessed(cpu);
  if (privilege < cpl) {
    cpu.data.markAccessed(cpu);
    if (flags & Eflags.vm) dropVm86Segments(cpu);
    commitInnerStack(cpu);
  } else state[Word.esp] = stack.pointer;
  const keep = gate.type & 1 ? -1 : ~Eflags.if;
  state[Word.eflags] = flagsInHandler(state[Word.eflags]) & keep;
  enterCode(cpu, privilege, gate.gateOffset);
}

/** Checks the code segment that cpu.gate leads to, leaves it in cpu.code, and gives the handler's privilege level. */
function checkHandlerCode(cpu: Cpu, cpl: number): number {
  const { gate, code } = cpu;
  const selector = gate.gateSelector;
  requireCodeSegment(cpu, selector);
  if (code.dpl > cpl) raise(Vector.generalProtection, selectorError(selector));
  requirePresentCode(cpu);
  const privilege = code.isConforming ? cpl : code.dpl;
  if (cpu.isVm86 && privilege !== 0) raise(Vector.generalProtection, selectorError(selector));
  return privilege;
}

/** Chooses the handler's stack in cpu.stack and pushes what lies below the return address (SDM vol. 3, fig. 6-4). */
function pushFrame(cpu: Cpu, privilege: number, size: number, flags: number): void {
  const { state, stack } = cpu;
  if (privilege === state[Word.cpl]) stack.useCurrent(cpu);
  else {
    selectInnerStack(cpu, privilege);
    if (flags & Eflags.vm) pushVm86Segments(cpu, size);
    stack.push(cpu, size, state[Word.selector + Segment.ss]);
    stack.push(cpu, size, state[Word.esp]);
  }
  stack.push(cpu, size, flags);
}

function pushVm86Segments(cpu: Cpu, size: number): void {
  const { state, stack } = cpu;
  stack.push(cpu, size, state[Word.selector + Segment.gs]);
  stack.push(cpu, size, state[Word.selector + Segment.fs]);
  stack.push(cpu, size, state[Word.selector + Segment.ds]);
  stack.push(cpu, size, state[Word.selector + Segment.es]);
}

function dropVm86Segments(cpu: Cpu): void {
  setNullSegment(cpu, Segment.gs, 0);
  setNullSegment(cpu, Segment.fs, 0);
  setNullSegment(cpu, Segment.ds, 0);
  setNullSegment(cpu, Segment.es, 0);
}

/** Through the task gate in cpu.gate; the error code goes onto the new task's stack. */
function enterTaskHandler(cpu: Cpu, errorCode: number, eip: number): void {
  switchTask(cpu, cpu.gate.gateSelector, 'call', eip, errorCode);
}
