import type { Timers } from '../../../network/host.ts';
import { ConfigurationError } from '../../../util/errors.ts';
import { connectPayload, PacketType, packetBytes, packetOf, roomOf } from './packets.ts';
import { type RelayEvents, RelayStream } from './stream.ts';

/** Where a stream of the relay goes to. */
export interface RelayTarget {
  /** `StreamType`. */
  readonly type: number;
  /** A name or an address, as the relay understands it. */
  readonly host: string;
  readonly port: number;
}

/** Milliseconds that a relay has to say how much it takes. */
const PATIENCE = 10_000;
/** Bytes that may wait for the network before datagrams are lost. */
const MOST_WAITING = 1 << 20;

/**
 * A connection to a relay of the wisp protocol, which opens streams and ports for a page. One that is lost ends its streams; the next
 * stream asks for it again.
 */
export class WispRelay {
  readonly #url: string;
  readonly #timers: Timers;
  readonly #log: (message: string) => void;
  #socket: WebSocket | undefined;
  /** Packets that the relay takes for a new stream; it says so first of all. */
  #room: number | undefined;
  readonly #streams = new Map<number, RelayStream>();
  #last = 0;

  private constructor(url: string, timers: Timers, log: (message: string) => void) {
    this.#url = url;
    this.#timers = timers;
    this.#log = log;
  }

  /**
   * @param url such as "wisps://relay.example/"
   * @param log hears when the relay is lost
   * @throws ConfigurationError if there is none at this address
   */
  static async open(url: string, timers: Timers, log: (message: string) => void): Promise<WispRelay> {
    if (!/^wisps?:\/\//.test(url) || !URL.canParse(url))
      throw new ConfigurationError(
        `url is '${url}'; it must be the address of a relay, such as wisps://relay.example/`,
      );
    const relay = new WispRelay(url.replace(/^wisp/, 'ws'), timers, log);
    if (await relay.#connect()) return relay;
    throw new ConfigurationError(`there is no relay at ${url}, or it refuses this page`);
  }

  /** More waits for the network than it takes for now: datagrams are better lost. */
  get isFull(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > MOST_WAITING;
  }

  /** Opens a stream. What it is sent waits until the relay takes it; datagrams are lost until the relay is there. */
  open({ type, host, port }: RelayTarget, events: RelayEvents): RelayStream {
    this.#last = (this.#last + 1) >>> 0 || 1;
    const id = this.#last;
    const send = (kind: number, payload: Uint8Array) => this.#send(kind, id, payload);
    const stream = new RelayStream({ type, send, forget: () => this.#streams.delete(id), events });
    this.#streams.set(id, stream);
    stream.onStart = () => send(PacketType.connect, connectPayload(type, host, port));
    if (this.#room !== undefined) stream.start(this.#room);
    else if (!this.#socket) void this.#connect();
    return stream;
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#streams.clear();
  }

  #send(type: number, stream: number, payload: Uint8Array): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(packetBytes({ type, stream, payload }));
  }

  /** @returns whether the relay is there and has said how much it takes */
  #connect(): Promise<boolean> {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    const cancel = this.#timers.after(PATIENCE, () => this.#room === undefined && socket.close());
    return new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        if (data instanceof ArrayBuffer) this.#receive(new Uint8Array(data));
        if (this.#room !== undefined) resolve(true);
      };
      socket.onclose = () => {
        cancel();
        if (this.#socket === socket) this.#lost();
        resolve(false);
      };
    });
  }

  #lost(): void {
    if (this.#room !== undefined) this.#log(`the relay ${this.#url} has closed the connection`);
    this.#socket = undefined;
    this.#room = undefined;
    for (const stream of [...this.#streams.values()]) stream.lose();
  }

  #receive(bytes: Uint8Array): void {
    const packet = packetOf(bytes);
    if (packet?.stream === 0) this.#begin(roomOf(packet));
    else if (packet) this.#streams.get(packet.stream)?.receive(packet);
  }

  #begin(room: number | undefined): void {
    if (room === undefined || this.#room !== undefined) return;
    this.#room = room;
    for (const stream of this.#streams.values()) stream.start(room);
  }
}
