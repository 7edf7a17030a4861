import { Emitter } from '../util/events.ts';
import { Expectations, type ExpectOptions } from '../util/expect.ts';
import { promised } from '../util/promised.ts';

/** Events of a serial port, with their data. */
export interface SerialEvents {
  /**
   * Bytes that the guest has sent. A listener may return a promise: the guest's output stalls while too many bytes are
   * unfinished.
   */
  data: Uint8Array;
}

/** The machine's functions that a port needs. */
export interface SerialBackend {
  /** Resolves when more may be sent. */
  send(bytes: Uint8Array): Promise<void>;
  /** Bytes that were to be sent, and have not been. */
  readonly waiting: number;
}

const encoder = new TextEncoder();

/** One serial port of the machine, seen from the other end of its cable. */
export class SerialPort extends Emitter<SerialEvents> {
  readonly #backend: SerialBackend;
  readonly #expectations = new Expectations();

  constructor(backend: SerialBackend) {
    super();
    this.#backend = backend;
  }

  /**
   * Sends to the guest: bytes, or text as UTF-8. What the guest does not take yet waits: resolves when little of it does,
   * so that who has much to send waits before sending more. Bytes must not change until then. Rejects when the machine
   * has ended, or ends before; that a write which was under way got lost need not be handled. Rejects with a
   * TypeError for what is neither text nor bytes.
   */
  write(data: string | Uint8Array): Promise<void> {
    return promised(() => this.#backend.send(bytesOf(data)));
  }

  /** How many bytes that were written last wait outside the machine: a snapshot, or one that goes elsewhere, has all others. */
  get waiting(): number {
    return this.#backend.waiting;
  }

  /**
   * Waits until the guest's output, from the end of what was last expected, matches; a string matches itself. Resolves
   * with the match; what is up to its end counts as read. Rejects with ExpectError when the time is up or the machine
   * has ended, with a TypeError for what is no pattern or no time; with a
   * ConfigurationError for an option that there is not.
   */
  expect(pattern: RegExp | string, options: ExpectOptions = {}): Promise<RegExpExecArray> {
    return this.#expectations.expect(pattern, options);
  }

  /** The guest has sent this. Resolves when all listeners are done with it. */
  async receive(bytes: Uint8Array): Promise<void> {
    this.#expectations.receive(bytes);
    await this.emit('data', bytes);
  }

  /** There will be no more output. */
  end(reason: string): void {
    this.#expectations.end(reason);
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  if (typeof data === 'string') return encoder.encode(data);
  if (data instanceof Uint8Array) return data;
  throw new TypeError(`serial.write takes a string or a Uint8Array, not ${data === null ? 'null' : typeof data}`);
}
