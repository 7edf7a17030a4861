import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Key } from '../../translator/abi/key.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Double, Eflags, Segment, Word } from '../../translator/abi/state.ts';
import type { ProcessorMemory } from '../memory/access.ts';
import { Breakpoints } from './breakpoints.ts';
import { Descriptor } from './descriptor.ts';
import type { Hypervisor } from './kvm/hypervisor.ts';
import type { LocalApicPort } from './local-apic-port.ts';
import type { CpuModel } from './model.ts';
import { type ModelRegisters, modelRegisterState, resetModelRegisters } from './model-register-state.ts';
import type { CpuObserver, UndeliveredException } from './observer.ts';
import { initializeState, resetState } from './reset.ts';
import { StackWriter } from './stack.ts';
import { ALONE, type Topology } from './topology.ts';

/** I/O address space: `size` is 1, 2 or 4 bytes; values are unsigned or signed, only the low bytes count. */
export interface Ports {
  read(port: number, size: number): number;
  write(port: number, size: number, value: number): void;
  /** As many accesses of `size` bytes as the array holds, or fewer; how many bytes were moved, 0 where single ones must do. */
  readBlock?(port: number, size: number, target: Uint8Array): number;
  writeBlock?(port: number, size: number, source: Uint8Array): number;
}

/** The parts of a CPU. `state` and `doubles` are two views of one buffer (translator/abi/state.ts). */
export interface CpuParts {
  readonly state: Int32Array;
  readonly doubles: Float64Array;
  readonly memory: ProcessorMemory;
  readonly ports: Ports;
  /** Virtual time since power-on. */
  readonly nanoseconds: () => number;
  readonly model: CpuModel;
  /** Which processors there are; one alone if left out. */
  readonly topology?: Topology;
  /** Null: there is none, whatever the model says. */
  readonly localApic: LocalApicPort | null;
  /** Called at each PAUSE of a loop that looks at the time-stamp counter; left out: nobody wants to know. */
  readonly waitsForTime?: (() => void) | undefined;
  /** For models with the feature `kvm`; left out: what these share with it is not written. */
  readonly hypervisor?: Hypervisor;
  /** Told of a shutdown (triple fault), and of what led to it in its order; boards reset the machine then. */
  readonly onShutdown: (exceptions: readonly UndeliveredException[]) => void;
  /** The FERR line: an unmasked x87 exception is pending and CR0.NE is 0. */
  readonly fpuErrorLine: (active: boolean) => void;
}

const ALL_BYTES = 0xffffffff;

/** The processor's architectural state and what it is connected to; the operations on it are functions beside it. */
export class Cpu {
  readonly state: Int32Array;
  readonly doubles: Float64Array;
  readonly memory: ProcessorMemory;
  /** Others take their place where accesses are logged. */
  ports: Ports;
  readonly nanoseconds: () => number;
  readonly model: CpuModel;
  readonly topology: Topology;
  readonly waitsForTime: CpuParts['waitsForTime'];
  /** The guest has executed RDTSC since it last executed PAUSE. */
  hasSeenTime = false;
  /** PAUSE: others may run for a while; null: there are none. */
  onPause: (() => void) | null = null;
  /** An INIT that has waited for GIF comes now. */
  onInit: () => void = () => {};
  /** The local APIC of the processor whose state this is now. */
  localApic: LocalApicPort | null;
  readonly hypervisor: Hypervisor | undefined;
  readonly onShutdown: CpuParts['onShutdown'];
  readonly fpuErrorLine: (active: boolean) => void;
  /** Time is made of instructions: what one of them does must not depend on when the host asks for attention. */
  isCounted = false;
  /** Only where somebody asked for a log. */
  observer: CpuObserver | null = null;
  /** Scratch of far transfers, reused so that they allocate nothing; meaningless in between. */
  readonly gate = new Descriptor();
  readonly code = new Descriptor();
  readonly data = new Descriptor();
  readonly task = new Descriptor();
  readonly stack = new StackWriter();
  readonly breakpoints: Breakpoints;
  /** The model-specific registers of the processor whose state this is now. */
  modelRegisters: ModelRegisters = modelRegisterState.create();

  constructor(parts: CpuParts) {
    this.state = parts.state;
    this.breakpoints = new Breakpoints(parts.state);
    this.doubles = parts.doubles;
    this.memory = parts.memory;
    this.ports = parts.ports;
    this.nanoseconds = parts.nanoseconds;
    this.waitsForTime = parts.waitsForTime;
    this.model = parts.model;
    this.topology = parts.topology ?? ALONE;
    this.localApic = parts.localApic;
    this.hypervisor = parts.hypervisor;
    this.onShutdown = parts.onShutdown;
    this.fpuErrorLine = parts.fpuErrorLine;
    this.reset();
  }

  /** As after a RESET (Intel SDM vol. 3, table 9-1). Forgets all translations of addresses. */
  reset(): void {
    resetState(this);
    resetModelRegisters(this.modelRegisters);
    this.forgetDerived();
  }

  /** As after INIT, which leaves x87, SSE and model-specific registers alone. */
  initialize(): void {
    initializeState(this);
    this.forgetDerived();
  }

  /** Another state is in the words: derives the rest from them again, and drops all translations of addresses. */
  forgetDerived(): void {
    this.memory.flushAll();
    this.updateKey();
    this.updateBreakpoints();
  }

  /** CR0.PE set and EFLAGS.VM clear. */
  get isProtected(): boolean {
    return (this.state[Word.cr0] & Cr0.pe) !== 0 && (this.state[Word.eflags] & Eflags.vm) === 0;
  }

  get isVm86(): boolean {
    return (this.state[Word.eflags] & Eflags.vm) !== 0;
  }

  get ioPrivilege(): number {
    return (this.state[Word.eflags] >>> 12) & 3;
  }

  /** Makes Word.key true again; due after each change of a segment register, EFLAGS.VM and AC, CR0.PE and AM, or the CPL. */
  updateKey(): void {
    const { state } = this;
    let key = 0;
    if (state[Word.segmentRights + Segment.cs] & Rights.big) key |= Key.code32;
    if (state[Word.segmentRights + Segment.ss] & Rights.big) key |= Key.stack32;
    if (state[Word.cpl] === 3) key |= Key.user;
    if (state[Word.eflags] & Eflags.vm) key |= Key.vm86;
    if (state[Word.cr0] & Cr0.pe) key |= Key.protected;
    if (this.#isFlat()) key |= Key.flat;
    if (this.#checksAlignment()) key |= Key.alignment;
    if (state[Word.guestMode]) key |= Key.guest;
    state[Word.key] = key;
  }

  /** Due after each change of DR0-DR3, DR7 and CR4.DE. */
  updateBreakpoints(): void {
    this.memory.watch('processor', this.breakpoints.update(), this.breakpoints.data);
  }

  #checksAlignment(): boolean {
    const { state } = this;
    return state[Word.cpl] === 3 && (state[Word.cr0] & Cr0.am) !== 0 && (state[Word.eflags] & Eflags.ac) !== 0;
  }

  #isFlat(): boolean {
    return this.#isFlatSegment(Segment.cs) && !this.isAnotherNotFlat(Segment.cs);
  }

  /** Whether another one of CS, DS, ES and SS than this is not flat: then the key is not flat either, whatever this one is. */
  isAnotherNotFlat(segment: number): boolean {
    for (let other: number = Segment.es; other <= Segment.ds; other++) {
      if (other !== segment && !this.#isFlatSegment(other)) return true;
    }
    return false;
  }

  /** Whether a segment begins at 0 and allows every access: code need only be readable. */
  #isFlatSegment(segment: number): boolean {
    const { state, doubles } = this;
    if (state[Word.segmentBase + segment] !== 0) return false;
    const span = segment === Segment.cs ? Double.readSpan : Double.writeSpan;
    return doubles[span + segment] === ALL_BYTES;
  }
}
