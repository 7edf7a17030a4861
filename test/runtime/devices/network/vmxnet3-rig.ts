import type { InterruptMessage } from '../../../../runtime/bus/interrupt-message.ts';
import { Vmxnet3 } from '../../../../runtime/devices/vmxnet3/index.ts';
import { type CardRig, MMIO } from './card-rig.ts';

/** Where the driver has its structures, rings and data. */
export const Place = {
  shared: 0x10000,
  queues: 0x11000,
  send: 0x12000,
  sent: 0x13000,
  heads: 0x14000,
  bodies: 0x15000,
  received: 0x16000,
  multicast: 0x17000,
  data: 0x20000,
  buffers: 0x40000,
} as const;
export const Reg = {
  sharedLow: 0x10,
  sharedHigh: 0x18,
  command: 0x20,
  macLow: 0x28,
  macHigh: 0x30,
  cause: 0x38,
  events: 0x40,
} as const;
/** Registers of the rings. */
export const Ring = { mask: 0, send: 0x600, receive: 0x800 } as const;
export const Command = {
  activate: 0xcafe0000,
  quiesce: 0xcafe0001,
  reset: 0xcafe0002,
  mode: 0xcafe0003,
  multicast: 0xcafe0004,
  vlans: 0xcafe0005,
  features: 0xcafe0009,
  statistics: 0xf00d0001,
  link: 0xf00d0002,
  macLow: 0xf00d0003,
  macHigh: 0xf00d0004,
} as const;
export const RING = 32;
const COMPLETIONS = 32;
export const BUFFER_BYTES = 512;

/** A driver for a card on a rig. */
export class Vmxnet3Driver {
  readonly device: Vmxnet3;
  readonly messages: InterruptMessage[] = [];
  readonly #rig: CardRig;
  #sent = 0;
  #received = 0;
  #tail = 0;

  constructor(rig: CardRig, hasMessages = false) {
    this.#rig = rig;
    const sendMessage = (message: InterruptMessage) => this.messages.push(message) > 0;
    this.device = new Vmxnet3({ ...rig.board, device: 3, sendMessage: hasMessages ? sendMessage : undefined });
    rig.enable(this.device.pciFunction, [MMIO, MMIO + 0x1000, MMIO + 0x2000]);
  }

  /** A register of the rings (0), of the device (1) or of messages (2). */
  access(bar: number, offset: number, value?: number): number {
    const region = this.#rig.regions.find(({ base }) => base === MMIO + 0x1000 * bar)!;
    if (value === undefined) return region.read(offset, 4);
    region.write(offset, 4, value);
    return 0;
  }

  command(code: number): number {
    this.access(1, Reg.command, code);
    return this.access(1, Reg.command);
  }

  /** Tells the card of structures that are ready. @returns 0 if it works */
  start({ features = 0, mode = 0x07, pieces = 8, guest = 1, sendQueues = 1, vector = 0 } = {}): number {
    const rig = this.#rig;
    rig.bytes.fill(0, Place.shared, Place.data);
    [this.#sent, this.#received, this.#tail] = [0, 0, 0];
    rig.put(Place.shared, 0xbabefee1);
    rig.put(Place.shared + 12, guest << 2);
    rig.put(Place.shared + 24, features, 0, 0, 0, Place.queues);
    rig.put(Place.shared + 60, pieces | (sendQueues << 16) | (1 << 24));
    rig.put(Place.shared + 120, mode);
    for (let n = 0; n < sendQueues; n++) this.#queue(n, [Place.send, 0, Place.sent], [RING, 0, COMPLETIONS], vector);
    this.#queue(sendQueues, [Place.heads, Place.bodies, Place.received], [RING, RING, COMPLETIONS], vector);
    this.access(1, Reg.sharedLow, Place.shared);
    this.access(1, Reg.sharedHigh, 0);
    const failed = this.command(Command.activate);
    this.access(0, Ring.mask, 0);
    return failed;
  }

  #queue(n: number, addresses: readonly number[], sizes: readonly number[], vector: number): void {
    const at = Place.queues + 256 * n;
    for (const [k, address] of addresses.entries()) this.#rig.put(at + 16 + 8 * k, address, 0);
    this.#rig.put(at + 56, ...sizes);
    this.#rig.put(at + 72, vector);
  }

  /** Puts a frame into the ring, in pieces; words 2 and 3 of its first descriptor get these bits besides. */
  post(pieces: readonly Uint8Array[], bits = 0, flags = 0): void {
    let at = Place.data;
    for (const [n, piece] of pieces.entries()) {
      const isLast = n === pieces.length - 1;
      const generation = Math.floor(this.#tail / RING) % 2 === 0 ? 0x4000 : 0;
      this.#rig.bytes.set(piece, at);
      const word3 = (n === 0 ? flags : 0) | (isLast ? 0x3000 : 0);
      const word2 = (piece.length & 0x3fff) | generation | (n === 0 ? bits : 0);
      this.#rig.put(Place.send + 16 * (this.#tail % RING), at, 0, word2 >>> 0, word3 >>> 0);
      this.#tail++;
      at += piece.length;
    }
  }

  kick(): void {
    this.access(0, Ring.send, this.#tail % RING);
  }

  send(pieces: readonly Uint8Array[], bits = 0, flags = 0): void {
    this.post(pieces, bits, flags);
    this.kick();
  }

  /** Numbers of descriptors that are done. */
  completions(): number[] {
    const found: number[] = [];
    for (; this.#isNew(Place.sent, this.#sent); this.#sent++)
      found.push(this.#rig.get(Place.sent + 16 * (this.#sent % COMPLETIONS)) & 0xfff);
    return found;
  }

  #isNew(ring: number, place: number): boolean {
    const generation = Math.floor(place / COMPLETIONS) % 2 === 0 ? 1 : 0;
    return this.#rig.get(ring + 16 * (place % COMPLETIONS) + 12) >>> 31 === generation;
  }

  /** Gives buffers to the card: one head and `bodies` pieces after each, the pieces in the second ring. */
  give(count: number, first = 0): void {
    for (let n = first; n < first + count; n++) {
      const generation = Math.floor(n / RING) % 2 === 0 ? 0x80000000 : 0;
      const place = n % RING;
      const [head, body] = [Place.buffers + place * 2 * BUFFER_BYTES, Place.buffers + (place * 2 + 1) * BUFFER_BYTES];
      this.#rig.put(Place.heads + 16 * place, head, 0, (BUFFER_BYTES | generation) >>> 0, 0);
      this.#rig.put(Place.bodies + 16 * place, body, 0, (BUFFER_BYTES | 0x4000 | generation) >>> 0, 0);
    }
    this.access(0, Ring.receive, (first + count) % RING);
  }

  /** Words of completions for frames that came, and their bytes. */
  frames(): { readonly words: readonly number[]; readonly bytes: Uint8Array }[] {
    const found: { words: readonly number[]; bytes: Uint8Array }[] = [];
    for (; this.#isNew(Place.received, this.#received); this.#received++) {
      const at = Place.received + 16 * (this.#received % COMPLETIONS);
      const words = [0, 4, 8, 12].map((offset) => this.#rig.get(at + offset));
      const ring = (words[0]! >>> 16) & 0x3ff;
      const buffer = Place.buffers + ((words[0]! & 0xfff) * 2 + ring) * BUFFER_BYTES;
      const bytes = this.#rig.bytes.slice(buffer, buffer + (words[2]! & 0x3fff));
      if ((words[0]! & 0x8000) !== 0) found.push({ words, bytes });
      else {
        const begun = found.pop()!;
        found.push({ words, bytes: Uint8Array.from([...begun.bytes, ...bytes]) });
      }
    }
    return found;
  }
}
