import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64, highWord, lowWord } from './registers.ts';
import type { EndpointFields, XhciState } from './state.ts';

/** Bytes of a context (6.2): the controller has the short ones. */
const CONTEXT_BYTES = 32;
const WORDS = CONTEXT_BYTES / 4;

/** States of a slot (6.2.2). The first is the controller's own: no context was set up. */
export const SlotState = { disabled: 0, enabled: 1, default: 2, addressed: 3, configured: 4 } as const;
/** As they stand in a context. */
const slotCodes = [0, 0, 1, 2, 3];

/** States of an endpoint (6.2.3). */
export const EndpointState = { disabled: 0, running: 1, halted: 2, stopped: 3, error: 4 } as const;
export const EndpointType = {
  isochronousOut: 1,
  bulkOut: 2,
  interruptOut: 3,
  control: 4,
  isochronousIn: 5,
  bulkIn: 6,
  interruptIn: 7,
} as const;

/** Words of a context, which can be changed and written back. */
export type Context = Uint32Array;

/** Slot context: what commands look at. */
export const slotContext = {
  route: (context: Context): number => context[0]! & 0xfffff,
  port: (context: Context): number => (context[1]! >>> 16) & 0xff,
};
export const [LATENCY_MASK, TARGET_MASK, ENTRIES_SHIFT] = [0xffff, 0xffc00000, 27];

/** The contents of an endpoint context. */
export interface EndpointDescription {
  readonly type: number;
  readonly packet: number;
  readonly hasStreams: boolean;
  readonly dequeue: number;
  readonly cycle: boolean;
}

export function endpointDescription(context: Context): EndpointDescription {
  return {
    type: (context[1]! >>> 3) & 7,
    packet: context[1]! >>> 16,
    hasStreams: ((context[0]! >>> 10) & 0x1f) !== 0,
    dequeue: address64(context[2]! & 0xfffffff0, context[3]!),
    cycle: (context[2]! & 1) !== 0,
  };
}

/** The input context of a command (6.2.5): which contexts are dropped, which are added, and these. */
export interface InputContext {
  readonly drop: number;
  readonly add: number;
  /** By device context index. */
  context(index: number): Context;
}

/** Contexts in the guest's memory. */
export class Contexts {
  readonly #memory: BusMemory;
  readonly #state: XhciState;

  constructor(memory: BusMemory, state: XhciState) {
    this.#memory = memory;
    this.#state = state;
  }

  /** Null: it is not in memory. */
  input(address: number): InputContext | null {
    const at = address - (address % 16);
    if (!this.#memory.has(at, CONTEXT_BYTES * 33)) return null;
    const control = this.#read(at);
    return { drop: control[0]!, add: control[1]!, context: (index) => this.#read(at + CONTEXT_BYTES * (1 + index)) };
  }

  /** A context of a slot's device: index 0 is the slot's own. */
  read(slot: number, index: number): Context {
    return this.#read(this.#at(slot, index));
  }

  write(slot: number, index: number, context: Context): void {
    const view = new DataView(new ArrayBuffer(CONTEXT_BYTES));
    for (const [n, word] of context.entries()) view.setUint32(4 * n, word, true);
    this.#memory.write(this.#at(slot, index), new Uint8Array(view.buffer));
  }

  /** Whether the guest has given a slot room for its contexts. */
  has(slot: number): boolean {
    return this.#memory.has(this.#at(slot, 0), CONTEXT_BYTES * 32);
  }

  /** Tells the state of a slot, and the address of its device. */
  writeSlotState(slot: number, state: number): void {
    const context = this.read(slot, 0);
    const address = state >= SlotState.addressed ? slot : 0;
    context[3] = (slotCodes[state]! << 27) | address;
    this.write(slot, 0, context);
  }

  /** Tells the state of an endpoint, and where its ring is read. */
  writeEndpoint(slot: number, index: number, { state, dequeue, cycle }: EndpointFields): void {
    const context = this.read(slot, index);
    context[0] = (context[0]! & ~7) | state;
    context[2] = lowWord(dequeue) | Number(cycle);
    context[3] = highWord(dequeue);
    this.write(slot, index, context);
  }

  /** The device context base address array has an address for each slot (6.1). */
  #at(slot: number, index: number): number {
    const { contexts, contextsHigh } = this.#state;
    const entry = new DataView(new ArrayBuffer(8));
    this.#memory.read(address64(contexts, contextsHigh) + 8 * slot, new Uint8Array(entry.buffer));
    const device = address64(entry.getUint32(0, true) & 0xffffffc0, entry.getUint32(4, true));
    return device + CONTEXT_BYTES * index;
  }

  #read(address: number): Context {
    const view = new DataView(new ArrayBuffer(CONTEXT_BYTES));
    this.#memory.read(address, new Uint8Array(view.buffer));
    return Uint32Array.from({ length: WORDS }, (_, n) => view.getUint32(4 * n, true));
  }
}
