import { Vector } from '../../translator/abi/faults.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { isNull, SystemType, selectorError } from './descriptor.ts';

/** Sets of system descriptor types. */
const localTableTypes = 1 << SystemType.localTable;
const taskTypes = (1 << SystemType.availableTask16) | (1 << SystemType.availableTask32);

/** LGDT. */
export function loadGlobalTable(cpu: Cpu, limit: number, base: number): void {
  cpu.state[Word.gdtrLimit] = limit;
  cpu.state[Word.gdtrBase] = base;
}

/** LIDT. */
export function loadInterruptTable(cpu: Cpu, limit: number, base: number): void {
  cpu.state[Word.idtrLimit] = limit;
  cpu.state[Word.idtrBase] = base;
}

/** LLDT (Intel SDM vol. 2). A null selector makes every use of the LDT fault. */
export function loadLocalTable(cpu: Cpu, selector: number): void {
  const { data, state } = cpu;
  if (isNull(selector)) {
    state[Word.ldtrSelector] = selector;
    state[Word.ldtrBase] = 0;
    state[Word.ldtrLimit] = 0;
    state[Word.ldtrRights] = 0;
    return;
  }
  requireSystemSegment(cpu, selector, localTableTypes);
  state[Word.ldtrSelector] = selector;
  state[Word.ldtrBase] = data.base;
  state[Word.ldtrLimit] = data.limit;
  state[Word.ldtrRights] = data.high & Rights.mask;
}

/** LTR (Intel SDM vol. 2). */
export function loadTask(cpu: Cpu, selector: number): void {
  const { data, state } = cpu;
  requireSystemSegment(cpu, selector, taskTypes);
  data.markBusy(cpu);
  state[Word.taskSelector] = selector;
  state[Word.taskBase] = data.base;
  state[Word.taskLimit] = data.limit;
  state[Word.taskRights] = data.high & Rights.mask;
}

/** Reads a descriptor of the GDT into cpu.data and checks that its type is in the set. */
function requireSystemSegment(cpu: Cpu, selector: number, types: number): void {
  const { data } = cpu;
  const error = selectorError(selector);
  if (selector & 4) raise(Vector.generalProtection, error);
  data.require(cpu, selector, Vector.generalProtection);
  if (data.type > 15 || ((types >>> data.type) & 1) === 0) raise(Vector.generalProtection, error);
  if (!data.isPresent) raise(Vector.segmentNotPresent, error);
}
