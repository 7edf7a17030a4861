import type { ToHost } from './messages.ts';
import type { PortEnd } from './port-end.ts';
import type { StreamPort } from './ports.ts';

/** A device's end of a stream of bytes, both ways. */
export interface HostStream {
  /** Sends bytes; they may change afterwards. While the host doesn't take them the whole machine waits. */
  write(bytes: Uint8Array): void;
  /** Sends bytes after which none come soon, without waiting for more. */
  writeWhole(bytes: Uint8Array): void;
  /** Counts bytes of input that came another way, as the answer to a request: they have used up credit, and wait like others. */
  arrived(length: number): void;
  /** Counts bytes of input that no longer wait for the guest. */
  taken(length: number): void;
  /** Called with input: never more bytes that were not taken than the stream's credit. Set by the device. */
  onInput: (bytes: Uint8Array) => void;
}

/** Tells the host what was taken, not byte by byte: half of its credit always stays usable. */
export function takenInParts(tell: (length: number) => void, credit: number): (length: number) => void {
  let untold = 0;
  return (length) => {
    untold += length;
    if (untold < credit / 2) return;
    tell(untold);
    untold = 0;
  };
}

/** The end of a stream at the door. */
export class StreamEnd implements HostStream, PortEnd {
  readonly losesInput = true;
  onInput: (bytes: Uint8Array) => void = () => {};
  readonly #port: StreamPort;
  readonly #send: (message: ToHost) => void;
  /** Bytes of input that the device has not taken. */
  #waiting = 0;
  #tellTaken: (length: number) => void;

  constructor(port: StreamPort, send: (message: ToHost) => void) {
    this.#port = port;
    this.#send = send;
    this.#tellTaken = this.#fromNothing();
  }

  #fromNothing(): (length: number) => void {
    const { name: port, credit } = this.#port;
    return takenInParts((length) => this.#send({ type: 'taken', port, length }), credit);
  }

  write(bytes: Uint8Array): void {
    this.#send({ type: 'output', port: this.#port.name, bytes });
  }

  writeWhole(bytes: Uint8Array): void {
    this.#send({ type: 'output', port: this.#port.name, bytes, isWhole: true });
  }

  arrived(length: number): void {
    this.#waiting += length;
  }

  /** Counts bytes as far as any wait: those that waited in a loaded state were never sent by this host. */
  taken(length: number): void {
    const counted = Math.min(length, this.#waiting);
    this.#waiting -= counted;
    this.#tellTaken(counted);
  }

  comes(value: unknown): void {
    this.arrived((value as Uint8Array).length);
  }

  receive(value: unknown): void {
    this.onInput(value as Uint8Array);
  }

  loaded(): void {
    this.taken(Infinity);
  }

  restarted(): void {}

  hostChanged(): void {
    this.#waiting = 0;
    this.#tellTaken = this.#fromNothing();
  }

  closed(): void {}
}
