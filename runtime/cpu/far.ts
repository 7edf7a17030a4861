import { Vector } from '../../translator/abi/faults.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import {
  enterCode,
  enterUnprotectedCode,
  requireCodeSegment,
  requirePresentCode,
  requireWithinCode,
  requireWithinLimit,
} from './code-segment.ts';
import type { Cpu } from './cpu.ts';
import { SystemType, selectorError } from './descriptor.ts';
import { commitInnerStack, selectInnerStack } from './inner-stack.ts';
import { peek } from './stack.ts';
import { switchTask } from './task-switch.ts';

/** JMP far, all modes (Intel SDM vol. 2, JMP; vol. 3, 5.8). `offset` is as wide as the operand. */
export function jumpFar(cpu: Cpu, selector: number, offset: number, nextEip: number): void {
  if (!cpu.isProtected) {
    requireWithinLimit(cpu, offset);
    enterUnprotectedCode(cpu, selector, offset);
    return;
  }
  cpu.code.require(cpu, selector, Vector.generalProtection);
  if (cpu.code.high & Rights.segment) {
    checkDirectTransfer(cpu, selector, offset);
    cpu.code.markAccessed(cpu);
    enterCode(cpu, cpu.state[Word.cpl], offset);
  } else if (isCallGate(cpu.code.type)) jumpThroughGate(cpu, selector);
  else transferToTask(cpu, selector, 'jump', nextEip);
}

/** CALL far, all modes (Intel SDM vol. 2, CALL; vol. 3, 5.8). */
export function callFar(cpu: Cpu, selector: number, offset: number, size: number, nextEip: number): void {
  if (!cpu.isProtected) {
    requireWithinLimit(cpu, offset);
    pushReturn(cpu, size, nextEip);
    cpu.state[Word.esp] = cpu.stack.pointer;
    enterUnprotectedCode(cpu, selector, offset);
    return;
  }
  cpu.code.require(cpu, selector, Vector.generalProtection);
  if (cpu.code.high & Rights.segment) {
    checkDirectTransfer(cpu, selector, offset);
    pushReturn(cpu, size, nextEip);
    enterCalled(cpu, offset);
  } else if (isCallGate(cpu.code.type)) callThroughGate(cpu, selector, nextEip);
  else transferToTask(cpu, selector, 'call', nextEip);
}

/** Checks a code segment, already in cpu.code, that is gone to without a gate (Intel SDM vol. 3, 5.8.1). */
function checkDirectTransfer(cpu: Cpu, selector: number, offset: number): void {
  const { code } = cpu;
  const cpl = cpu.state[Word.cpl];
  const allowed = code.isConforming ? code.dpl <= cpl : code.dpl === cpl && (selector & 3) <= cpl;
  if (!code.isCode || !allowed) raise(Vector.generalProtection, selectorError(selector));
  requirePresentCode(cpu);
  requireWithinCode(cpu, offset);
}

function isCallGate(type: number): boolean {
  return (type & ~8) === SystemType.callGate16;
}

/** Moves the call gate from cpu.code to cpu.gate, checks it, and reads the code segment that it leads to. */
function followGate(cpu: Cpu, selector: number): void {
  const { gate } = cpu;
  gate.read(cpu, selector);
  checkGateAccess(cpu, selector);
  requireCodeSegment(cpu, gate.gateSelector);
}

/** A gate (or TSS) in cpu.gate may be used by the CPL and the selector's RPL, and is present. */
function checkGateAccess(cpu: Cpu, selector: number): void {
  const { gate } = cpu;
  if (gate.dpl < Math.max(cpu.state[Word.cpl], selector & 3)) raise(Vector.generalProtection, selectorError(selector));
  if (!gate.isPresent) raise(Vector.segmentNotPresent, selectorError(selector));
}

function jumpThroughGate(cpu: Cpu, selector: number): void {
  const { code, gate, state } = cpu;
  followGate(cpu, selector);
  const cpl = state[Word.cpl];
  const allowed = code.isConforming ? code.dpl <= cpl : code.dpl === cpl;
  if (!allowed) raise(Vector.generalProtection, selectorError(code.selector));
  requirePresentCode(cpu);
  requireWithinCode(cpu, gate.gateOffset);
  code.markAccessed(cpu);
  enterCode(cpu, cpl, gate.gateOffset);
}

function callThroughGate(cpu: Cpu, selector: number, nextEip: number): void {
  const { code, gate, state } = cpu;
  followGate(cpu, selector);
  if (code.dpl > state[Word.cpl]) raise(Vector.generalProtection, selectorError(code.selector));
  requirePresentCode(cpu);
  const size = gate.type & 8 ? 4 : 2;
  if (!code.isConforming && code.dpl < state[Word.cpl]) callInnerLevel(cpu, size, nextEip);
  else {
    pushReturn(cpu, size, nextEip);
    requireWithinCode(cpu, gate.gateOffset);
    enterCalled(cpu, gate.gateOffset);
  }
}

/** Pushes CS and EIP onto the current stack, without moving ESP yet. */
function pushReturn(cpu: Cpu, size: number, nextEip: number): void {
  const { stack } = cpu;
  stack.useCurrent(cpu);
  stack.push(cpu, size, cpu.state[Word.selector + Segment.cs]);
  stack.push(cpu, size, nextEip);
}

function enterCalled(cpu: Cpu, offset: number): void {
  cpu.code.markAccessed(cpu);
  cpu.state[Word.esp] = cpu.stack.pointer;
  enterCode(cpu, cpu.state[Word.cpl], offset);
}

/** A call gate to a more privileged level: stack of that level, parameters copied (Intel SDM vol. 3, 5.8.5). */
function callInnerLevel(cpu: Cpu, size: number, nextEip: number): void {
  const { code, data, gate, stack, state } = cpu;
  const privilege = code.dpl;
  selectInnerStack(cpu, privilege);
  stack.push(cpu, size, state[Word.selector + Segment.ss]);
  stack.push(cpu, size, state[Word.esp]);
  for (let n = (gate.high & 0x1f) - 1; n >= 0; n--) stack.push(cpu, size, peek(cpu, size, n * size));
  stack.push(cpu, size, state[Word.selector + Segment.cs]);
  stack.push(cpu, size, nextEip);
  requireWithinCode(cpu, gate.gateOffset);
  code.markAccessed(cpu);
  data.markAccessed(cpu);
  commitInnerStack(cpu);
  enterCode(cpu, privilege, gate.gateOffset);
}

/** To a TSS or through a task gate. Anything else that a selector may name is no target of a far transfer. */
function transferToTask(cpu: Cpu, selector: number, reason: 'jump' | 'call', nextEip: number): void {
  const { gate } = cpu;
  gate.read(cpu, selector);
  if (!isTaskOrGate(gate.type)) raise(Vector.generalProtection, selectorError(selector));
  checkGateAccess(cpu, selector);
  switchTask(cpu, gate.type === SystemType.taskGate ? gate.gateSelector : selector, reason, nextEip, -1);
}

function isTaskOrGate(type: number): boolean {
  return type === SystemType.taskGate || (type & ~8) === SystemType.availableTask16;
}
