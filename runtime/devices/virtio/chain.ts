import type { BusMemory } from '../../memory/bus-memory.ts';
import { longAt } from '../../memory/long.ts';
import { ScatteredMemory, type Segment } from '../../memory/scattered.ts';
import { Descriptor } from './registers.ts';

/** An error of the driver in a queue. `what` is a sentence without a name, `value` stands after it. */
export class Nonsense extends Error {
  readonly value: number;

  constructor(what: string, value: number) {
    super(what);
    this.value = value;
  }
}

/** Descriptors of an indirect table at most, as in QEMU. */
const MOST_INDIRECT = 1024;

/** A request of the driver: bytes that the device reads, and then room for those that it writes. */
export class Chain {
  /** The descriptor that names the request. */
  readonly head: number;
  readonly #read: ScatteredMemory;
  readonly #written: ScatteredMemory;

  constructor(memory: BusMemory, head: number, read: readonly Segment[], written: readonly Segment[]) {
    this.head = head;
    this.#read = new ScatteredMemory(memory, read);
    this.#written = new ScatteredMemory(memory, written);
  }

  /** Bytes that the device reads. */
  get readable(): number {
    return this.#read.length;
  }

  /** Bytes that it may write. */
  get writable(): number {
    return this.#written.length;
  }

  /** Where it may write. */
  get writableSegments(): readonly Segment[] {
    return this.#written.segments;
  }

  /** Fills `target` with what the device reads, from byte `at` on: bytes that there were. */
  read(at: number, target: Uint8Array): number {
    return this.#read.read(at, target);
  }

  /** Writes `bytes` into the room for them, from byte `at` on: bytes that there was room for. */
  write(at: number, bytes: Uint8Array): number {
    return this.#written.write(at, bytes);
  }
}

/** A table of descriptors: that of a queue, or an indirect one. */
interface Table {
  readonly address: number;
  readonly length: number;
  readonly isIndirect: boolean;
}

/** Reads the descriptors of requests. */
export class ChainReader {
  readonly #memory: BusMemory;
  readonly #bytes = new Uint8Array(Descriptor.bytes);
  readonly #view = new DataView(this.#bytes.buffer);

  constructor(memory: BusMemory) {
    this.#memory = memory;
  }

  /** The request that begins with the descriptor `head` of a queue's table. Throws Nonsense. */
  read(address: number, length: number, head: number, mayBeIndirect: boolean): Chain {
    const read: Segment[] = [];
    const written: Segment[] = [];
    const indirect = this.#collect({ address, length, isIndirect: !mayBeIndirect }, head, read, written);
    if (indirect !== null) this.#collect(indirect, 0, read, written);
    return new Chain(this.#memory, head, read, written);
  }

  /** Collects a table's segments; gives the indirect table that the first one is, if it is one. */
  #collect(table: Table, first: number, read: Segment[], written: Segment[]): Table | null {
    for (let count = 1, n = first; ; count++) {
      if (n >= table.length) throw new Nonsense('a descriptor is beyond its table, number', n);
      if (count > table.length) throw new Nonsense('descriptors form a loop, at number', n);
      const { address, length, flags, next } = this.#descriptor(table.address + n * Descriptor.bytes);
      if ((flags & Descriptor.indirect) !== 0) return indirectTable(table, address, length, flags, count);
      if (length === 0) throw new Nonsense('a descriptor has no bytes, number', n);
      if (!this.#memory.has(address, length)) throw new Nonsense('a descriptor is beyond memory, at', address);
      const isWritten = (flags & Descriptor.write) !== 0;
      if (!isWritten && written.length > 0) throw new Nonsense('bytes to read come after those to write, number', n);
      (isWritten ? written : read).push({ address, length });
      if ((flags & Descriptor.next) === 0) return null;
      n = next;
    }
  }

  #descriptor(at: number) {
    this.#memory.read(at, this.#bytes);
    const view = this.#view;
    return {
      address: longAt(view, 0),
      length: view.getUint32(8, true),
      flags: view.getUint16(12, true),
      next: view.getUint16(14, true),
    };
  }
}

/** Table that a descriptor, the `count`th of its request, points to (2.7.5.3). */
function indirectTable(table: Table, address: number, length: number, flags: number, count: number): Table {
  if (table.isIndirect) throw new Nonsense('a descriptor must not be indirect, at', address);
  if (count > 1 || (flags & Descriptor.next) !== 0)
    throw new Nonsense('an indirect descriptor is not alone, at', address);
  const entries = length / Descriptor.bytes;
  if (!Number.isInteger(entries) || entries < 1 || entries > MOST_INDIRECT)
    throw new Nonsense('an indirect table has a wrong length, bytes', length);
  return { address, length: entries, isIndirect: true };
}
