import type { ReportGuestError } from '../../bus/guest-error.ts';
import { FCS_BYTES, HEADER_BYTES, LARGEST_PACKET, LEAST_SEGMENT, padded, withTag } from '../../ethernet/frame.ts';
import type { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64, DescriptorView } from '../../memory/descriptors.ts';
import {
  Cause,
  Control,
  DESCRIPTOR_BYTES,
  Register,
  TX_DATA,
  TX_DONE,
  TxCommand,
  TxControl,
  TxLength,
  TxOption,
} from './registers.ts';
import {
  contextOf,
  putChecksum,
  putChecksums,
  sendSegments,
  type TxChecksums,
  type TxPacketContext,
} from './segments.ts';
import type { E1000State, RegisterWords } from './state.ts';

/**
 * Most descriptors or frames, and most bytes, that are sent at a time, so that a ring that is always refilled cannot
 * stop the guest.
 */
const BURST = 512;
const BURST_BYTES = 512 << 10;
/** Virtual nanoseconds from one burst to the next. */
const PAUSE = 100_000;
/** Descriptors of one packet at most. */
const MOST_PARTS = 256;

export interface TransmitterOptions {
  readonly state: E1000State;
  readonly words: RegisterWords;
  readonly memory: BusMemory;
  readonly guestError: ReportGuestError;
  /** Has `send` called after so many virtual nanoseconds. */
  readonly pause: (nanoseconds: number) => void;
  readonly transmit: (frame: Uint8Array) => void;
  readonly interrupt: (causes: number) => void;
  /** Tells of packets whose interrupts may come later. */
  readonly sentInterrupts: SentInterrupts;
}

/** A descriptor of a packet. */
interface Part {
  readonly address: number;
  readonly command: number;
  /** The last word. */
  readonly options: number;
}

/** Sends what is in the ring of transmit descriptors (317453, 3.3 "Packet transmission"). */
export class Transmitter {
  readonly #options: TransmitterOptions;
  readonly #descriptor: DescriptorView;
  readonly #packet = new Uint8Array(LARGEST_PACKET + HEADER_BYTES);
  readonly #word = new DataView(new ArrayBuffer(4));
  /** Derived in each call: bytes of the packet that is put together. */
  #length = 0;
  /** Derived in each call: frames of the burst. */
  #frames = 0;

  constructor(options: TransmitterOptions) {
    this.#options = options;
    this.#descriptor = new DescriptorView(options.memory, DESCRIPTOR_BYTES);
  }

  /** Sends packets until there are no more, or so many that the guest has to run between. @returns bytes */
  send(): number {
    const { words, pause } = this.#options;
    if ((words.get(Register.txControl) & TxControl.enable) === 0) return 0;
    let [causes, descriptors, bytes] = [0, 0, 0];
    let mayWait = true;
    this.#frames = 0;
    const isOver = () => Math.max(descriptors, this.#frames) >= BURST || bytes >= BURST_BYTES;
    while (!isOver()) {
      const parts = this.#gather();
      if (parts.length === 0) break;
      causes |= this.#finish(parts);
      mayWait &&= parts.every(({ command }) => (command & TxCommand.report) === 0 || (command & TxCommand.delay) !== 0);
      descriptors += parts.length;
      bytes += this.#length;
    }
    if (isOver()) pause(PAUSE);
    else if (descriptors > 0) causes |= Cause.txEmpty;
    if (causes !== 0) this.#interrupt(causes, mayWait);
    return bytes;
  }

  /** The guest says for each descriptor whether its interrupt may come later (IDE; 317453, 3.3.3.1). */
  #interrupt(causes: number, mayWait: boolean): void {
    const { interrupt, sentInterrupts } = this.#options;
    if (mayWait) sentInterrupts.sent(causes);
    else interrupt(causes);
  }

  /** The descriptors of the next packet, whose bytes are put together; none while the guest has not given them all. */
  #gather(): Part[] {
    const { words } = this.#options;
    const base = address64(words.get(Register.txBaseLow), words.get(Register.txBaseHigh));
    const length = words.get(Register.txLength) / DESCRIPTOR_BYTES;
    const tail = words.get(Register.txTail);
    const parts: Part[] = [];
    this.#length = 0;
    for (let at = words.get(Register.txHead); at < length && at !== tail; at = (at + 1) % length) {
      const part = this.#take(base + at * DESCRIPTOR_BYTES);
      parts.push(part);
      if (isWhole(part) || parts.length === MOST_PARTS) {
        words.set(Register.txHead, (at + 1) % length);
        return parts;
      }
    }
    return [];
  }

  /** Reads a descriptor, and the bytes that it points to. */
  #take(address: number): Part {
    const descriptor = this.#descriptor;
    descriptor.fetch(address);
    const part = { address, command: descriptor.word(2), options: descriptor.word(3) };
    if (isContext(part)) {
      this.#options.state.context = [0, 1, 2, 3].map((n) => descriptor.word(n));
      return part;
    }
    const isExtended = (part.command & TxCommand.extended) !== 0;
    const count = part.command & (isExtended ? TxLength.extended : TxLength.legacy);
    const bytes = this.#packet.subarray(this.#length, this.#length + count);
    this.#options.memory.read(address64(descriptor.word(0), descriptor.word(1)), bytes);
    this.#length += bytes.length;
    return part;
  }

  /** Gives the descriptors back and sends their packet; the interrupt causes. */
  #finish(parts: readonly Part[]): number {
    const last = parts[parts.length - 1];
    if (!isContext(last)) this.#sendPacket(parts[0], last);
    let causes = 0;
    for (const { address, command, options } of parts) {
      if ((command & TxCommand.report) === 0) continue;
      this.#word.setUint32(0, options | TX_DONE, true);
      this.#options.memory.write(address + 12, new Uint8Array(this.#word.buffer));
      causes = Cause.txWritten;
    }
    return causes;
  }

  #sendPacket(first: Part, last: Part): void {
    const { guestError, state } = this.#options;
    const packet = this.#packet.subarray(0, this.#length);
    if (packet.length < HEADER_BYTES || (last.command & TxCommand.end) === 0) {
      guestError('e1000: a packet without a header or an end, bytes', packet.length);
      return;
    }
    const send = this.#sender(last);
    if ((last.command & TxCommand.extended) === 0) {
      if ((last.command & TxCommand.insertChecksum) !== 0)
        putChecksum(packet, (last.options >>> 8) & 0xff, 0, (last.command >>> 16) & 0xff);
      send(packet);
      return;
    }
    const context = contextOf(state.context);
    const wanted = {
      ip: (first.options & TxOption.ip) !== 0,
      payload: (first.options & TxOption.payload) !== 0,
    };
    if ((last.command & TxCommand.segment) !== 0) this.#sendSegments(packet, context, wanted, send);
    else {
      putChecksums(packet, context, wanted);
      send(packet);
    }
  }

  #sendSegments(
    packet: Uint8Array,
    context: TxPacketContext,
    wanted: TxChecksums,
    send: (frame: Uint8Array) => void,
  ): void {
    const { segmentBytes } = context;
    const isTooSmall = segmentBytes > 0 && segmentBytes < LEAST_SEGMENT;
    if (isTooSmall) this.#options.guestError('e1000: segments are too small, bytes', segmentBytes);
    else sendSegments(packet, context, wanted, send);
  }

  /** Sends frames with the VLAN tag of a descriptor, if it has one. */
  #sender({ command, options }: Part): (frame: Uint8Array) => void {
    const { words, guestError, transmit } = this.#options;
    const hasTag = (command & TxCommand.tag) !== 0 && (words.get(Register.control) & Control.vlan) !== 0;
    return (frame) => {
      this.#frames++;
      if (frame.length < HEADER_BYTES) {
        guestError('e1000: a frame without a header, bytes', frame.length);
        return;
      }
      this.#count(frame);
      transmit(padded(hasTag ? withTag(frame, options >>> 16) : frame));
    };
  }

  #count(frame: Uint8Array): void {
    const { words } = this.#options;
    words.count(Register.goodSent);
    words.count(Register.totalSent);
    words.add64(Register.sentOctets, frame.length + FCS_BYTES);
    words.add64(Register.totalSentOctets, frame.length + FCS_BYTES);
  }
}

function isContext({ command }: Part): boolean {
  return (command & (TxCommand.extended | TX_DATA)) === TxCommand.extended;
}

/** A context is by itself. */
function isWhole(part: Part): boolean {
  return isContext(part) || (part.command & TxCommand.end) !== 0;
}
