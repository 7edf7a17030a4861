import { crc32, remainder } from '../../crc32.ts';
import { destinationOf, FCS_BYTES, HEADER_BYTES, padded, TYPE_OFFSET } from '../../ethernet/frame.ts';
import { read16 } from '../../ethernet/network-order.ts';
import { WaitingFrame } from '../../ethernet/waiting-frame.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Timer } from '../../time/events.ts';
import { advance, type Descriptor, type Descriptors, placeIn } from './descriptors.ts';
import { Csr, DescriptorStatus, Extended, Feature, Mode, ReceiveStatus, Status } from './registers.ts';
import type { PcnetState } from './state.ts';

/** Frames of IEEE 802.3 have their length where others have a type; shorter ones than this have padding. */
const LEAST_DATA = 46;

const ring = { length: Csr.receiveLength, counter: Csr.receiveCounter } as const;

export interface ReceiverOptions {
  readonly state: PcnetState;
  readonly memory: BusMemory;
  readonly descriptors: Descriptors;
  /** Makes the port offer the frame again, if armed. */
  readonly retry: Timer;
  readonly now: () => number;
  /** Bits of CSR0. */
  readonly interrupt: (bits: number) => void;
}

/** Puts frames into the buffers of the receive ring. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #waiting: WaitingFrame;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#waiting = new WaitingFrame(options.retry, options.now);
  }

  /** A state was loaded. */
  restored(): void {
    this.#waiting.forget();
  }

  /** A frame from the cable, which may be lost; false: there is no room yet. In loopback nothing comes. */
  receive(frame: Uint8Array): boolean {
    const { csr } = this.#options.state;
    if ((csr[Csr.extended]! & Extended.suspend) !== 0) return false;
    if ((csr[Csr.mode]! & Mode.loopback) !== 0) return true;
    const whole = padded(frame);
    const match = this.#isOn ? this.#match(whole) : null;
    if (match === null) return true;
    const first = this.#descriptor(0);
    if (first === null) {
      const mayWait = this.#waiting.mayWait();
      if (!mayWait) this.#miss();
      return !mayWait;
    }
    this.#waiting.forget();
    this.#store(first, this.#withFcs(whole), match);
    return true;
  }

  /** A frame that the chip sends to itself, with its checksum, which is right or not. */
  receiveOwn(frame: Uint8Array): void {
    const match = this.#isOn ? this.#match(frame) : null;
    if (match === null) return;
    const end = frame.length - FCS_BYTES;
    const sum = crc32(frame.subarray(0, end));
    const isIntact = [0, 1, 2, 3].every((n) => frame[end + n] === ((sum >>> (8 * n)) & 0xff));
    const first = this.#descriptor(0);
    if (first === null) this.#miss();
    else this.#store(first, frame, isIntact ? match : match | ReceiveStatus.crc | DescriptorStatus.error);
  }

  get #isOn(): boolean {
    return (this.#options.state.csr[Csr.status]! & Status.receiverOn) !== 0;
  }

  #descriptor(ahead: number): Descriptor | null {
    const { state, descriptors } = this.#options;
    if (state.receiveRing === 0) return null;
    return descriptors.owned(state.receiveRing, placeIn(state, ring, ahead));
  }

  /** Bits of the descriptor that tell how it passed; null: it is not for this station. */
  #match(frame: Uint8Array): number | null {
    const { csr } = this.#options.state;
    const mode = csr[Csr.mode]!;
    if ((mode & Mode.promiscuous) !== 0) return 0;
    const destination = destinationOf(frame);
    if (destination === 'broadcast') return (mode & Mode.noBroadcast) === 0 ? ReceiveStatus.broadcast : null;
    if (destination === 'multicast') return this.#passesFilter(frame) ? ReceiveStatus.filtered : null;
    return (mode & Mode.noPhysical) === 0 && this.#isOwn(frame) ? ReceiveStatus.physical : null;
  }

  #isOwn(frame: Uint8Array): boolean {
    const { csr } = this.#options.state;
    for (let n = 0; n < 3; n++) if ((frame[2 * n]! | (frame[2 * n + 1]! << 8)) !== csr[Csr.address + n]) return false;
    return true;
  }

  /** By the upper six bits of the address's CRC, in the order in which it is kept (data sheet, "Logical Address Filter"). */
  #passesFilter(frame: Uint8Array): boolean {
    const bit = remainder(-1, frame.subarray(0, 6)) >>> 26;
    return ((this.#options.state.csr[Csr.filter + (bit >> 4)]! >> (bit & 0xf)) & 1) !== 0;
  }

  /** With four bytes in the place of a checksum, unless padding and checksum are to be left out. */
  #withFcs(frame: Uint8Array): Uint8Array {
    const length = read16(frame, TYPE_OFFSET);
    const strips = (this.#options.state.csr[Csr.features]! & Feature.stripReceived) !== 0;
    if (strips && length < LEAST_DATA) return frame.subarray(0, HEADER_BYTES + length);
    const longer = new Uint8Array(frame.length + FCS_BYTES);
    longer.set(frame);
    return longer;
  }

  /** Fills one buffer after the other, as long as they are the chip's. */
  #store(first: Descriptor, bytes: Uint8Array, match: number): void {
    const { state, memory, descriptors, interrupt } = this.#options;
    const places = state.csr[Csr.receiveLength]! || 1;
    let [descriptor, done, used] = [first, 0, 1];
    descriptor.status |= DescriptorStatus.start;
    for (;;) {
      const part = bytes.subarray(done, done + descriptor.bytes);
      memory.write(descriptor.buffer, part);
      done += part.length;
      const next = done < bytes.length && used < places ? this.#descriptor(used) : null;
      if (next === null) break;
      descriptors.giveBack({ ...descriptor, detail: 0 }, true);
      descriptor = next;
      used++;
    }
    if (done === bytes.length) {
      descriptor.status |= DescriptorStatus.end | match;
      descriptor.detail = bytes.length;
    } else descriptor.status |= DescriptorStatus.error | ReceiveStatus.buffer | ReceiveStatus.overflow;
    descriptors.giveBack(descriptor, true);
    advance(state, ring, used);
    interrupt(Status.received);
  }

  #miss(): void {
    const { state, interrupt } = this.#options;
    state.csr[Csr.missed] = (state.csr[Csr.missed]! + 1) & 0xffff;
    if (state.csr[Csr.missed] === 0) state.csr[Csr.features]! |= Feature.missedOverflow;
    interrupt(Status.missed);
  }
}
