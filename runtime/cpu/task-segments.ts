import { Vector } from '../../translator/abi/faults.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { isNull, SystemType, selectorError } from './descriptor.ts';
import { checkDataSegment, checkStackSegment, setSegmentFrom, setVm86Segment } from './segmentation.ts';

/**
 * Qualifies the selectors that a task switch has loaded, in the order of Intel SDM vol. 3, table 7-1; a fault leaves
 * the rest unusable.
 */
export function enterTaskSegments(cpu: Cpu): void {
  const { state } = cpu;
  state[Word.cpl] = cpu.isVm86 ? 3 : state[Word.selector + Segment.cs] & 3;
  loadTaskLocalTable(cpu);
  if (cpu.isVm86) {
    for (let segment = 0; segment <= Segment.gs; segment++) {
      setVm86Segment(cpu, segment, state[Word.selector + segment]);
    }
  } else {
    loadTaskCode(cpu);
    loadTaskStack(cpu);
    loadTaskData(cpu, Segment.ds);
    loadTaskData(cpu, Segment.es);
    loadTaskData(cpu, Segment.fs);
    loadTaskData(cpu, Segment.gs);
  }
  if (state[Word.eip] >>> 0 > state[Word.segmentLimit + Segment.cs] >>> 0) raise(Vector.generalProtection);
}

function loadTaskLocalTable(cpu: Cpu): void {
  const { data, state } = cpu;
  const selector = state[Word.ldtrSelector];
  state[Word.ldtrBase] = 0;
  state[Word.ldtrLimit] = 0;
  state[Word.ldtrRights] = 0;
  if (isNull(selector)) return;
  const valid = (selector & 4) === 0 && data.read(cpu, selector) && data.type === SystemType.localTable;
  if (!valid || !data.isPresent) raise(Vector.invalidTss, selectorError(selector));
  state[Word.ldtrBase] = data.base;
  state[Word.ldtrLimit] = data.limit;
  state[Word.ldtrRights] = data.high & Rights.mask;
}

function loadTaskCode(cpu: Cpu): void {
  const { code, state } = cpu;
  const selector = state[Word.selector + Segment.cs];
  code.require(cpu, selector, Vector.invalidTss);
  const cpl = state[Word.cpl];
  const allowed = code.isConforming ? code.dpl <= cpl : code.dpl === cpl;
  if (!code.isCode || !allowed) raise(Vector.invalidTss, selectorError(selector));
  if (!code.isPresent) raise(Vector.segmentNotPresent, selectorError(selector));
  code.markAccessed(cpu);
  setSegmentFrom(cpu, Segment.cs, selector, code);
}

function loadTaskStack(cpu: Cpu): void {
  const { data, state } = cpu;
  const selector = state[Word.selector + Segment.ss];
  checkStackSegment(cpu, selector, state[Word.cpl], Vector.invalidTss);
  data.markAccessed(cpu);
  setSegmentFrom(cpu, Segment.ss, selector, data);
}

function loadTaskData(cpu: Cpu, segment: number): void {
  const selector = cpu.state[Word.selector + segment];
  if (isNull(selector)) return;
  checkDataSegment(cpu, selector, Vector.invalidTss);
  cpu.data.markAccessed(cpu);
  setSegmentFrom(cpu, segment, selector, cpu.data);
}
