import { Vector } from '../../translator/abi/faults.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Double, Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import { type Descriptor, lowestOffset, writeSpan } from './descriptor.ts';
import type { CpuWords } from './words.ts';

/** The bits of ESP that the stack segment's B flag makes the stack pointer. */
function stackMask(cpu: CpuWords): number {
  return cpu.state[Word.segmentRights + Segment.ss] & Rights.big ? -1 : 0xffff;
}

/** ESP moved by some bytes; with a 16-bit stack only SP moves. */
export function movedStackPointer(cpu: CpuWords, bytes: number): number {
  return merged(cpu.state[Word.esp], cpu.state[Word.esp] + bytes, stackMask(cpu));
}

/** Sets ESP, or with a 16-bit stack SP. */
export function setStackPointer(cpu: CpuWords, value: number): void {
  cpu.state[Word.esp] = merged(cpu.state[Word.esp], value, stackMask(cpu));
}

function merged(old: number, value: number, mask: number): number {
  return (old & ~mask) | (value & mask);
}

/** The word or doubleword `depth` bytes above the stack pointer, zero-extended. #SS(0) outside the segment. */
export function peek(cpu: CpuWords, size: number, depth: number): number {
  return peekAt(cpu, size, cpu.state[Word.esp] + depth);
}

/**
 * The word or doubleword at an offset of the stack segment, zero-extended; a 16-bit stack wraps the offset. #SS(0) outside the
 * segment.
 */
export function peekAt(cpu: CpuWords, size: number, stackOffset: number): number {
  const { state } = cpu;
  const offset = stackOffset & stackMask(cpu);
  const fromLow = (offset - state[Word.segmentLow + Segment.ss]) >>> 0;
  if (fromLow + size - 1 > cpu.doubles[Double.readSpan + Segment.ss]) raise(Vector.stackFault);
  const linear = (state[Word.segmentBase + Segment.ss] + offset) | 0;
  return size === 4 ? cpu.memory.current.load32(linear) : cpu.memory.current.load16(linear);
}

/**
 * Pushes onto a stack without moving the CPU's stack pointer, so that a fault among several pushes changes nothing.
 * The pointer reached is in `pointer`.
 */
export class StackWriter {
  /** The value of ESP after all pushes. */
  pointer = 0;
  #base = 0;
  #low = 0;
  /** NaN: V8 is to keep it as a double from the start. */
  #span = Number.NaN;
  #mask = 0;
  /** Error code of #SS: 0, or the selector of a stack that is being switched to. */
  #error = 0;
  #system = false;

  /** The stack in use, with the rights of the CPL. */
  useCurrent(cpu: CpuWords): void {
    const { state } = cpu;
    this.pointer = state[Word.esp];
    this.#base = state[Word.segmentBase + Segment.ss];
    this.#low = state[Word.segmentLow + Segment.ss];
    this.#span = cpu.doubles[Double.writeSpan + Segment.ss];
    this.#mask = stackMask(cpu);
    this.#error = 0;
    this.#system = false;
  }

  /** The stack of an inner level, with supervisor's rights. */
  useInner(descriptor: Descriptor, pointer: number, error: number): void {
    const { high, limit } = descriptor;
    this.pointer = pointer;
    this.#base = descriptor.base;
    this.#low = lowestOffset(high, limit);
    this.#span = writeSpan(high, limit);
    this.#mask = high & Rights.big ? -1 : 0xffff;
    this.#error = error;
    this.#system = true;
  }

  push(cpu: CpuWords, size: number, value: number): void {
    const offset = (this.pointer - size) & this.#mask;
    if (((offset - this.#low) >>> 0) + size - 1 > this.#span) raise(Vector.stackFault, this.#error);
    this.#store(cpu, size, (this.#base + offset) | 0, value);
    this.pointer = merged(this.pointer, offset, this.#mask);
  }

  /** Faults if a push could not be stored `bytes` below the pointer. */
  probe(cpu: CpuWords, size: number, bytes: number): void {
    const offset = (this.pointer - bytes) & this.#mask;
    if (((offset - this.#low) >>> 0) + size - 1 > this.#span) raise(Vector.stackFault, this.#error);
    cpu.memory.current.probeWrite((this.#base + offset) | 0, size);
  }

  #store(cpu: CpuWords, size: number, linear: number, value: number): void {
    const { memory } = cpu;
    if (size === 4) {
      if (this.#system) memory.storeSystem32(linear, value);
      else memory.current.store32(linear, value);
    } else if (this.#system) memory.storeSystem16(linear, value & 0xffff);
    else memory.current.store16(linear, value & 0xffff);
  }
}
