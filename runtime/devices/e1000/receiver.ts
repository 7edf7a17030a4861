import { crc32 } from '../../crc32.ts';
import { checksumOf, sumBytes } from '../../ethernet/checksum.ts';
import { destinationOf, FCS_BYTES, padded, tagOf, withoutTag } from '../../ethernet/frame.ts';
import { ipv4Of, isIpHeaderIntact, isPayloadIntact, Protocol } from '../../ethernet/packet.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64, DescriptorView } from '../../memory/descriptors.ts';
import { passesFilter } from './filter.ts';
import { Cause, Control, DESCRIPTOR_BYTES, Register, RxChecksum, RxControl, RxStatus } from './registers.ts';
import type { RegisterWords } from './state.ts';

export interface ReceiverOptions {
  readonly words: RegisterWords;
  readonly memory: BusMemory;
  readonly interrupt: (causes: number) => void;
}

/** A ring of descriptors, as its registers have it; counts are of descriptors. */
interface Ring {
  readonly base: number;
  readonly length: number;
  readonly head: number;
  /** The guest has given this many. */
  readonly free: number;
}

/** Puts frames into the guest's memory by way of the ring of receive descriptors (317453, 3.2 "Packet reception"). */
export class Receiver {
  readonly #words: RegisterWords;
  readonly #memory: BusMemory;
  readonly #interrupt: (causes: number) => void;
  readonly #descriptor: DescriptorView;

  constructor({ words, memory, interrupt }: ReceiverOptions) {
    this.#words = words;
    this.#memory = memory;
    this.#interrupt = interrupt;
    this.#descriptor = new DescriptorView(memory, DESCRIPTOR_BYTES);
  }

  /** Takes a frame, which may be lost; false: there is no room yet. */
  receive(frame: Uint8Array): boolean {
    const words = this.#words;
    if ((words.get(Register.rxControl) & RxControl.enable) === 0 || !passesFilter(words, frame)) return true;
    const hasTag = (words.get(Register.control) & Control.vlan) !== 0;
    const tag = hasTag ? tagOf(frame) : -1;
    const bare = padded(tag < 0 ? frame : withoutTag(frame));
    const bytes = this.#withCheckSequence(bare);
    const ring = this.#ring();
    const size = this.#bufferBytes;
    const parts = Math.ceil(bytes.length / size);
    if (ring.free < parts) return parts >= ring.length;
    this.#store(ring, bytes, size, this.#statusOf(bare, tag));
    this.#count(bare);
    this.#tell(ring, ring.free - parts);
    return true;
  }

  #withCheckSequence(frame: Uint8Array): Uint8Array {
    if ((this.#words.get(Register.rxControl) & RxControl.stripCrc) !== 0) return frame;
    const bytes = new Uint8Array(frame.length + FCS_BYTES);
    bytes.set(frame);
    new DataView(bytes.buffer).setUint32(frame.length, crc32(frame), true);
    return bytes;
  }

  /** Positions that the guest has put outside of the ring make it one without room. */
  #ring(): Ring {
    const words = this.#words;
    const base = address64(words.get(Register.rxBaseLow), words.get(Register.rxBaseHigh));
    const length = words.get(Register.rxLength) / DESCRIPTOR_BYTES;
    const [head, tail] = [words.get(Register.rxHead), words.get(Register.rxTail)];
    const isSound = head < length && tail < length;
    return { base, length, head, free: isSound ? (tail - head + length) % length : 0 };
  }

  get #bufferBytes(): number {
    const control = this.#words.get(Register.rxControl);
    const size = 2048 >> ((control >>> RxControl.sizeShift) & 3);
    return (control & RxControl.largeBuffers) === 0 || size === 2048 ? size : size * 16;
  }

  #store(ring: Ring, bytes: Uint8Array, size: number, status: number): void {
    const descriptor = this.#descriptor;
    let { head } = ring;
    for (let done = 0; done < bytes.length; done += size) {
      const part = bytes.subarray(done, done + size);
      descriptor.fetch(ring.base + head * DESCRIPTOR_BYTES);
      this.#memory.write(address64(descriptor.word(0), descriptor.word(1)), part);
      const isLast = done + size >= bytes.length;
      descriptor.setWord(2, part.length | (isLast ? this.#packetChecksum(bytes) << 16 : 0));
      descriptor.setWord(3, RxStatus.done | (isLast ? RxStatus.end | status : 0));
      descriptor.store(2, 4);
      head = (head + 1) % ring.length;
    }
    this.#words.set(Register.rxHead, head);
  }

  /** From the place that the guest says to the end of the frame, or of its check sequence (13.4.31). */
  #packetChecksum(bytes: Uint8Array): number {
    const start = this.#words.get(Register.rxChecksum) & RxChecksum.start;
    return start === 0 ? 0 : checksumOf(sumBytes(bytes, start, bytes.length));
  }

  /** The last word of the descriptor: status, errors, VLAN tag. */
  #statusOf(frame: Uint8Array, tag: number): number {
    const tagged = tag < 0 ? 0 : (tag << 16) | RxStatus.tagged;
    const wanted = this.#words.get(Register.rxChecksum);
    const packet = (wanted & (RxChecksum.ip | RxChecksum.payload)) === 0 ? undefined : ipv4Of(frame);
    if (packet === undefined) return tagged | RxStatus.ignoreChecksum;
    const isTcp = packet.protocol === Protocol.tcp;
    const hasPayload =
      (wanted & RxChecksum.payload) !== 0 && !packet.isFragment && (isTcp || packet.protocol === Protocol.udp);
    const payload = isTcp ? RxStatus.tcpChecked : RxStatus.tcpChecked | RxStatus.udpChecked;
    return (
      tagged |
      ((wanted & RxChecksum.ip) === 0 ? 0 : RxStatus.ipChecked) |
      ((wanted & RxChecksum.ip) === 0 || isIpHeaderIntact(frame, packet) ? 0 : RxStatus.ipError) |
      (hasPayload ? payload : 0) |
      (!hasPayload || isPayloadIntact(frame, packet) ? 0 : RxStatus.payloadError)
    );
  }

  #count(frame: Uint8Array): void {
    const words = this.#words;
    words.count(Register.goodReceived);
    words.count(Register.totalReceived);
    const destination = destinationOf(frame);
    if (destination === 'broadcast') words.count(Register.broadcastReceived);
    else if (destination === 'multicast') words.count(Register.multicastReceived);
    words.add64(Register.receivedOctets, frame.length + FCS_BYTES);
    words.add64(Register.totalReceivedOctets, frame.length + FCS_BYTES);
  }

  /** Few descriptors are left: an interrupt says so, at a half, a quarter or an eighth of the ring. */
  #tell({ length }: Ring, left: number): void {
    const threshold = (this.#words.get(Register.rxControl) >>> RxControl.thresholdShift) & 3;
    const isLow = left <= length >> (threshold + 1);
    this.#interrupt(Cause.rxTimer | (isLow ? Cause.rxThreshold : 0));
  }
}
