import { crc32 } from '../../crc32.ts';
import { destinationOf, FCS_BYTES, isFor, padded, tagOf, withoutTag } from '../../ethernet/frame.ts';
import { passesMulticast } from '../../ethernet/multicast.ts';
import { ipv4Of, isIpHeaderIntact, isPayloadIntact, Protocol } from '../../ethernet/packet.ts';
import { WaitingFrame } from '../../ethernet/waiting-frame.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64, DescriptorView } from '../../memory/descriptors.ts';
import type { Timer } from '../../time/events.ts';
import {
  Command,
  CplusCommand,
  DESCRIPTOR_BYTES,
  Descriptor,
  Interrupt,
  RX_BUFFER,
  RxConfig,
  RxDescriptor,
  RxHeader,
  RxProtocol,
} from './registers.ts';
import type { Rtl8139State } from './state.ts';

/** How a frame passed the filter: bits of its status in both modes. */
interface Match {
  readonly header: number;
  readonly descriptor: number;
}
const matches = {
  station: { header: RxHeader.physical, descriptor: RxDescriptor.physical },
  multicast: { header: RxHeader.multicast, descriptor: RxDescriptor.multicast },
  broadcast: { header: RxHeader.broadcast, descriptor: RxDescriptor.broadcast },
  none: { header: 0, descriptor: 0 },
} as const;

export interface ReceiverOptions {
  readonly state: Rtl8139State;
  readonly memory: BusMemory;
  /** Makes the port offer the frame again, if armed. */
  readonly retry: Timer;
  readonly now: () => number;
  readonly interrupt: (bits: number) => void;
}

/** Puts frames into the guest's memory: into one buffer, or into the ring of the C+ mode. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #descriptor: DescriptorView;
  readonly #waiting: WaitingFrame;
  readonly #word = new Uint8Array(4);

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#waiting = new WaitingFrame(options.retry, options.now);
    this.#descriptor = new DescriptorView(options.memory, DESCRIPTOR_BYTES);
  }

  /** A state was loaded. */
  restored(): void {
    this.#waiting.forget();
  }

  /** Takes a frame, which may be lost; false: there is no room yet. */
  receive(frame: Uint8Array): boolean {
    const { state } = this.#options;
    if ((state.command & Command.rxEnable) === 0) return true;
    const match = this.#match(frame);
    if (match === null) return true;
    const isCplus = (state.cplusCommand & CplusCommand.receive) !== 0;
    // The buffer has no room for it even when it is empty.
    if (!isCplus && neededBytes(padded(frame)) >= this.#bufferBytes) return true;
    const taken = isCplus ? this.#toRing(frame, match) : this.#toBuffer(padded(frame), match);
    if (taken) this.#count(match);
    return taken || !this.#mayWait(isCplus);
  }

  /** Null: the filter holds it back. */
  #match(frame: Uint8Array): Match | null {
    const { rxConfig, address, multicast } = this.#options.state;
    const destination = destinationOf(frame);
    if (destination === 'broadcast' && (rxConfig & RxConfig.broadcast) !== 0) return matches.broadcast;
    if (destination === 'multicast' && (rxConfig & RxConfig.multicast) !== 0 && passesMulticast(multicast, frame))
      return matches.multicast;
    if (destination === 'station' && (rxConfig & RxConfig.physical) !== 0 && isFor(frame, address))
      return matches.station;
    return (rxConfig & RxConfig.all) !== 0 ? matches.none : null;
  }

  #count(match: Match): void {
    const { tally } = this.#options.state;
    this.#waiting.forget();
    tally.received++;
    if (match === matches.station) tally.physical++;
    else if (match === matches.broadcast) tally.broadcast++;
    else if (match === matches.multicast) tally.multicast = (tally.multicast + 1) >>> 0;
  }

  /** There is no room. The guest says when it has read from the buffer, but nothing when it fills the ring. */
  #mayWait(isCplus: boolean): boolean {
    const { state, interrupt } = this.#options;
    if (!isCplus || this.#waiting.mayWait()) return true;
    state.missed = (state.missed + 1) & 0xffffff;
    state.tally.missed = (state.tally.missed + 1) & 0xffff;
    interrupt(Interrupt.rxOverflow);
    return false;
  }

  /** Bytes of the receive buffer. */
  get #bufferBytes(): number {
    return RX_BUFFER << ((this.#options.state.rxConfig >> RxConfig.sizeShift) & RxConfig.sizeMask);
  }

  /** Keeps the offsets within the buffer, after the guest has written one, or the buffer's size. */
  fitPointers(): void {
    const { state } = this.#options;
    const mask = this.#bufferBytes - 1;
    state.rxRead &= mask;
    state.rxWrite &= mask;
  }

  /** The buffer has nothing that the guest has not read. */
  get isEmpty(): boolean {
    const { rxRead, rxWrite } = this.#options.state;
    return (rxWrite - rxRead) % this.#bufferBytes === 0;
  }

  #toBuffer(frame: Uint8Array, match: Match): boolean {
    const { state, interrupt } = this.#options;
    const size = this.#bufferBytes;
    const room = (size + state.rxRead - state.rxWrite) & (size - 1) || size;
    const length = frame.length + FCS_BYTES;
    if (neededBytes(frame) >= room) return false;
    this.#putWord((RxHeader.ok | match.header | (length << 16)) >>> 0);
    this.#put(frame);
    this.#putWord(crc32(frame));
    state.rxWrite = (state.rxWrite + 3) & ~3 & (size - 1);
    interrupt(Interrupt.rxOk);
    return true;
  }

  #putWord(value: number): void {
    this.#put(this.#wordOf(value));
  }

  /** The bytes of a word, until the next one. */
  #wordOf(value: number): Uint8Array {
    new DataView(this.#word.buffer).setUint32(0, value, true);
    return this.#word;
  }

  /** A frame that begins near the end of the buffer goes on at its start, or after its end if the guest wants that. */
  #put(bytes: Uint8Array): void {
    const { state, memory } = this.#options;
    const size = this.#bufferBytes;
    const goesOn = (state.rxConfig & RxConfig.noWrap) !== 0 && size < 0x10000;
    const first = goesOn ? bytes.length : Math.max(0, Math.min(bytes.length, size - state.rxWrite));
    memory.write(state.rxBuffer + state.rxWrite, bytes.subarray(0, first));
    if (first < bytes.length) memory.write(state.rxBuffer, bytes.subarray(first));
    const next = state.rxWrite + bytes.length;
    state.rxWrite = goesOn ? next : next & (size - 1);
  }

  /** A descriptor takes a whole frame: the buffers of drivers are as large as that. */
  #toRing(frame: Uint8Array, match: Match): boolean {
    const { state, interrupt } = this.#options;
    const tag = (state.cplusCommand & CplusCommand.rxVlan) === 0 ? -1 : tagOf(frame);
    const bare = padded(tag < 0 ? frame : withoutTag(frame));
    const ring = address64(state.rxRing[0], state.rxRing[1]);
    const descriptor = this.#descriptor;
    descriptor.fetch(ring + state.rxIndex * DESCRIPTOR_BYTES);
    const command = descriptor.word(0);
    if (command < Descriptor.owned) return false;
    this.#fill(command, bare, match.descriptor | this.#packetStatus(bare), tag);
    state.rxIndex = (command & Descriptor.endOfRing) !== 0 ? 0 : (state.rxIndex + 1) & 0xffff;
    interrupt(Interrupt.rxOk);
    return true;
  }

  /** Puts a frame with its check sequence where a descriptor says, and gives it back. Bytes that don't fit are lost. */
  #fill(command: number, frame: Uint8Array, status: number, tag: number): void {
    const { memory } = this.#options;
    const descriptor = this.#descriptor;
    const room = command & RxDescriptor.size;
    const buffer = address64(descriptor.word(2), descriptor.word(3));
    const length = Math.min(frame.length + FCS_BYTES, room);
    memory.write(buffer, frame.subarray(0, room));
    if (length > frame.length) {
      memory.write(buffer + frame.length, this.#wordOf(crc32(frame)).subarray(0, length - frame.length));
    }
    const flags = (command & Descriptor.endOfRing) | Descriptor.first | Descriptor.last;
    descriptor.setWord(0, flags | status | length);
    // The tag stands in the order of the network.
    descriptor.setWord(1, tag < 0 ? 0 : RxDescriptor.tagged | ((tag & 0xff) << 8) | (tag >> 8));
    descriptor.store(0, 2);
  }

  /** The result of checking a packet's checksums, as bits for the descriptor, if the card is to check them. */
  #packetStatus(frame: Uint8Array): number {
    const { cplusCommand } = this.#options.state;
    const packet = (cplusCommand & CplusCommand.rxChecksum) === 0 ? undefined : ipv4Of(frame);
    if (packet === undefined) return 0;
    const failed = isIpHeaderIntact(frame, packet) ? 0 : RxDescriptor.ipFailed;
    const { tcp, udp, ip } = RxProtocol;
    const isTcp = packet.protocol === Protocol.tcp;
    if (packet.isFragment || !(isTcp || packet.protocol === Protocol.udp))
      return failed | (ip << RxDescriptor.protocolShift);
    const payloadFailed = isTcp ? RxDescriptor.tcpFailed : RxDescriptor.udpFailed;
    const bad = isPayloadIntact(frame, packet) ? 0 : payloadFailed;
    return failed | bad | ((isTcp ? tcp : udp) << RxDescriptor.protocolShift);
  }
}

/** Bytes of the receive buffer that a frame takes. */
function neededBytes(frame: Uint8Array): number {
  return (RxHeader.bytes + frame.length + FCS_BYTES + 3) & ~3;
}
