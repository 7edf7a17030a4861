import type { HostStream } from '../../host/stream.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { byteQueue, type Component, describe } from '../../snapshot/describe.ts';
import { ByteRing, type ByteRingPlace } from '../byte-ring.ts';
import type { FrontChannel } from './front-channel.ts';

/** struct xencons_interface (io/console.h): a ring for the guest, one from it, and whether somebody serves them. */
const toGuest: ByteRingPlace = { at: 0, length: 1024, consumed: 3072, produced: 3076 };
const fromGuest: ByteRingPlace = { at: 1024, length: 2048, consumed: 3080, produced: 3084 };
const CONNECTION = 3088;
const CONNECTED = 0;

const lineState = describe({
  /** Bytes that the guest has had no room for. */
  input: byteQueue,
});

/** Where the guest has the rings of a console, and the channel by which both ends tell of them. */
export interface ConsolePlace {
  /** The address of their page; null: the guest has taken it back. */
  readonly page: () => number | null;
  readonly channel: FrontChannel;
}

/** The bytes of a console, both ways, between a stream of the host's and two rings in a page of the guest's. */
export class ConsoleLine {
  readonly component: Component;
  readonly #memory: BusMemory;
  readonly #stream: HostStream;
  readonly #state = lineState.create();
  /** Wiring: it follows from what the front end has said. */
  #place: ConsolePlace | null = null;

  /** @param name unique in the machine; names the state */
  constructor(name: string, memory: BusMemory, stream: HostStream) {
    this.#memory = memory;
    this.#stream = stream;
    this.component = lineState.bind(name, this.#state);
    stream.onInput = (bytes) => {
      this.#state.input.push(bytes);
      if (this.#give()) this.#place!.channel.raise();
    };
  }

  connect(place: ConsolePlace): void {
    this.#place = place;
  }

  /** The guest is told that somebody serves the rings from now on. */
  start(): void {
    const page = this.#place?.page() ?? null;
    if (page !== null) this.#memory.write(page + CONNECTION, Uint8Array.of(CONNECTED));
    this.serve();
  }

  /** Bytes from the host wait from now on. */
  disconnect(): void {
    this.#place?.channel.close();
    this.#place = null;
  }

  /** The guest has written something, or has room again. */
  serve(): void {
    const hasTaken = this.#take();
    if (this.#give() || hasTaken) this.#place!.channel.raise();
  }

  #take(): boolean {
    const ring = this.#ring(fromGuest);
    const bytes = ring?.take() ?? new Uint8Array();
    if (bytes.length > 0) this.#stream.write(bytes);
    return bytes.length > 0;
  }

  #give(): boolean {
    const { input } = this.#state;
    const given = input.length === 0 ? 0 : (this.#ring(toGuest)?.give(input) ?? 0);
    this.#stream.taken(given);
    return given > 0;
  }

  #ring(place: ByteRingPlace): ByteRing | undefined {
    const page = this.#place?.page() ?? null;
    return page === null ? undefined : new ByteRing(this.#memory, page, place);
  }
}
