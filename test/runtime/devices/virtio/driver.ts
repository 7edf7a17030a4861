import type { PciFunction } from '../../../../runtime/devices/pci/function.ts';
import { type CardRig, MMIO, PORTS } from '../network/card-rig.ts';

export const interfaces = ['modern', 'legacy'] as const;
export type Interface = (typeof interfaces)[number];

/** Numbers of features, by their names in the specification. */
export const Bit = { indirect: 28, eventIndex: 29, version1: 32 } as const;

/** Where queues are, each a part of the rig's memory, and where buffers begin. */
const [QUEUES, QUEUE_BYTES, BUFFERS] = [0x10000, 0x8000, 0x60000];
const [COMMON, ISR, CONFIG, NOTIFY] = [0, 0x1000, 0x2000, 0x3000];

/** A part of a request: bytes for the device, or room for so many of its own. */
export type Part = Uint8Array | number;

/** A driver of a virtio function, by the registers of either interface. */
export class Driver {
  readonly rig: CardRig;
  readonly kind: Interface;
  readonly #queues = new Map<number, DriverQueue>();

  constructor(rig: CardRig, pciFunction: PciFunction, kind: Interface) {
    this.rig = rig;
    this.kind = kind;
    rig.enable(pciFunction, [PORTS, 0, 0, 0, MMIO]);
  }

  /** An access to the structures in memory: a read, or a write of `value`. */
  modern(offset: number, size: 1 | 2 | 4, value?: number): number {
    const region = this.rig.regions[0]!;
    if (value === undefined) return region.read(offset, size);
    region.write(offset, size, value);
    return 0;
  }

  /** An access to the ports. */
  legacy(offset: number, size: 1 | 2 | 4, value?: number): number {
    if (value === undefined) return this.rig.ports.read(PORTS + offset, size);
    this.rig.ports.write(PORTS + offset, size, value);
    return 0;
  }

  get status(): number {
    return this.kind === 'modern' ? this.modern(COMMON + 0x14, 1) : this.legacy(18, 1);
  }

  set status(value: number) {
    if (this.kind === 'modern') this.modern(COMMON + 0x14, 1, value);
    else this.legacy(18, 1, value);
  }

  /** Reading takes it. */
  get isr(): number {
    return this.kind === 'modern' ? this.modern(ISR, 1) : this.legacy(19, 1);
  }

  config(offset: number, size: 1 | 2 | 4, value?: number): number {
    return this.kind === 'modern' ? this.modern(CONFIG + offset, size, value) : this.legacy(20 + offset, size, value);
  }

  offers(bit: number): boolean {
    if (this.kind === 'modern') this.modern(COMMON, 4, bit >> 5);
    else if (bit > 31) return false;
    const word = this.kind === 'modern' ? this.modern(COMMON + 4, 4) : this.legacy(0, 4);
    return ((word >>> (bit & 31)) & 1) !== 0;
  }

  /** Resets the function, agrees on features, sets up so many queues, and is ready. */
  start(features: readonly number[], queues: number): this {
    this.status = 0;
    this.status = 3;
    this.agree(features);
    for (let n = 0; n < queues; n++) this.#queues.set(n, new DriverQueue(this, n));
    this.status |= 4;
    return this;
  }

  /** Writes features. FEATURES_OK is left in the status where the device takes them. */
  agree(features: readonly number[]): void {
    const all = this.kind === 'modern' ? [...features, Bit.version1] : features;
    const words = [0, 0];
    for (const bit of all) words[bit >> 5]! |= 1 << (bit & 31);
    if (this.kind === 'legacy') this.legacy(4, 4, words[0]! >>> 0);
    else {
      for (const [n, word] of words.entries()) {
        this.modern(COMMON + 8, 4, n);
        this.modern(COMMON + 12, 4, word >>> 0);
      }
      this.status |= 8;
    }
  }

  queue(n: number): DriverQueue {
    return this.#queues.get(n)!;
  }

  /** Tells the device of requests, and waits. */
  kick(n: number): void {
    this.notify(n);
    this.rig.idle();
  }

  /** Tells the device of requests, and is busy. */
  notify(n: number): void {
    if (this.kind === 'modern') this.modern(NOTIFY + 4 * n, 2, n);
    else this.legacy(16, 2, n);
  }
}

/** One queue: rings in the rig's memory. */
export class DriverQueue {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  readonly #driver: Driver;
  readonly #number: number;
  #buffers: number;
  #free = 0;
  #seen = 0;

  constructor(driver: Driver, number: number) {
    this.#driver = driver;
    this.#number = number;
    this.descriptors = QUEUES + number * QUEUE_BYTES;
    this.#buffers = BUFFERS + number * 0x10000;
    driver.rig.bytes.fill(0, this.descriptors, this.descriptors + QUEUE_BYTES);
    this.size = this.#select();
    this.available = this.descriptors + 16 * this.size;
    this.used = (this.available + 6 + 2 * this.size + 0xfff) & ~0xfff;
    this.#place();
  }

  get #view(): DataView {
    return this.#driver.rig.view;
  }

  #select(): number {
    const driver = this.#driver;
    if (driver.kind === 'modern') driver.modern(COMMON + 0x16, 2, this.#number);
    else driver.legacy(14, 2, this.#number);
    return driver.kind === 'modern' ? driver.modern(COMMON + 0x18, 2) : driver.legacy(12, 2);
  }

  #place(): void {
    const driver = this.#driver;
    if (driver.kind === 'legacy') driver.legacy(8, 4, this.descriptors >> 12);
    else {
      for (const [n, address] of [this.descriptors, this.available, this.used].entries()) {
        driver.modern(COMMON + 0x20 + 8 * n, 4, address);
        driver.modern(COMMON + 0x24 + 8 * n, 4, 0);
      }
      driver.modern(COMMON + 0x1c, 2, 1);
    }
  }

  descriptor(at: number, address: number, length: number, flags: number, next = 0): void {
    this.#view.setUint32(at, address, true);
    this.#view.setUint32(at + 4, 0, true);
    this.#view.setUint32(at + 8, length, true);
    this.#view.setUint16(at + 12, flags, true);
    this.#view.setUint16(at + 14, next, true);
  }

  /** Room in memory, with bytes if there are some. */
  place(part: Part): { address: number; length: number } {
    const length = typeof part === 'number' ? part : part.length;
    const address = this.#buffers;
    this.#buffers += length;
    if (typeof part !== 'number') this.#driver.rig.bytes.set(part, address);
    return { address, length };
  }

  /** Puts a request into the queue, without telling; where its parts are. */
  add(parts: readonly Part[], isIndirect = false): { head: number; places: { address: number; length: number }[] } {
    const places = parts.map((part) => this.place(part));
    const head = this.#free;
    const table = isIndirect ? this.place(16 * parts.length).address : this.descriptors;
    const first = isIndirect ? 0 : head;
    for (const [n, part] of parts.entries()) {
      const flags = (typeof part === 'number' ? 2 : 0) | (n < parts.length - 1 ? 1 : 0);
      const { address, length } = places[n]!;
      this.descriptor(table + 16 * (first + n), address, length, flags, first + n + 1);
    }
    if (isIndirect) this.descriptor(this.descriptors + 16 * head, table, 16 * parts.length, 4);
    this.#free = (this.#free + (isIndirect ? 1 : parts.length)) % (this.size - 8);
    this.offer(head);
    return { head, places };
  }

  /** Makes a descriptor's request available. */
  offer(head: number): void {
    const index = this.#view.getUint16(this.available + 2, true);
    this.#view.setUint16(this.available + 4 + 2 * (index & (this.size - 1)), head, true);
    this.#view.setUint16(this.available + 2, (index + 1) & 0xffff, true);
  }

  kick(): void {
    this.#driver.kick(this.#number);
  }

  /** The buffers that the device has used since the last call. */
  takeUsed(): { head: number; written: number }[] {
    const view = this.#view;
    const done = [];
    for (; this.#seen !== view.getUint16(this.used + 2, true); this.#seen = (this.#seen + 1) & 0xffff) {
      const at = this.used + 4 + 8 * (this.#seen & (this.size - 1));
      done.push({ head: view.getUint32(at, true), written: view.getUint32(at + 4, true) });
    }
    return done;
  }

  /** With event indices: the request from which on the device wants to be told. */
  get availableEvent(): number {
    return this.#view.getUint16(this.used + 4 + 8 * this.size, true);
  }

  /** The done request at which an interrupt is wanted. */
  set usedEvent(index: number) {
    this.#view.setUint16(this.available + 4 + 2 * this.size, index, true);
  }

  /** Flags of the driver area. */
  set flags(value: number) {
    this.#view.setUint16(this.available, value, true);
  }
}
