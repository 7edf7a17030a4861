import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Eflags, Segment, Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import { writeEflags } from './eflags.ts';
import { TASK_IS_32_BITS } from './inner-stack.ts';
import { loadPageDirectory } from './page-directory.ts';
import { setNullSegment } from './segmentation.ts';

/** Where a task state segment holds what (Intel SDM vol. 3, figures 7-2 and 7-10). */
export interface TaskLayout {
  /** Bytes of a register. */
  readonly size: 2 | 4;
  readonly minimumLimit: number;
  /** The part that leaving a task writes. */
  readonly savedFrom: number;
  readonly savedTo: number;
  readonly eip: number;
  readonly eflags: number;
  /** EAX; the others follow in the order of their encodings. */
  readonly registers: number;
  /** ES; the others follow in the order of their encodings. */
  readonly selectors: number;
  /** Number of segment registers held. */
  readonly selectorCount: number;
  readonly ldt: number;
  /** CR3 and the T bit; not in the 16-bit form. */
  readonly cr3: number;
  readonly trap: number;
}

const layout32: TaskLayout = {
  size: 4,
  minimumLimit: 0x67,
  savedFrom: 0x20,
  savedTo: 0x60,
  eip: 0x20,
  eflags: 0x24,
  registers: 0x28,
  selectors: 0x48,
  selectorCount: 6,
  ldt: 0x60,
  cr3: 0x1c,
  trap: 0x64,
};

const layout16: TaskLayout = {
  size: 2,
  minimumLimit: 0x2b,
  savedFrom: 14,
  savedTo: 42,
  eip: 14,
  eflags: 16,
  registers: 18,
  selectors: 34,
  selectorCount: 4,
  ldt: 42,
  cr3: -1,
  trap: -1,
};

/** The layout of the TSS that a descriptor's second word (or Word.taskRights) describes. */
export function layoutOf(rights: number): TaskLayout {
  return rights & TASK_IS_32_BITS ? layout32 : layout16;
}

/** Stores the registers into the current TSS. */
export function saveTaskState(cpu: Cpu, layout: TaskLayout, flags: number, eip: number): void {
  const { memory, state } = cpu;
  const base = state[Word.taskBase];
  store(cpu, layout.size, base + layout.eip, eip);
  store(cpu, layout.size, base + layout.eflags, flags);
  for (let n = 0; n < 8; n++) store(cpu, layout.size, base + layout.registers + n * layout.size, state[Word.eax + n]);
  for (let n = 0; n < layout.selectorCount; n++) {
    memory.storeSystem16((base + layout.selectors + n * layout.size) | 0, state[Word.selector + n]);
  }
}

/**
 * Loads registers, EFLAGS (with `extraFlags`), EIP, CR3 and the selectors from the current TSS. The segment registers
 * allow no access yet: task-segments.ts qualifies their selectors, which may fault.
 */
export function loadTaskState(cpu: Cpu, layout: TaskLayout, extraFlags: number): void {
  const { memory, state } = cpu;
  const base = state[Word.taskBase];
  const eip = load(cpu, layout.size, base + layout.eip);
  const flags = load(cpu, layout.size, base + layout.eflags);
  // The upper halves after a switch to a 16-bit task are undefined.
  const upper = layout.size === 2 ? 0xffff0000 : 0;
  for (let n = 0; n < 8; n++) {
    state[Word.eax + n] = load(cpu, layout.size, base + layout.registers + n * layout.size) | upper;
  }
  for (let n = 0; n <= Segment.gs; n++) {
    const held = n < layout.selectorCount;
    setNullSegment(cpu, n, held ? memory.loadSystem16((base + layout.selectors + n * layout.size) | 0) : 0);
  }
  state[Word.ldtrSelector] = memory.loadSystem16((base + layout.ldt) | 0);
  state[Word.eip] = eip;
  writeEflags(cpu, flags | extraFlags, layout.size === 2 ? 0xffff | Eflags.vm : -1);
  const paging = (state[Word.cr0] & Cr0.pg) !== 0;
  if (layout.cr3 >= 0 && paging) loadPageDirectory(cpu, memory.loadSystem32((base + layout.cr3) | 0));
}

function load(cpu: Cpu, size: number, linear: number): number {
  return size === 4 ? cpu.memory.loadSystem32(linear | 0) : cpu.memory.loadSystem16(linear | 0);
}

function store(cpu: Cpu, size: number, linear: number, value: number): void {
  if (size === 4) cpu.memory.storeSystem32(linear | 0, value);
  else cpu.memory.storeSystem16(linear | 0, value & 0xffff);
}
