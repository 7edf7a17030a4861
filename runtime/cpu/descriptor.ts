import { Rights } from '../../translator/abi/rights.ts';
import { Double, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { CpuWords } from './words.ts';

/** Types of system descriptors (Intel SDM vol. 3, table 3-2). */
export const SystemType = {
  availableTask16: 1,
  localTable: 2,
  busyTask16: 3,
  callGate16: 4,
  taskGate: 5,
  interruptGate16: 6,
  trapGate16: 7,
  availableTask32: 9,
  busyTask32: 11,
  callGate32: 12,
  interruptGate32: 14,
  trapGate32: 15,
} as const;

/** Busy bit of a TSS descriptor, in its second word. */
const TASK_BUSY = 1 << 9;

/** A selector as an error code: without its RPL (Intel SDM vol. 3, 6.13). */
export function selectorError(selector: number): number {
  return selector & 0xfffc;
}

export function isNull(selector: number): boolean {
  return (selector & 0xfffc) === 0;
}

/** The lowest offset that a segment allows. */
export function lowestOffset(rights: number, limit: number): number {
  return isExpandDown(rights) ? (limit + 1) | 0 : 0;
}

/** Number of the last byte counted from the lowest offset that may be read, -1 if none (Double.readSpan). */
export function readSpan(rights: number, limit: number): number {
  const readable = (rights & (Rights.code | Rights.readable)) !== Rights.code;
  return readable ? span(rights, limit) : -1;
}

/** Number of the last byte counted from the lowest offset that may be written, -1 if none (Double.writeSpan). */
export function writeSpan(rights: number, limit: number): number {
  return (rights & (Rights.code | Rights.writable)) === Rights.writable ? span(rights, limit) : -1;
}

function isExpandDown(rights: number): boolean {
  return (rights & (Rights.code | Rights.expandDown)) === Rights.expandDown;
}

function span(rights: number, limit: number): number {
  if ((rights & Rights.present) === 0) return -1;
  if (!isExpandDown(rights)) return limit >>> 0;
  const top = rights & Rights.big ? 0xffffffff : 0xffff;
  return Math.max(top - (limit >>> 0) - 1, -1);
}

/** Derives a segment's bounds and spans (translator/abi/state.ts) from its rights and limit. */
export function updateSpans({ state, doubles }: Pick<CpuWords, 'state' | 'doubles'>, segment: number): void {
  const rights = state[Word.segmentRights + segment];
  const limit = state[Word.segmentLimit + segment];
  state[Word.segmentLow + segment] = lowestOffset(rights, limit);
  doubles[Double.readSpan + segment] = readSpan(rights, limit);
  doubles[Double.writeSpan + segment] = writeSpan(rights, limit);
}

/** A descriptor read from the GDT, LDT or IDT. The CPU owns a few, reused: reading one allocates nothing. */
export class Descriptor {
  selector = 0;
  /** Linear address it was read from. */
  address = 0;
  low = 0;
  high = 0;

  /** Reads the descriptor of a selector; false if it is null or lies outside its table. */
  read(cpu: CpuWords, selector: number): boolean {
    if (!this.#locate(cpu, selector)) return false;
    this.readAt(cpu, this.address);
    return true;
  }

  /** Reads the descriptor of a selector as `read` does, but only if reading has no effect and cannot fault; false otherwise. */
  readIfMapped(cpu: CpuWords, selector: number): boolean {
    if (!this.#locate(cpu, selector) || !cpu.memory.isMappedForSystem(this.address, 8)) return false;
    this.readAt(cpu, this.address);
    return true;
  }

  /** Finds where the descriptor of a selector is; false if it is null or lies outside its table. */
  #locate({ state }: CpuWords, selector: number): boolean {
    const offset = selector & 0xfff8;
    const isLocal = (selector & 4) !== 0;
    const limit = isLocal ? state[Word.ldtrLimit] >>> 0 : state[Word.gdtrLimit];
    this.selector = selector;
    this.address = (state[isLocal ? Word.ldtrBase : Word.gdtrBase] + offset) | 0;
    return !isNull(selector) && offset + 7 <= limit;
  }

  /** Reads the descriptor of a selector; raises `vector` if it is null (error code 0) or lies outside its table. */
  require(cpu: CpuWords, selector: number, vector: number): void {
    if (!this.read(cpu, selector)) raise(vector, selectorError(selector));
  }

  readAt(cpu: CpuWords, address: number): void {
    this.address = address;
    this.low = cpu.memory.loadSystem32(address);
    this.high = cpu.memory.loadSystem32((address + 4) | 0);
  }

  get base(): number {
    return (this.low >>> 16) | ((this.high & 0xff) << 16) | (this.high & 0xff000000);
  }

  /** In bytes, as a signed word. */
  get limit(): number {
    const limit = (this.low & 0xffff) | (this.high & 0xf0000);
    return this.high & Rights.granular ? (limit << 12) | 0xfff : limit;
  }

  get dpl(): number {
    return (this.high >>> Rights.dplShift) & 3;
  }

  get isPresent(): boolean {
    return (this.high & Rights.present) !== 0;
  }

  get isAccessed(): boolean {
    return (this.high & Rights.accessed) !== 0;
  }

  get isCode(): boolean {
    return (this.high & (Rights.segment | Rights.code)) === (Rights.segment | Rights.code);
  }

  get isConforming(): boolean {
    return (this.high & Rights.conforming) !== 0;
  }

  get isWritableData(): boolean {
    return (this.high & (Rights.segment | Rights.code | Rights.writable)) === (Rights.segment | Rights.writable);
  }

  /** A data segment, or a code segment that may be read. */
  get isReadable(): boolean {
    return (this.high & Rights.segment) !== 0 && (this.high & (Rights.code | Rights.readable)) !== Rights.code;
  }

  /** A SystemType; 16 and above for code and data segments. */
  get type(): number {
    return (this.high >>> 8) & 0x1f;
  }

  /** The selector in a gate: the code segment that it leads to. */
  get gateSelector(): number {
    return this.low >>> 16;
  }

  get gateOffset(): number {
    return this.type & 8 ? (this.low & 0xffff) | (this.high & 0xffff0000) : this.low & 0xffff;
  }

  /** Sets the accessed bit, in memory too. May fault. */
  markAccessed(cpu: CpuWords): void {
    if (this.high & Rights.accessed) return;
    this.high |= Rights.accessed;
    this.#storeAccessByte(cpu);
  }

  /** Sets the busy bit of a TSS descriptor, in memory too. May fault. */
  markBusy(cpu: CpuWords): void {
    this.high |= TASK_BUSY;
    this.#storeAccessByte(cpu);
  }

  markAvailable(cpu: CpuWords): void {
    this.high &= ~TASK_BUSY;
    this.#storeAccessByte(cpu);
  }

  #storeAccessByte(cpu: CpuWords): void {
    cpu.memory.storeSystem8((this.address + 5) | 0, (this.high >>> 8) & 0xff);
  }
}
