import type { ConnectFailure, HostStream, StreamEvents, Timers } from '../../../network/host.ts';
import { CloseReason, StreamType } from './packets.ts';
import type { RelayTarget, WispRelay } from './relay.ts';
import type { RelayStream } from './stream.ts';

/** A relay doesn't say that it has connected: without a word for so many milliseconds it is taken to have. */
const OPENING = 100;
/** There is no way to say that one side has sent its last byte. Then a stream ends that is quiet for so many milliseconds. */
const QUIET = 10_000;
/** Bytes that wait for a guest that takes none: a relay cannot be held back. Beyond them the stream breaks. */
const MOST_HELD = 64 << 20;

const failures: Readonly<Record<number, ConnectFailure>> = {
  [CloseReason.refused]: 'refused',
  [CloseReason.unreachable]: 'unreachable',
  [CloseReason.timeout]: 'timeout',
};

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
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(relay: WispRelay, target: Omit<RelayTarget, 'type'>, events: StreamEvents, timers: Timers) {
    this.#events = events;
    this.#timers = timers;
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
    this.#held.length = 0;
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
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#hasEnded) this.#waitForQuiet();
    this.#deliver();
    if (this.#heldBytes <= MOST_HELD) return;
    this.destroy();
    this.#events.failed('reset');
  }

  #deliver(): void {
    while (this.#isOpen && this.#isReading && this.#held.length > 0) {
      const bytes = this.#held.shift()!;
      this.#heldBytes -= bytes.length;
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
