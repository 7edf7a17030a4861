import { Emitter } from './events.ts';
import { Expectations, type ExpectOptions } from './expect.ts';

/** What a serial port tells, and with what. */
export interface SerialEvents {
  /** What the guest has sent. A listener may return a promise: the guest's output stalls while too much is not done. */
  data: Uint8Array;
}

/** What a port needs of the machine that it belongs to. */
export interface SerialBackend {
  send(bytes: Uint8Array): void;
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

  /** Sends to the guest: bytes, or text as UTF-8. Throws a TypeError for anything else. */
  write(data: string | Uint8Array): void {
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      throw new TypeError(`serial.write takes a string or a Uint8Array, not ${data === null ? 'null' : typeof data}`);
    }
    this.#backend.send(typeof data === 'string' ? encoder.encode(data) : data);
  }

  /**
   * Waits until the guest's output, from the end of what was last expected, matches. Resolves with the match; what is
   * up to its end counts as read. Rejects with ExpectError when the time is up or the machine has ended.
   */
  expect(pattern: RegExp, options: ExpectOptions = {}): Promise<RegExpExecArray> {
    return this.#expectations.expect(pattern, options);
  }

  /** The guest has sent this. Resolves when all listeners are done with it. */
  async receive(bytes: Uint8Array): Promise<void> {
    this.#expectations.receive(bytes);
    await Promise.all(this.emit('data', bytes));
  }

  /** There will be no more output. */
  end(reason: string): void {
    this.#expectations.end(reason);
  }
}
