import type { ReportGuestError } from '../../bus/guest-error.ts';
import { HEADER_BYTES, LARGEST_PACKET, LEAST_SEGMENT, withTag } from '../../ethernet/frame.ts';
import { ipv4Of, sendSegments, setIpChecksum, setPayloadChecksum } from '../../ethernet/packet.ts';
import { SendingTurns } from '../../ethernet/sending-turns.ts';
import type { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64, DescriptorView } from '../../memory/descriptors.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import {
  Command,
  CplusCommand,
  DESCRIPTOR_BYTES,
  Descriptor,
  Interrupt,
  TX_BUFFERS,
  TxDescriptor,
  TxPoll,
  TxStatus,
} from './registers.ts';
import type { Rtl8139State } from './state.ts';

/**
 * Most descriptors or frames, and most bytes, that are sent at a time, so that a ring that is always refilled, or that
 * has no end, cannot stop the guest.
 */
const BURST = 256;
const BURST_BYTES = 256 << 10;
/** Virtual nanoseconds from one burst to the next. */
const PAUSE = 100_000;
/** Descriptors of one packet at most: the guest may give a ring whose packet has no end. */
const MOST_PARTS = 64;

/** As the chip's registers count them. */
const Ring = { normal: 0, high: 1 } as const;
type Ring = (typeof Ring)[keyof typeof Ring];

/** A descriptor of a packet. */
interface Part {
  readonly index: number;
  readonly address: number;
  readonly command: number;
  readonly vlan: number;
}

/** Counts of what was sent without a pause. */
interface Burst {
  descriptors: number;
  frames: number;
  bytes: number;
}

function isOver({ descriptors, frames, bytes }: Burst): boolean {
  return Math.max(descriptors, frames) >= BURST || bytes >= BURST_BYTES;
}

export interface TransmitterOptions {
  readonly state: Rtl8139State;
  readonly memory: BusMemory;
  readonly guestError: ReportGuestError;
  /** Names its timers. */
  readonly name: string;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly send: (frame: Uint8Array) => void;
  /** Does something that sends frames, which go together then. */
  readonly together: (act: () => number) => number;
  readonly interrupt: (bits: number) => void;
  /** Tells of frames of the rings. */
  readonly sentInterrupts: SentInterrupts;
}

/** Sends frames: from four buffers, or from the rings of the C+ mode. */
export class Transmitter {
  readonly #options: TransmitterOptions;
  readonly #turns: readonly SendingTurns[];
  readonly #descriptor: DescriptorView;
  readonly #packet = new Uint8Array(LARGEST_PACKET);
  readonly #word = new DataView(new ArrayBuffer(4));
  /** Derived in each call: bytes of the packet that is put together. */
  #length = 0;

  constructor(options: TransmitterOptions) {
    const { name, clock, events } = options;
    this.#options = options;
    this.#turns = [`${name} transmit`, `${name} transmit high`].map((timer, ring) => {
      const send = () => options.together(() => this.#sendRing(ring as Ring));
      return new SendingTurns({ name: timer, clock, events, send });
    });
    this.#descriptor = new DescriptorView(options.memory, DESCRIPTOR_BYTES);
  }

  /** Part of the card's state. */
  get components(): Component[] {
    return this.#turns.map(({ component }) => component);
  }

  get #isEnabled(): boolean {
    return (this.#options.state.command & Command.txEnable) !== 0;
  }

  /** The guest has written a TSD. */
  writeStatus(n: number, value: number): void {
    const { state } = this.#options;
    state.txStatus[n] = value & TxStatus.writable;
    for (let count = 0; count < TX_BUFFERS && this.#sendBuffer(state.txNext); count++) {
      state.txNext = (state.txNext + 1) % TX_BUFFERS;
    }
  }

  #sendBuffer(n: number): boolean {
    const { state, memory, send, interrupt } = this.#options;
    const status = state.txStatus[n];
    if (!this.#isEnabled || (status & TxStatus.owned) !== 0) return false;
    const frame = this.#packet.subarray(0, status & TxStatus.size);
    memory.read(state.txAddress[n], frame);
    send(frame);
    state.txStatus[n] = (status | TxStatus.owned | TxStatus.ok) >>> 0;
    interrupt(Interrupt.txOk);
    return true;
  }

  /** The guest has written TPPoll: what is in these rings is to be sent. */
  poll(rings: number): void {
    if ((rings & TxPoll.high) !== 0) this.#turns[Ring.high].request();
    if ((rings & TxPoll.normal) !== 0) this.#turns[Ring.normal].request();
  }

  /** Stops sending; frames that were waiting are dropped. */
  reset(): void {
    for (const turns of this.#turns) turns.reset();
  }

  /** Sends what is in a ring. @returns bytes */
  #sendRing(ring: Ring): number {
    const { state, sentInterrupts } = this.#options;
    if (!this.#isEnabled || (state.cplusCommand & CplusCommand.transmit) === 0) return 0;
    const burst = { descriptors: 0, frames: 0, bytes: 0 };
    this.#sendBurst(ring, burst);
    if (burst.descriptors > 0) sentInterrupts.sent(Interrupt.txOk | (isOver(burst) ? 0 : Interrupt.noTxDescriptor));
    if (isOver(burst)) this.#turns[ring].resume(PAUSE);
    return burst.bytes;
  }

  /** Sends packets until there are no more, or the burst is over. */
  #sendBurst(ring: Ring, burst: Burst): void {
    const { state } = this.#options;
    while (!isOver(burst)) {
      const parts = this.#gather(ring, state.txIndex[ring]);
      if (parts.length === 0) break;
      const last = parts[parts.length - 1];
      for (const { address, command } of parts) this.#giveBack(address, command);
      state.txIndex[ring] = nextIndex(last);
      this.#sendPacket(last, burst);
      burst.descriptors += parts.length;
      burst.bytes += this.#length;
    }
  }

  /** The descriptors of the next packet, whose bytes are put together; none while the guest has not given them all. */
  #gather(ring: number, first: number): Part[] {
    const { state, memory } = this.#options;
    const base = address64(state.txRings[2 * ring], state.txRings[2 * ring + 1]);
    const descriptor = this.#descriptor;
    const parts: Part[] = [];
    this.#length = 0;
    for (let index = first; ; index = nextIndex(parts[parts.length - 1])) {
      const address = base + index * DESCRIPTOR_BYTES;
      descriptor.fetch(address);
      const command = descriptor.word(0);
      if (command < Descriptor.owned) return [];
      const bytes = this.#packet.subarray(this.#length, this.#length + (command & TxDescriptor.size));
      memory.read(address64(descriptor.word(2), descriptor.word(3)), bytes);
      this.#length += bytes.length;
      parts.push({ index, address, command, vlan: descriptor.word(1) });
      if ((command & Descriptor.last) !== 0 || parts.length === MOST_PARTS) return parts;
    }
  }

  #giveBack(address: number, command: number): void {
    // What is not status any more reads as errors there: sizes of segments, for one.
    this.#word.setUint32(0, command & ~(Descriptor.owned | TxDescriptor.status), true);
    this.#options.memory.write(address, new Uint8Array(this.#word.buffer));
  }

  /** By the packet's last descriptor. */
  #sendPacket({ command, vlan }: Part, burst: Burst): void {
    const { guestError } = this.#options;
    const packet = this.#packet.subarray(0, this.#length);
    if (packet.length < HEADER_BYTES || (command & Descriptor.last) === 0) {
      guestError('RTL8139: a packet without a header or an end, bytes', packet.length);
      return;
    }
    const send = this.#sender(vlan, burst);
    if ((command & TxDescriptor.largeSend) !== 0) this.#sendLarge(packet, command, send);
    else {
      setChecksums(packet, command);
      send(packet);
    }
  }

  #sendLarge(packet: Uint8Array, command: number, send: (frame: Uint8Array) => void): void {
    const size = (command >>> TxDescriptor.segmentShift) & TxDescriptor.segmentMask;
    if (size === 0) send(packet);
    else if (size < LEAST_SEGMENT) this.#options.guestError('RTL8139: segments are too small, bytes', size);
    else sendSegments(packet, size, send);
  }

  /** Sends frames of a burst with the tag that the second word of a descriptor asks for. */
  #sender(vlan: number, burst: Burst): (frame: Uint8Array) => void {
    const { send } = this.#options;
    const hasTag = (vlan & TxDescriptor.tagged) !== 0;
    // The tag stands in the order of the network.
    const tag = ((vlan & 0xff) << 8) | ((vlan >> 8) & 0xff);
    return (frame) => {
      burst.frames++;
      send(hasTag ? withTag(frame, tag) : frame);
    };
  }
}

function nextIndex({ index, command }: Part): number {
  return (command & Descriptor.endOfRing) !== 0 ? 0 : (index + 1) & 0xffff;
}

function setChecksums(frame: Uint8Array, command: number): void {
  const wanted = command & (TxDescriptor.ipChecksum | TxDescriptor.tcpChecksum | TxDescriptor.udpChecksum);
  const packet = wanted === 0 ? undefined : ipv4Of(frame);
  if (packet === undefined) return;
  if ((wanted & TxDescriptor.ipChecksum) !== 0) setIpChecksum(frame, packet);
  if ((wanted & (TxDescriptor.tcpChecksum | TxDescriptor.udpChecksum)) !== 0) setPayloadChecksum(frame, packet);
}
