import { Word } from '../../../translator/abi/state.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { type Component, describe, list, u32 } from '../../snapshot/describe.ts';
import type { Cpu } from '../cpu.ts';

export interface PartitionOptions {
  readonly memory: BusMemory;
  /** IDs of the processors' local APICs; null: they have none. */
  readonly apicIds: readonly number[] | null;
  reset(): void;
}

/** Registers that all processors share, in pairs of words, low first. */
const partitionState = describe({
  guestSystem: list(2, u32),
  hypercall: list(2, u32),
  referenceTsc: list(2, u32),
});
export type PartitionRegister = 'guestSystem' | 'hypercall' | 'referenceTsc';

/** Bit 0 of a register that has the place of a page. */
const ENABLED = 1;
const PAGE_BITS = 0xfff;
const PAGE_BYTES = 0x1000;

/** The register that code of the hypercall page writes; no guest knows of it. */
export const HYPERCALL_REGISTER = 0x400000ff;
/** PUSH ECX; MOV ECX,HYPERCALL_REGISTER; WRMSR; POP ECX; RET. */
const hypercallCode = [0x51, 0xb9, 0xff, 0x00, 0x00, 0x40, 0x0f, 0x30, 0x59, 0xc3];
/** Numbers and results of hypercalls (TLFS, appendix A and B). */
const NOTIFY_LONG_SPIN_WAIT = 0x0008;
const [SUCCESS, INVALID_CODE] = [0, 2];

/** The page of the reference time (TLFS, 12.7.3), bytes. */
const Reference = { sequence: 0, scale: 8, offset: 16, bytes: 24 } as const;
/** Counts of the TSC, of 1 ns, make a hundredth as many units of time: 64 bits after the point. */
const SCALE = 2n ** 64n / 100n;
/** Values of the sequence that do not say that the page is valid. */
const [INVALID, NO_SEQUENCE] = [0, 0xffffffff];

/** The machine as a partition of Hyper-V. */
export class HyperVPartition {
  readonly component: Component;
  /** Whether the time-stamp counters of all processors read alike. Set by who has all of them. */
  countersAgree: () => boolean = () => true;
  readonly #options: PartitionOptions;
  readonly #state = partitionState.create();

  constructor(options: PartitionOptions) {
    this.#options = options;
    this.component = partitionState.bind('hyper-v', this.#state);
  }

  /** Power on, or a hard reset. */
  reset(): void {
    Object.assign(this.#state, partitionState.create());
  }

  /** The guest has asked for a reset. */
  requestReset(): void {
    this.#options.reset();
  }

  read(name: PartitionRegister): readonly [low: number, high: number] {
    const [low, high] = this.#state[name];
    return [low!, high!];
  }

  /** The number of the processor that runs. */
  processorOf({ localApic }: Cpu): number {
    return localApic === null ? 0 : this.#options.apicIds!.indexOf(localApic.initialId);
  }

  /** Says which system the guest is; without it there are no hypercalls. */
  writeGuestSystem(low: number, high: number): void {
    this.#state.guestSystem = [low >>> 0, high >>> 0];
    if ((low | high) === 0) this.#state.hypercall[0] &= ~ENABLED;
  }

  /** Puts the code of hypercalls into a page. False: there is no memory. */
  writeHypercall(low: number, high: number): boolean {
    const [first, second] = this.#state.guestSystem;
    if ((first! | second!) === 0) return true;
    const at = pageOf(low, high);
    if ((low & ENABLED) !== 0) {
      if (!this.#options.memory.has(at, PAGE_BYTES)) return false;
      this.#options.memory.write(at, Uint8Array.from(hypercallCode));
    }
    this.#state.hypercall = [low >>> 0, high >>> 0];
    return true;
  }

  get hasHypercalls(): boolean {
    return (this.#state.hypercall[0]! & ENABLED) !== 0;
  }

  /** Executes a hypercall; its status. */
  call(code: number): number {
    return (code & 0xffff) === NOTIFY_LONG_SPIN_WAIT ? SUCCESS : INVALID_CODE;
  }

  writeReferenceTsc(cpu: Cpu, low: number, high: number): void {
    this.#state.referenceTsc = [low >>> 0, high >>> 0];
    this.#publish(cpu);
  }

  /** The time-stamp counter of a processor has jumped. */
  timestampMoved(cpu: Cpu): void {
    this.#publish(cpu);
  }

  /** Writes the page, which is valid only where it is right for all processors. */
  #publish({ state }: Cpu): void {
    const [low, high] = this.#state.referenceTsc;
    const at = pageOf(low!, high!);
    const { memory } = this.#options;
    if ((low! & ENABLED) === 0 || !memory.has(at, PAGE_BYTES)) return;
    const view = new DataView(new ArrayBuffer(Reference.bytes));
    memory.read(at, new Uint8Array(view.buffer, 0, 4));
    const offset = (BigInt(state[Word.timestampOffsetHigh]!) << 32n) | BigInt(state[Word.timestampOffsetLow]! >>> 0);
    const sequence = this.countersAgree() ? nextSequence(view.getUint32(Reference.sequence, true)) : INVALID;
    view.setUint32(Reference.sequence, sequence, true);
    view.setBigUint64(Reference.scale, SCALE, true);
    view.setBigInt64(Reference.offset, -((offset * SCALE) >> 64n), true);
    memory.write(at, new Uint8Array(view.buffer));
  }
}

/** The address in the two words of a register. */
function pageOf(low: number, high: number): number {
  return (high >>> 0) * 2 ** 32 + ((low & ~PAGE_BITS) >>> 0);
}

function nextSequence(sequence: number): number {
  const next = (sequence + 1) >>> 0;
  return next === INVALID || next === NO_SEQUENCE ? 1 : next;
}
