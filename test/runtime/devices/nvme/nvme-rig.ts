import type { InterruptMessage } from '../../../../runtime/bus/interrupt-message.ts';
import { Nvme } from '../../../../runtime/devices/nvme/index.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { CardRig, MMIO } from '../network/card-rig.ts';

export const SECTORS = 4096;
export const NO_RETRY = 0x4000;
/** Registers. */
export const Reg = { intms: 0x0c, intmc: 0x10, cc: 0x14, csts: 0x1c, aqa: 0x24, asq: 0x28, acq: 0x30 } as const;
export const ENABLE = 0x00460001;
/** Where the driver has its queues and data. */
export const Place = { adminSubmission: 0x10000, adminCompletion: 0x11000, queues: 0x20000, data: 0x80000 } as const;
const QUEUE_BYTES = 0x4000;

/** Bytes of a disk, no two sectors alike. */
const original = Uint8Array.from({ length: SECTORS * 512 }, (_, n) => (n >> 9) * 7 + n);
export const contents = (): Uint8Array => original.slice();

/** A command: words by their numbers where they have no names. */
export interface Asked {
  readonly opcode: number;
  readonly flags?: number;
  readonly namespace?: number;
  readonly data?: number;
  readonly second?: number;
  /** From dword 10 on. */
  readonly words?: readonly number[];
}

export interface Completion {
  readonly result: number;
  readonly head: number;
  readonly queue: number;
  readonly id: number;
  readonly status: number;
}

interface Queue {
  readonly submission: number;
  readonly completion: number;
  readonly entries: number;
  tail: number;
  head: number;
  phase: number;
}

export interface RigOptions {
  readonly isReadOnly?: boolean;
  readonly entries?: number;
  readonly messages?: boolean;
  readonly serial?: string;
}

/** A controller with a disk, and a driver for it. */
export class NvmeRig extends CardRig {
  readonly disk = new MemoryBlock('disk', contents(), this);
  readonly messages: InterruptMessage[] = [];
  readonly device: Nvme;
  readonly #queues = new Map<number, Queue>();
  #id = 0;

  constructor({ isReadOnly = false, entries = 16, messages = true, serial = 'abc' }: RigOptions = {}) {
    super();
    this.disk.isReadOnly = isReadOnly;
    const sendMessage = (message: InterruptMessage) => this.messages.push(message) > 0;
    this.device = new Nvme({
      ...{ ...this.board, name: 'nvme0', device: 3, serial, port: this.disk },
      sendMessage: messages ? sendMessage : undefined,
    });
    this.enable(this.device.pciFunction, [MMIO, 0]);
    this.#queues.set(0, queueAt(Place.adminSubmission, Place.adminCompletion, entries));
  }

  register(offset: number, value?: number): number {
    const region = this.regions[0]!;
    if (value === undefined) return region.read(offset, 4);
    region.write(offset, 4, value);
    return 0;
  }

  /** Enables the controller, with the administrator's queues. */
  start(): this {
    const { entries } = this.#queues.get(0)!;
    this.#queues.clear();
    this.#queues.set(0, queueAt(Place.adminSubmission, Place.adminCompletion, entries));
    this.bytes.fill(0, Place.adminCompletion, Place.adminCompletion + 16 * entries);
    this.register(Reg.aqa, (entries - 1) | ((entries - 1) << 16));
    this.register(Reg.asq, Place.adminSubmission);
    this.register(Reg.acq, Place.adminCompletion);
    this.register(Reg.cc, ENABLE);
    return this;
  }

  /** Whether it was made. */
  has(number: number): boolean {
    return this.#queues.has(number);
  }

  /** Creates a pair of queues. */
  addQueue(number: number, entries = 16, vector = 0, completion = number): void {
    const queue = queueAt(
      Place.queues + 2 * number * QUEUE_BYTES,
      Place.queues + (2 * completion + 1) * QUEUE_BYTES,
      entries,
    );
    if (completion === number) {
      this.bytes.fill(0, queue.completion, queue.completion + 16 * entries);
      this.admin({ opcode: 5, data: queue.completion, words: [number | ((entries - 1) << 16), 3 | (vector << 16)] });
    }
    const made = { opcode: 1, data: queue.submission, words: [number | ((entries - 1) << 16), 1 | (completion << 16)] };
    if (this.admin(made).status !== 0) throw new Error(`no queue ${number}`);
    this.#queues.set(number, queue);
  }

  /** Puts a command into a queue; its number. */
  submit(
    number: number,
    { opcode, flags = 0, namespace = 1, data = Place.data, second = 0, words = [] }: Asked,
  ): number {
    const queue = this.#queues.get(number)!;
    this.#id = (this.#id + 1) & 0xffff;
    const at = queue.submission + 64 * queue.tail;
    this.bytes.fill(0, at, at + 64);
    this.put(at, (opcode | (flags << 8) | (this.#id << 16)) >>> 0, namespace);
    this.put(at + 24, data, 0, second, 0, ...words);
    queue.tail = (queue.tail + 1) % queue.entries;
    return this.#id;
  }

  /** Tells the controller of what was put there. */
  ring(number: number): void {
    this.register(0x1000 + 8 * number, this.#queues.get(number)!.tail);
  }

  /** Completions that are new; the controller hears of that, unless told otherwise. */
  completions(number: number, isTold = true): Completion[] {
    const queue = this.#queues.get(number)!;
    const found: Completion[] = [];
    for (let n = 0; n < queue.entries; n++) {
      if ((this.get(queue.completion + 16 * queue.head + 12) >>> 16) % 2 !== queue.phase) break;
      const at = queue.completion + 16 * queue.head;
      const [result, places, last] = [this.get(at), this.get(at + 8), this.get(at + 12)];
      found.push({ result, head: places & 0xffff, queue: places >>> 16, id: last & 0xffff, status: last >>> 17 });
      queue.head = (queue.head + 1) % queue.entries;
      if (queue.head === 0) queue.phase ^= 1;
    }
    if (isTold && found.length > 0) this.register(0x1004 + 8 * number, queue.head);
    return found;
  }

  /** Does a command of a queue, and waits. */
  ask(number: number, asked: Asked): Completion {
    this.submit(number, asked);
    this.ring(number);
    this.advance(10_000_000);
    const found = this.completions(number);
    if (found.length !== 1) throw new Error(`${found.length} completions`);
    return found[0]!;
  }

  /** A command to the admin queue. */
  admin(asked: Asked): Completion {
    return this.ask(0, { namespace: 0, ...asked });
  }

  /** A command about blocks to queue 1. */
  io(opcode: number, block: number, blocks: number, asked: Partial<Asked> & { high?: number; control?: number } = {}) {
    const { high = 0, control = 0, ...rest } = asked;
    return this.ask(1, { opcode, words: [block, high, (blocks - 1) | (control << 16)], ...rest });
  }

  data(length: number, at: number = Place.data): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
}

function queueAt(submission: number, completion: number, entries: number): Queue {
  return { submission, completion, entries, tail: 0, head: 0, phase: 1 };
}
