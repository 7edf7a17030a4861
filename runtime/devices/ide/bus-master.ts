import type { DataMover } from '../../ata/cable.ts';
import type { PortRegion } from '../../bus/ports.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { describe, flag, type StateOf, u8, u32 } from '../../snapshot/describe.ts';
import { BusMasterCommand, BusMasterRegister, BusMasterStatus, CHANNEL_PORTS, Region } from './registers.ts';

export const busMasterState = describe({
  command: u8,
  status: u8,
  /** Address of the table of physical regions. */
  table: u32,
  /** Address of the table's next entry. */
  next: u32,
  /** The rest of the present memory region. */
  address: u32,
  bytes: u32,
  /** The present region is the table's last. */
  last: flag,
});

/** Callbacks by which a bus master informs its channel. */
export interface BusMasterEvents {
  /** The guest has started it: a drive may move data now. */
  started(): void;
}

/** The bus master of one channel: moves what a drive has, or wants, from and to the regions that the guest has listed. */
export class BusMaster implements DataMover {
  readonly #state: StateOf<typeof busMasterState>;
  readonly #memory: BusMemory;
  readonly #events: BusMasterEvents;
  readonly #entry = new DataView(new ArrayBuffer(Region.bytes));

  constructor(state: StateOf<typeof busMasterState>, memory: BusMemory, events: BusMasterEvents) {
    this.#state = state;
    this.#memory = memory;
    this.#events = events;
  }

  reset(): void {
    Object.assign(this.#state, busMasterState.create());
  }

  /** Between the guest's start and its stop, or the end of the transfer. */
  get active(): boolean {
    return (this.#state.status & BusMasterStatus.active) !== 0;
  }

  /** The drive's interrupt line has risen. */
  interrupted(): void {
    this.#state.status |= BusMasterStatus.interrupt;
  }

  toMemory(bytes: Uint8Array): number {
    return this.#move(bytes.length, (address, start, end) => this.#memory.write(address, bytes.subarray(start, end)));
  }

  fromMemory(target: Uint8Array): number {
    return this.#move(target.length, (address, start, end) => this.#memory.read(address, target.subarray(start, end)));
  }

  /** The drive has no more to move. It stays active where regions are left (2.7.2, table of bits 2 and 0). */
  finish(): void {
    const { last, bytes } = this.#state;
    if (last && bytes === 0) this.#state.status &= ~BusMasterStatus.active;
  }

  #move(length: number, move: (address: number, start: number, end: number) => void): number {
    let done = 0;
    while (done < length && this.#hasRegion()) {
      const { address, bytes } = this.#state;
      const count = Math.min(length - done, bytes);
      move(address, done, done + count);
      this.#state.address = (address + count) >>> 0;
      this.#state.bytes -= count;
      done += count;
    }
    return done;
  }

  /** Fetches the next region where the present one is used up; false at the table's end. */
  #hasRegion(): boolean {
    const state = this.#state;
    if (state.bytes > 0) return true;
    if (state.last) return false;
    this.#memory.read(state.next, new Uint8Array(this.#entry.buffer));
    const count = this.#entry.getUint32(4, true);
    state.next = (state.next + Region.bytes) >>> 0;
    state.address = (this.#entry.getUint32(0, true) & ~1) >>> 0;
    state.bytes = count & (Region.mostBytes - 2) || Region.mostBytes;
    state.last = count >= Region.last;
    return true;
  }

  /** Its ports, from `base` on. */
  region(name: string, base: number): PortRegion {
    return {
      name,
      first: base,
      count: CHANNEL_PORTS,
      read: (port) => this.#read(port - base),
      write: (port, _size, value) => this.#write(port - base, value),
    };
  }

  #read(offset: number): number {
    const { command, status, table } = this.#state;
    if (offset === BusMasterRegister.command) return command;
    if (offset === BusMasterRegister.status) return status;
    return offset < BusMasterRegister.table ? 0 : (table >>> (8 * (offset & 3))) & 0xff;
  }

  #write(offset: number, value: number): void {
    if (offset === BusMasterRegister.command) this.#writeCommand(value);
    else if (offset === BusMasterRegister.status) this.#writeStatus(value);
    else if (offset >= BusMasterRegister.table) this.#writeTable(8 * (offset & 3), value);
  }

  #writeCommand(value: number): void {
    const state = this.#state;
    const changed = state.command ^ value;
    state.command = value & (BusMasterCommand.start | BusMasterCommand.toMemory);
    if ((changed & BusMasterCommand.start) === 0) return;
    if ((value & BusMasterCommand.start) === 0) state.status &= ~BusMasterStatus.active;
    else this.#start();
  }

  #start(): void {
    const state = this.#state;
    Object.assign(state, { next: state.table, bytes: 0, last: false });
    state.status |= BusMasterStatus.active;
    this.#events.started();
  }

  #writeStatus(value: number): void {
    const state = this.#state;
    const cleared = value & (BusMasterStatus.error | BusMasterStatus.interrupt);
    state.status = (state.status & ~cleared & ~BusMasterStatus.drives) | (value & BusMasterStatus.drives);
  }

  /** The table is a list of words of 32 bits. */
  #writeTable(shift: number, value: number): void {
    const { table } = this.#state;
    this.#state.table = ((table & ~(0xff << shift)) | ((value << shift) & ~3)) >>> 0;
  }
}
