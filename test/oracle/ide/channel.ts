import type { Step } from './program.ts';

export const BUS_MASTER = 0xc000;
/** Addresses in the guest's memory: the list of regions, and data. */
const TABLE = 0x10000;
export const DATA = 0x20000;
const LAST = 0x80000000;

export const out = (port: number, ...values: readonly number[]): Step[] =>
  values.map((value) => ({ type: 'out8', port, value }));
export const read = (...ports: readonly number[]): Step[] => ports.map((port) => ({ type: 'in8', port }));
const out32 = (port: number, value: number): Step[] => [{ type: 'out32', port, value }];
export const config = (register: number, value: number): Step[] => [
  ...out32(0xcf8, 0x80000900 | register),
  ...out32(0xcfc, value),
];

/** One channel as a driver sees it. */
export class Channel {
  readonly base: number;
  readonly busMaster: number;

  constructor(base: number, busMaster: number) {
    this.base = base;
    this.busMaster = busMaster;
  }

  get settle(): Step[] {
    return [{ type: 'wait', port: this.base + 0x206 }];
  }

  get status(): Step[] {
    return [...this.settle, ...read(this.base + 7)];
  }

  /** Until the drive is not busy; its status, error, and the registers from the sector count to the device. */
  get state(): Step[] {
    return [...this.status, ...read(...[1, 2, 3, 4, 5, 6].map((n) => this.base + n))];
  }

  get reset(): Step[] {
    return [...out(this.base + 0x206, 4, 0), ...this.settle];
  }

  /** Device first, as drivers do; then features, sector count, the three registers of the address; then the command. */
  command(code: number, device: number, ...registers: readonly number[]): Step[] {
    const others = registers.flatMap((value, n) => out(this.base + 1 + n, value));
    return [...out(this.base + 6, device), ...others, ...out(this.base + 7, code)];
  }

  /** Steps of a command with each register written twice, the high byte first. */
  extended(code: number, device: number, ...registers: readonly (readonly [high: number, low: number])[]): Step[] {
    const others = registers.flatMap((both, n) => out(this.base + 1 + n, ...both));
    return [...out(this.base + 6, device), ...others, ...out(this.base + 7, code)];
  }

  words(type: 'inWords' | 'sumWords' | 'outWords', count: number): Step[] {
    return [{ type, port: this.base, count }];
  }

  /** Blocks of so many words, each when the drive is ready for it, with the status before it; the state after all. */
  blocks(type: 'sumWords' | 'outWords', ...lengths: readonly number[]): Step[] {
    return [...lengths.flatMap((length) => [...this.status, ...this.words(type, length)]), ...this.state];
  }

  /** A packet whose data goes by the data port, in blocks of `limit` bytes at most. */
  packet(limit: number, ...bytes: readonly number[]): Step[] {
    return [...this.#packet(limit, 0, bytes), ...this.state];
  }

  /** A packet whose data the bus master moves, to memory. */
  dmaPacket(length: number, ...bytes: readonly number[]): Step[] {
    return [...this.#packet(0, 1, bytes), ...this.startBusMaster(true, length), ...this.stopBusMaster];
  }

  #packet(limit: number, features: number, bytes: readonly number[]): Step[] {
    const all = Array.from({ length: 6 }, (_, n) => (bytes[2 * n] ?? 0) | ((bytes[2 * n + 1] ?? 0) << 8));
    const sent = all.map((value): Step => ({ type: 'out16', port: this.base, value }));
    return [...this.command(0xa0, 0, features, 0, 0, limit & 0xff, limit >> 8), ...this.state, ...sent];
  }

  /** Lists regions one page from the other, and starts the bus master. */
  startBusMaster(toMemory: boolean, ...lengths: readonly number[]): Step[] {
    const regions = lengths.flatMap((length, n): Step[] => [
      { type: 'store32', address: TABLE + 8 * n, value: DATA + n * 0x1000 },
      { type: 'store32', address: TABLE + 8 * n + 4, value: length + (n === lengths.length - 1 ? LAST : 0) },
    ]);
    const direction = toMemory ? 8 : 0;
    const start = [...out(this.busMaster + 2, 6), ...out(this.busMaster, direction, direction | 1)];
    return [...regions, ...out32(this.busMaster + 4, TABLE), ...start];
  }

  /** The bus master's registers once the drive is not busy, and after it was stopped. */
  get stopBusMaster(): Step[] {
    const ends = [...this.settle, ...read(this.busMaster, this.busMaster + 2), ...out(this.busMaster, 0)];
    return [...ends, ...read(this.busMaster, this.busMaster + 2), ...out(this.busMaster + 2, 4), ...this.state];
  }
}
