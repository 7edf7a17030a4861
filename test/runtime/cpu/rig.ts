import { expect } from 'vitest';
import { Cpu } from '../../../runtime/cpu/cpu.ts';
import type { HyperVPartition } from '../../../runtime/cpu/hyper-v/partition.ts';
import type { LocalApicPort } from '../../../runtime/cpu/local-apic-port.ts';
import { defaultModel } from '../../../runtime/cpu/model.ts';
import { setSegmentFrom } from '../../../runtime/cpu/segmentation.ts';
import { traps } from '../../../runtime/cpu/traps.ts';
import { GuestFault } from '../../../runtime/fault.ts';
import type { TrapName } from '../../../translator/abi/helpers.ts';
import { Segment, STATE_BYTES, WORD_COUNT, Word } from '../../../translator/abi/state.ts';
import { FlatMemory } from '../../support/flat-memory.ts';

export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
export const LDT = 0x4000;
export const OTHER_TSS = 0x5000;
export const KERNEL_STACK = 0x9000;
export const USER_STACK = 0xb000;

/** Selectors of the test's GDT. */
export const Sel = {
  code0: 0x08,
  data0: 0x10,
  code3: 0x1b,
  data3: 0x23,
  task: 0x28,
  conforming: 0x30,
  code16: 0x38,
  data16: 0x40,
  gate: 0x48,
  otherTask: 0x50,
  ldt: 0x58,
  spare: 0x60,
  beyond: 0x100,
} as const;

export interface DescriptorFields {
  base?: number;
  limit?: number;
  /** Bits 8-12 of the second word. */
  type: number;
  dpl?: number;
  present?: boolean;
  big?: boolean;
  granular?: boolean;
}

export const Type = { data: 0x12, readOnly: 0x10, expandDown: 0x16, code: 0x1a, executeOnly: 0x18, conforming: 0x1e };

export interface GateFields {
  selector: number;
  offset?: number;
  type: number;
  dpl?: number;
  present?: boolean;
  count?: number;
}

/** A CPU on flat memory, with the tables of a protected-mode system in it. */
export class Rig {
  readonly words: Int32Array;
  readonly memory: FlatMemory;
  readonly cpu: Cpu;
  readonly portLog: string[] = [];
  portValue = 0;
  /** A device's transfer of several elements at once: bytes moved. */
  portBlock: (bytes: Uint8Array) => number = () => 0;
  deadline: [low: number, high: number] = [0, 0];
  endOfInterruptPlace: [low: number, high: number] = [0, 0];
  /** Tells what is written to it. */
  readonly localApic: LocalApicPort = {
    initialId: 0,
    enabled: true,
    readBase: () => [0xfee00900, 0],
    writeBase: (low, high) => this.portLog.push(`apic base ${high} ${low.toString(16)}`),
    readDeadline: () => this.deadline,
    writeDeadline: (low, high, time) => this.portLog.push(`deadline ${high} ${low} at ${time}`),
    readBytes: (offset, size) => offset * 16 + size,
    writeBytes: (offset, size, value) => this.portLog.push(`apic ${offset.toString(16)} ${size} ${value}`),
    readEndOfInterruptPlace: () => this.endOfInterruptPlace,
    writeEndOfInterruptPlace: (low, high) => {
      this.endOfInterruptPlace = [low, high];
    },
  };
  /** The memory shared with a hypervisor, which begins at 0. */
  readonly shared: Uint8Array<ArrayBuffer>;
  readonly hypervisor = {
    memory: {
      has: (address: number, length: number) => address + length <= this.shared.length,
      read: (address: number, target: Uint8Array) => target.set(this.shared.subarray(address, address + target.length)),
      write: (address: number, bytes: Uint8Array) => this.shared.set(bytes, address),
    },
    xen: null,
    secondsAtStart: () => 1_000_000_000.25,
    hyperV: null as HyperVPartition | null,
  };
  time = 0;
  shutdowns = 0;

  constructor(model = defaultModel, sharedBytes = 0x1000) {
    this.shared = new Uint8Array(sharedBytes);
    const buffer = new ArrayBuffer(STATE_BYTES);
    this.words = new Int32Array(buffer, 0, WORD_COUNT);
    this.memory = new FlatMemory(this.words);
    this.cpu = new Cpu({
      state: this.words,
      doubles: new Float64Array(buffer),
      memory: this.memory,
      ports: {
        read: (port, size) => {
          this.portLog.push(`in ${port.toString(16)} ${size}`);
          return this.portValue;
        },
        write: (port, size, value) => this.portLog.push(`out ${port.toString(16)} ${size} ${value.toString(16)}`),
        readBlock: (port, size, target) => this.#moveBlock(`in ${port.toString(16)} ${size}`, target),
        writeBlock: (port, size, source) => this.#moveBlock(`out ${port.toString(16)} ${size}`, source),
      },
      nanoseconds: () => this.time,
      model,
      localApic: this.localApic,
      hypervisor: this.hypervisor,
      fpuErrorLine: () => undefined,
      onShutdown: () => this.shutdowns++,
    });
  }

  #moveBlock(name: string, bytes: Uint8Array): number {
    const done = this.portBlock(bytes);
    if (done > 0) this.portLog.push(`${name}: ${done} of ${bytes.length}`);
    return done;
  }

  selector(segment: keyof typeof Segment): number {
    return this.words[Word.selector + Segment[segment]];
  }

  /** Runs a trap of the helper table. */
  trap(name: TrapName, ...args: number[]): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    traps[name](this.cpu, a, b, c, d, e, f);
  }

  /** Expects a trap to fault and to have changed no word of the state (but CR2 by a page fault). */
  expectFault(vector: number, errorCode: number, name: TrapName, ...args: number[]): void {
    const before = Array.from(this.words);
    expect(caught(() => this.trap(name, ...args))).toEqual({ vector, errorCode });
    const after = Array.from(this.words);
    after[Word.cr2] = before[Word.cr2];
    expect(after).toEqual(before);
  }

  descriptor(selector: number, fields: DescriptorFields, table = GDT): void {
    const { base = 0, limit = 0xfffff, type, dpl = 0, present = true, big = true, granular = true } = fields;
    const at = table + (selector & 0xfff8);
    const flags = (big ? 0x400000 : 0) | (granular ? 0x800000 : 0) | (present ? 0x8000 : 0);
    this.memory.view.setInt32(at, (base << 16) | (limit & 0xffff), true);
    const high = (base & 0xff000000) | ((base >>> 16) & 0xff) | (limit & 0xf0000) | flags | (dpl << 13) | (type << 8);
    this.memory.view.setInt32(at + 4, high, true);
  }

  gate(at: number, fields: GateFields): void {
    const { selector, offset = 0, type, dpl = 0, present = true, count = 0 } = fields;
    this.memory.view.setInt32(at, (selector << 16) | (offset & 0xffff), true);
    const high = (offset & 0xffff0000) | (present ? 0x8000 : 0) | (dpl << 13) | (type << 8) | count;
    this.memory.view.setInt32(at + 4, high, true);
  }

  /** 32-bit interrupt gate (type 14) to code0. */
  vector(number: number, fields: Partial<GateFields> = {}): void {
    this.gate(IDT + number * 8, { selector: Sel.code0, offset: 0x100000 + number, type: 14, ...fields });
  }

  /** Sets up protected mode and goes to a privilege level with its flat segments. */
  enterProtected(privilege: 0 | 3): this {
    const { words: state } = this;
    state[Word.cr0] |= 1;
    state[Word.gdtrBase] = GDT;
    state[Word.gdtrLimit] = 0xff;
    state[Word.idtrBase] = IDT;
    state[Word.idtrLimit] = 0x7ff;
    this.descriptor(Sel.code0, { type: Type.code });
    this.descriptor(Sel.data0, { type: Type.data });
    this.descriptor(Sel.code3, { type: Type.code, dpl: 3 });
    this.descriptor(Sel.data3, { type: Type.data, dpl: 3 });
    this.descriptor(Sel.task, { base: TSS, limit: 0x67 + 0x100, type: 9, granular: false });
    this.descriptor(Sel.conforming, { type: Type.conforming });
    this.descriptor(Sel.code16, { type: Type.code, big: false, granular: false, limit: 0xffff });
    this.descriptor(Sel.data16, { type: Type.data, big: false, granular: false, limit: 0xffff });
    this.descriptor(Sel.otherTask, { base: OTHER_TSS, limit: 0x67, type: 9, granular: false });
    this.descriptor(Sel.ldt, { base: LDT, limit: 0xff, type: 2, granular: false });
    this.trap('loadTask', Sel.task);
    this.memory.view.setInt32(TSS + 4, KERNEL_STACK, true);
    this.memory.view.setInt32(TSS + 8, Sel.data0, true);
    this.level(privilege);
    return this;
  }

  /** Goes to a privilege level, as an operating system would have done before. */
  level(privilege: 0 | 3): void {
    const { cpu, words: state } = this;
    const [code, data] = privilege === 0 ? [Sel.code0, Sel.data0] : [Sel.code3, Sel.data3];
    state[Word.cpl] = privilege;
    cpu.code.read(cpu, code);
    setSegmentFrom(cpu, Segment.cs, code, cpu.code);
    for (const segment of [Segment.ss, Segment.ds, Segment.es]) this.trap('moveToSegment', segment, data);
    state[Word.esp] = privilege === 0 ? KERNEL_STACK : USER_STACK;
    state[Word.eip] = 0x1234;
    state[Word.interruptShadow] = 0;
    cpu.updateKey();
  }

  /** Puts doublewords on the stack, the first one on top. */
  onStack(...values: number[]): void {
    this.words[Word.esp] -= 4 * values.length;
    for (const [n, value] of values.entries()) this.memory.view.setInt32(this.words[Word.esp] + 4 * n, value, true);
  }

  /** Doublewords on the stack, from the top. */
  stack(count: number): number[] {
    return this.memory.words(this.words[Word.esp], count);
  }
}

export function caught(run: () => void): { vector: number; errorCode: number } | undefined {
  try {
    run();
  } catch (error) {
    if (!(error instanceof GuestFault)) throw error;
    return { vector: error.vector, errorCode: error.errorCode };
  }
  return undefined;
}
