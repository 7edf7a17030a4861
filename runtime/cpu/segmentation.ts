import { Vector } from '../../translator/abi/faults.ts';
import { Rights, realRights } from '../../translator/abi/rights.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { type Descriptor, isNull, selectorError, updateSpans } from './descriptor.ts';

/** The rights of a segment after a load in VM86 mode. */
export const vm86Rights = realRights | (3 << Rights.dplShift);

/**
 * Fills a segment register, all that a program can't see included. updateKey is due, except for FS and GS. Bounds and spans
 * always are those of rights and limit: who writes these elsewhere calls updateSpans.
 */
export function setSegment(
  cpu: Cpu,
  segment: number,
  selector: number,
  base: number,
  limit: number,
  rights: number,
): void {
  const { state } = cpu;
  state[Word.selector + segment] = selector;
  state[Word.segmentBase + segment] = base;
  // Systems load what is there already at each entry to the kernel, and at each return.
  if (state[Word.segmentLimit + segment] === limit && state[Word.segmentRights + segment] === rights) return;
  state[Word.segmentLimit + segment] = limit;
  state[Word.segmentRights + segment] = rights;
  updateSpans(cpu, segment);
}

/** Fills a segment register from a descriptor that has been checked. */
export function setSegmentFrom(cpu: Cpu, segment: number, selector: number, descriptor: Descriptor): void {
  setSegment(cpu, segment, selector, descriptor.base, descriptor.limit, descriptor.high & Rights.mask);
}

/** A null selector: any access through it faults. */
export function setNullSegment(cpu: Cpu, segment: number, selector: number): void {
  setSegment(cpu, segment, selector, 0, 0, 0);
}

/** A load in VM86 mode (Intel SDM vol. 3, 20.1.1). */
export function setVm86Segment(cpu: Cpu, segment: number, selector: number): void {
  setSegment(cpu, segment, selector, selector << 4, 0xffff, vm86Rights);
}

/** A load in real mode: only selector and base change; limit and B stay as protected mode left them. */
export function setRealSegment(cpu: Cpu, segment: number, selector: number): void {
  const { state } = cpu;
  const kept = state[Word.segmentRights + segment] & (Rights.big | Rights.granular);
  setSegment(cpu, segment, selector, selector << 4, state[Word.segmentLimit + segment], realRights | kept);
}

/** A load in real or VM86 mode. */
export function setUnprotectedSegment(cpu: Cpu, segment: number, selector: number): void {
  if (cpu.isVm86) setVm86Segment(cpu, segment, selector);
  else setRealSegment(cpu, segment, selector);
}

/** MOV and POP to a segment register: any mode. */
export function loadSegment(cpu: Cpu, segment: number, selector: number): void {
  if (!cpu.isProtected) setUnprotectedSegment(cpu, segment, selector);
  else if (segment === Segment.ss) loadStackSegment(cpu, selector);
  else loadDataSegment(cpu, segment, selector);
  if (segment !== Segment.fs && segment !== Segment.gs) cpu.updateKey();
}

/** Intel SDM vol. 3, 5.6 and vol. 2, MOV. */
function loadDataSegment(cpu: Cpu, segment: number, selector: number): void {
  if (isNull(selector)) {
    setNullSegment(cpu, segment, selector);
    return;
  }
  const { data } = cpu;
  checkDataSegment(cpu, selector, Vector.generalProtection);
  data.markAccessed(cpu);
  setSegmentFrom(cpu, segment, selector, data);
}

/** Checks a selector for DS, ES, FS or GS at the CPL; its descriptor is then in cpu.data. */
export function checkDataSegment(cpu: Cpu, selector: number, vector: number): void {
  const { data } = cpu;
  data.require(cpu, selector, vector);
  if (!data.isReadable) raise(vector, selectorError(selector));
  if (!isWithinPrivilege(cpu, selector)) raise(vector, selectorError(selector));
  if (!data.isPresent) raise(Vector.segmentNotPresent, selectorError(selector));
}

/** Whether the CPL and a selector's RPL allow to load DS, ES, FS or GS with its descriptor, which is in cpu.data. */
export function isWithinPrivilege({ data, state }: Cpu, selector: number): boolean {
  return (data.isCode && data.isConforming) || data.dpl >= Math.max(state[Word.cpl], selector & 3);
}

function loadStackSegment(cpu: Cpu, selector: number): void {
  const { data } = cpu;
  checkStackSegment(cpu, selector, cpu.state[Word.cpl], Vector.generalProtection);
  data.markAccessed(cpu);
  setSegmentFrom(cpu, Segment.ss, selector, data);
}

/**
 * Checks a selector for SS at a privilege level (Intel SDM vol. 3, 5.7); its descriptor is then in cpu.data.
 * `vector` is #GP, or #TS where the selector comes from a TSS.
 */
export function checkStackSegment(cpu: Cpu, selector: number, privilege: number, vector: number): void {
  const { data } = cpu;
  data.require(cpu, selector, vector);
  if ((selector & 3) !== privilege || !data.isWritableData || data.dpl !== privilege) {
    raise(vector, selectorError(selector));
  }
  if (!data.isPresent) raise(Vector.stackFault, selectorError(selector));
}

/** After a return to an outer level: DS, ES, FS, GS that it may not use become null (Intel SDM vol. 3, 5.8.6). */
export function dropInnerSegments(cpu: Cpu): void {
  dropInnerSegment(cpu, Segment.es);
  dropInnerSegment(cpu, Segment.ds);
  dropInnerSegment(cpu, Segment.fs);
  dropInnerSegment(cpu, Segment.gs);
}

function dropInnerSegment(cpu: Cpu, segment: number): void {
  const rights = cpu.state[Word.segmentRights + segment];
  const conforming = Rights.code | Rights.conforming;
  if ((rights & conforming) === conforming) return;
  if (((rights >>> Rights.dplShift) & 3) < cpu.state[Word.cpl]) setNullSegment(cpu, segment, 0);
}
