import { crc32 } from '../../crc32.ts';
import { FCS_BYTES, HEADER_BYTES, LARGEST_PACKET, padded } from '../../ethernet/frame.ts';
import { SendingTurns } from '../../ethernet/sending-turns.ts';
import type { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { advance, type Descriptor, type Descriptors, placeIn } from './descriptors.ts';
import {
  Csr,
  DescriptorStatus,
  Extended,
  Feature,
  LONGEST_POLL,
  Mask,
  Mode,
  POLL,
  Status,
  TransmitError,
  TransmitStatus,
} from './registers.ts';
import type { PcnetState } from './state.ts';

/** Descriptors that are sent at a time: a ring that the guest fills all the time must not stop it. */
const BURST = 256;
/** Virtual nanoseconds from one burst to the next. */
const PAUSE = 100_000;

const ring = { length: Csr.transmitLength, counter: Csr.transmitCounter } as const;

export interface TransmitterOptions {
  readonly state: PcnetState;
  readonly memory: BusMemory;
  readonly descriptors: Descriptors;
  /** Names its timers. */
  readonly name: string;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Whether the cable is plugged in. */
  readonly isLinkUp: () => boolean;
  readonly send: (frame: Uint8Array) => void;
  /** Does something that sends frames, which go together then. */
  readonly together: (act: () => number) => number;
  /** Takes a frame with its checksum that goes back to the receiver. */
  readonly loop: (frame: Uint8Array) => void;
  /** Bits of CSR0. */
  readonly interrupt: (bits: number) => void;
  /** Tells of frames that were sent. */
  readonly sentInterrupts: SentInterrupts;
}

/** Sends what the transmit ring has. */
export class Transmitter {
  readonly #options: TransmitterOptions;
  readonly #turns: SendingTurns;
  readonly #poll: Timer;
  readonly #packet = new Uint8Array(LARGEST_PACKET);

  constructor(options: TransmitterOptions) {
    const { name, clock, events } = options;
    this.#options = options;
    const send = () => options.together(() => this.#sendBurst());
    this.#turns = new SendingTurns({ name: `${name} transmit`, clock, events, send });
    this.#poll = events.timer(`${name} poll`, () => this.#look());
  }

  /** Part of the card's state. */
  get component(): Component {
    return this.#turns.component;
  }

  /** The guest has demanded it. */
  request(): void {
    if (!this.#isOn) return;
    this.#turns.request();
    this.#pollIn(POLL);
  }

  /** The chip was started: it looks at the ring by itself from now on. */
  start(): void {
    if (this.#isOn) this.#pollIn(POLL);
  }

  reset(): void {
    this.#turns.reset();
    this.#poll.disarm();
  }

  get #isOn(): boolean {
    const { csr } = this.#options.state;
    return (csr[Csr.status]! & Status.transmitterOn) !== 0 && (csr[Csr.extended]! & Extended.suspend) === 0;
  }

  #pollIn(pause: number): void {
    const { state, clock } = this.#options;
    state.pollPause = pause;
    if ((state.csr[Csr.features]! & Feature.noPolling) === 0) this.#poll.arm(clock.now() + pause);
  }

  #look(): void {
    if (!this.#isOn) return;
    const isThere = this.#descriptor(0) !== null;
    if (isThere) this.#turns.request();
    this.#pollIn(isThere ? POLL : Math.min(2 * Math.max(this.#options.state.pollPause, POLL), LONGEST_POLL));
  }

  #descriptor(ahead: number): Descriptor | null {
    const { state, descriptors } = this.#options;
    return state.transmitRing === 0 ? null : descriptors.owned(state.transmitRing, placeIn(state, ring, ahead));
  }

  /** @returns bytes */
  #sendBurst(): number {
    const { state } = this.#options;
    let [used, bytes] = [0, 0];
    while (used < BURST && this.#isOn) {
      const parts = this.#gather();
      if (parts.length === 0) break;
      bytes += this.#sendParts(parts);
      used += parts.length;
    }
    state.csr[Csr.status]! &= ~Status.transmitDemand;
    if (used >= BURST) this.#turns.resume(PAUSE);
    return bytes;
  }

  /** Descriptors up to the end of a frame, or as far as they are the chip's. */
  #gather(): Descriptor[] {
    const places = this.#options.state.csr[Csr.transmitLength]! || 1;
    const parts: Descriptor[] = [];
    while (parts.length < Math.min(places, BURST)) {
      const part = this.#descriptor(parts.length);
      if (part === null) break;
      parts.push(part);
      if ((part.status & DescriptorStatus.end) !== 0) break;
    }
    return parts;
  }

  /** @returns bytes */
  #sendParts(parts: readonly Descriptor[]): number {
    const { state, descriptors } = this.#options;
    const [first, last] = [parts[0]!, parts.at(-1)!];
    const isStarted = (first.status & DescriptorStatus.start) !== 0;
    const isWhole = (last.status & DescriptorStatus.end) !== 0;
    const sent = isStarted && isWhole ? this.#sendFrame(parts) : 0;
    if (isStarted && !isWhole) this.#fail(last, TransmitError.buffer | TransmitError.underflow);
    for (const part of parts) descriptors.giveBack(part, false);
    advance(state, ring, parts.length);
    if (isStarted && !isWhole && (state.csr[Csr.interruptMask]! & Mask.noStopOnUnderflow) === 0)
      state.csr[Csr.status]! &= ~Status.transmitterOn;
    this.#tell(last);
    return sent;
  }

  #fail(descriptor: Descriptor, error: number): void {
    descriptor.status |= DescriptorStatus.error;
    descriptor.detail |= error;
  }

  /** @returns bytes */
  #sendFrame(parts: readonly Descriptor[]): number {
    const { state, memory, isLinkUp, interrupt, send, loop } = this.#options;
    const mode = state.csr[Csr.mode]!;
    const isLooped = (mode & Mode.loopback) !== 0;
    if (!isLinkUp() && !(isLooped && (mode & Mode.internal) !== 0)) {
      this.#fail(parts.at(-1)!, TransmitError.noCarrier);
      interrupt(Status.collision);
      return 0;
    }
    let length = 0;
    for (const { buffer, bytes } of parts) {
      const target = this.#packet.subarray(length, length + bytes);
      memory.read(buffer, target);
      length += target.length;
    }
    const frame = this.#packet.subarray(0, length);
    const addsFcs = (mode & Mode.noFcs) === 0 || (parts[0]!.status & TransmitStatus.addFcs) !== 0;
    if (isLooped) loop(addsFcs ? withFcs(frame) : frame.slice());
    else {
      const bare = addsFcs ? frame : frame.subarray(0, Math.max(0, length - FCS_BYTES));
      if (bare.length >= HEADER_BYTES) send(padded(bare));
    }
    return length;
  }

  /** TINT for each frame, or only where it is asked for. */
  #tell({ status, detail }: Descriptor): void {
    const { state, sentInterrupts, interrupt } = this.#options;
    const extended = state.csr[Csr.extended]!;
    const isLast = (extended & Extended.lastInterruptEnable) !== 0 && (status & TransmitStatus.lastInterrupt) !== 0;
    state.csr[Csr.features]! |= Feature.transmitStarted;
    if ((status & DescriptorStatus.error) !== 0 && detail !== 0) interrupt(Status.transmitted);
    else if ((extended & Extended.noTransmitInterrupt) === 0 || isLast) sentInterrupts.sent(Status.transmitted);
  }
}

function withFcs(frame: Uint8Array): Uint8Array {
  const longer = new Uint8Array(frame.length + FCS_BYTES);
  longer.set(frame);
  new DataView(longer.buffer).setUint32(frame.length, crc32(frame), true);
  return longer;
}
