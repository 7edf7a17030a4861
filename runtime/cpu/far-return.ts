import { Vector } from '../../translator/abi/faults.ts';
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
import { selectorError } from './descriptor.ts';
import { checkStackSegment, dropInnerSegments, setSegmentFrom } from './segmentation.ts';
import { movedStackPointer, peek, setStackPointer } from './stack.ts';

/**
 * RET far, all modes (Intel SDM vol. 2, RET).
 * @param size of the operands on the stack
 * @param release bytes of parameters to drop
 */
export function returnFar(cpu: Cpu, size: number, release: number): void {
  const eip = peek(cpu, size, 0);
  const selector = peek(cpu, size, size) & 0xffff;
  const depth = 2 * size + release;
  if (!cpu.isProtected) {
    requireWithinLimit(cpu, eip);
    cpu.state[Word.esp] = movedStackPointer(cpu, depth);
    enterUnprotectedCode(cpu, selector, eip);
    return;
  }
  checkReturnCode(cpu, selector, eip);
  if ((selector & 3) === cpu.state[Word.cpl]) returnToSameLevel(cpu, depth, eip);
  else returnToOuterLevel(cpu, size, depth, release, eip);
}

/** Checks what RET and IRET are about to return to; the descriptor is then in cpu.code. */
export function checkReturnCode(cpu: Cpu, selector: number, eip: number): void {
  const { code } = cpu;
  const rpl = selector & 3;
  requireCodeSegment(cpu, selector);
  const allowed = code.isConforming ? code.dpl <= rpl : code.dpl === rpl;
  if (rpl < cpu.state[Word.cpl] || !allowed) raise(Vector.generalProtection, selectorError(selector));
  requirePresentCode(cpu);
  requireWithinCode(cpu, eip);
}

/** Drops `depth` bytes from the stack and goes to cpu.code. */
export function returnToSameLevel(cpu: Cpu, depth: number, eip: number): void {
  cpu.code.markAccessed(cpu);
  cpu.state[Word.esp] = movedStackPointer(cpu, depth);
  enterCode(cpu, cpu.state[Word.cpl], eip);
}

/**
 * Takes SS:ESP from `depth` bytes above the stack pointer, drops `release` bytes from that stack too, and goes to
 * cpu.code at the privilege level of its selector's RPL. Only SP is set if the new stack is 16 bits wide.
 */
export function returnToOuterLevel(cpu: Cpu, size: number, depth: number, release: number, eip: number): void {
  const { code, data } = cpu;
  const privilege = code.selector & 3;
  const pointer = peek(cpu, size, depth);
  const selector = peek(cpu, size, depth + size) & 0xffff;
  checkStackSegment(cpu, selector, privilege, Vector.generalProtection);
  code.markAccessed(cpu);
  data.markAccessed(cpu);
  setSegmentFrom(cpu, Segment.ss, selector, data);
  setStackPointer(cpu, pointer + release);
  enterCode(cpu, privilege, eip);
  dropInnerSegments(cpu);
  cpu.updateKey();
}
