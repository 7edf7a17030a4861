/**
 * A model of a chip with Intel's command set, written from the command definitions of its data sheet: one function for each
 * command, which gets the cycles that come after its first one. With QEMU's status register, which is 0 after it was cleared.
 */
export class FlashModel {
  readonly array: Uint8Array;
  status = 0x80;
  shows: 'array' | 'status' | 'identifier' | 'query' = 'array';
  readonly #locked = new Set<number>();
  readonly #isReadOnly: boolean;
  #rest: Generator<undefined, void, Cycle> | null = null;

  constructor(array: Uint8Array, isReadOnly: boolean) {
    this.array = array;
    this.#isReadOnly = isReadOnly;
  }

  write(offset: number, size: number, value: number): void {
    const cycle = { offset, size, value };
    if (this.#rest === null) {
      this.#rest = this.#command(value & 0xff);
      this.#rest.next();
    } else this.#rest.next(cycle);
    // A command that has taken its last cycle is over.
    if (this.#isOver) this.#rest = null;
  }

  #isOver = false;

  *#command(code: number): Generator<undefined, void, Cycle> {
    this.#isOver = false;
    if (code === 0x70) this.shows = 'status';
    else if (code === 0x90) this.shows = 'identifier';
    else if (code === 0x98) this.shows = 'query';
    else if (code === 0x10 || code === 0x40) yield* this.#programOne();
    else if (code === 0x20) yield* this.#eraseBlock();
    else if (code === 0x60) yield* this.#lockBlock();
    else if (code === 0xe8) yield* this.#programMany();
    else {
      if (code === 0x50) this.status = 0;
      this.shows = 'array';
    }
    this.#isOver = true;
  }

  *#programOne(): Generator<undefined, void, Cycle> {
    this.shows = 'status';
    const { offset, size, value } = yield;
    this.#program(offset, littleEndian(size, value));
  }

  *#eraseBlock(): Generator<undefined, void, Cycle> {
    this.shows = 'status';
    this.status |= 0x80;
    const { offset, value } = yield;
    const block = Math.floor(offset / 4096);
    if ((value & 0xff) === 0xff) this.shows = 'array';
    else if ((value & 0xff) !== 0xd0) this.status |= 0xb0;
    else if (this.#isWritable(block, 0x20)) this.array.fill(0xff, block * 4096, block * 4096 + 4096);
  }

  *#lockBlock(): Generator<undefined, void, Cycle> {
    this.shows = 'status';
    const { offset, value } = yield;
    const code = value & 0xff;
    if (code === 0xff) this.shows = 'array';
    else this.status |= code === 0x01 || code === 0xd0 ? 0x80 : 0xb0;
    if (code === 0x01) this.#locked.add(Math.floor(offset / 4096));
    if (code === 0xd0) this.#locked.clear();
  }

  *#programMany(): Generator<undefined, void, Cycle> {
    this.shows = 'status';
    this.status |= 0x80;
    const count = ((yield).value & 0xff) + 1;
    const cycles: Cycle[] = [];
    while (cycles.length < count) {
      cycles.push(yield);
      this.status |= 0x80;
    }
    const isConfirmed = ((yield).value & 0xff) === 0xd0;
    const page = Math.floor(cycles[0]!.offset / 256);
    const isWithin = cycles.every(
      ({ offset, size }) => Math.floor(offset / 256) === page && Math.floor((offset + size - 1) / 256) === page,
    );
    if (!isConfirmed || !isWithin) this.status |= 0xb0;
    else {
      const buffer = new Uint8Array(256).fill(0xff);
      for (const { offset, size, value } of cycles) buffer.set(littleEndian(size, value), offset - page * 256);
      this.#program(page * 256, buffer);
    }
  }

  #program(offset: number, data: Uint8Array): void {
    if (!this.#isWritable(Math.floor(offset / 4096), 0x10)) return;
    for (const [n, byte] of data.entries()) if (offset + n < this.array.length) this.array[offset + n]! &= byte;
  }

  #isWritable(block: number, error: number): boolean {
    this.status |= 0x80;
    if (this.#locked.has(block)) this.status |= error | 2;
    else if (this.#isReadOnly) this.status |= error;
    else return true;
    return false;
  }

  /** Null: the query, whose table is looked at elsewhere. */
  read(offset: number, size: number): number | null {
    if (this.shows === 'query') return null;
    if (this.shows === 'status') return size === 4 ? this.status * 0x10001 : this.status;
    if (this.shows === 'identifier') return offset % 4096 === 2 && this.#locked.has(Math.floor(offset / 4096)) ? 1 : 0;
    const bytes = this.array.subarray(offset, offset + size);
    return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  }
}

/** A store that reaches the chip. */
interface Cycle {
  readonly offset: number;
  readonly size: number;
  readonly value: number;
}

function littleEndian(size: number, value: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, n) => value >>> (8 * n));
}
