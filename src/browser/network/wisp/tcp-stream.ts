import { ByteQueue } from '../../../../runtime/snapshot/byte-queue.ts';
import type { ConnectFailure, HostStream, StreamEvents, Timers } from '../../../network/host.ts';
import type { ByteRoom } from '../byte-room.ts';
import { CloseReason, StreamType } from './packets.ts';
import type { RelayTarget, WispRelay } from './relay.ts';
import type { RelayStream } from './stream.ts';

/** A relay doesn't say that it has connected: without a word for so many milliseconds it is taken to have. */
const OPENING = 100;
/** There is no way to say that one side has sent its last byte. Then a stream ends that is quiet for so many milliseconds. */
const QUIET = 10_000;
/** Bytes that are handed over at once. */
const PIECE = 65536;

const failures: Readonly<Record<number, ConnectFailure>> = {
  [CloseReason.refused]: 'refused',
  [CloseReason.unreachable]: 'unreachable',
  [CloseReason.timeout]: 'timeout',
};

/** The parts that all connections of a network share. */
export interface WispHost {
  readonly relay: WispRelay;
  readonly timers: Timers;
  readonly room: ByteRoom;
}

/** A TCP connection by way of a relay. */
export class WispTcpStream implements HostStream {
  readonly #events: StreamEvents;
  readonly #timers: Timers;
  readonly #stream: RelayStream;
  #cancelTimer: () => void;
  #isOpen = false;
  #isReading = true;
  #hasEnded = false;
  /** How the relay ended it, once what waits has been taken. */
  #onTaken: (() => void) | undefined;
  /** As bytes, however many packets they came in. A new one when it is empty: none gets smaller again. */
  #held = new ByteQueue();
  readonly #room: ByteRoom;

  /** @param room for what waits for a guest that takes none: a relay cannot be held back. Beyond it the stream breaks */
  constructor({ relay, timers, room }: WispHost, target: Omit<RelayTarget, 'type'>, events: StreamEvents) {
    this.#events = events;
    this.#timers = timers;
    this.#room = room;
    this.#stream = relay.open(
      { ...target, type: StreamType.tcp },
      {
        data: (bytes) => this.#receive(bytes),
        answered: () => this.#opened(),
        closed: (reason) => this.#closed(reason),
      },
    );
    this.#cancelTimer = timers.after(OPENING, () => this.#opened());
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.#stream.send(bytes, done);
  }

  end(): void {
    this.#hasEnded = true;
    this.#waitForQuiet();
  }

  setReading(reads: boolean): void {
    this.#isReading = reads;
    this.#deliver();
  }

  destroy(): void {
    this.#cancelTimer();
    this.#room.give(this.#held.length);
    this.#held = new ByteQueue();
    this.#onTaken = undefined;
    this.#stream.close();
  }

  #opened(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#cancelTimer();
    this.#events.opened();
    this.#deliver();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#hasEnded) this.#waitForQuiet();
    if (this.#isTaking && this.#held.length === 0) this.#events.data(bytes);
    else if (this.#room.take(bytes.length)) this.#held.push(bytes);
    else {
      this.destroy();
      this.#events.failed('reset');
    }
  }

  get #isTaking(): boolean {
    return this.#isOpen && this.#isReading;
  }

  #deliver(): void {
    while (this.#isTaking && this.#held.length > 0) {
      const bytes = this.#held.peek(PIECE).slice();
      this.#held.drop(bytes.length);
      this.#room.give(bytes.length);
      if (this.#held.length === 0) this.#held = new ByteQueue();
      this.#events.data(bytes);
    }
    if (this.#held.length > 0 || !this.#onTaken) return;
    const onTaken = this.#onTaken;
    this.#onTaken = undefined;
    onTaken();
  }

  #closed(reason: number | undefined): void {
    this.#cancelTimer();
    if (reason === CloseReason.voluntary) {
      this.#opened();
      this.#onTaken = () => this.#events.ended();
    } else this.#onTaken = () => this.#events.failed((!this.#isOpen && failures[reason ?? 0]) || 'reset');
    this.#deliver();
  }

  #waitForQuiet(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#timers.after(QUIET, () => {
      this.#stream.close();
      this.#closed(CloseReason.voluntary);
    });
  }
}
