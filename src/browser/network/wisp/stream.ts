import { CloseReason, type Packet, PacketType, roomOf, StreamType } from './packets.ts';

/** Events of a stream of a relay. */
export interface RelayEvents {
  /** Bytes came; they are the receiver's to keep. */
  data(bytes: Uint8Array): void;
  /** The relay has said something of the stream that is not its end. */
  answered(): void;
  /** It has ended: by the relay for a reason (`CloseReason`), or with the relay, without one. */
  closed(reason: number | undefined): void;
}

interface StreamOptions {
  readonly type: number;
  readonly send: (type: number, payload: Uint8Array) => void;
  readonly forget: () => void;
  readonly events: RelayEvents;
}

/** One stream of a relay. It sends no more packets than the relay takes; datagrams are not counted (Wisp 1.2, "CONTINUE"). */
export class RelayStream {
  /** Wiring: asks the relay for it. */
  onStart: () => void = () => {};
  readonly #options: StreamOptions;
  readonly #waiting: { readonly bytes: Uint8Array; readonly done: () => void }[] = [];
  #room = 0;
  #isOver = false;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** The relay is there, and takes so many packets. */
  start(room: number): void {
    this.onStart();
    this.#setRoom(room);
  }

  /** Sends bytes, which must not change until `done` is called. Datagrams don't wait for the relay: they are lost. */
  send(bytes: Uint8Array, done: () => void = () => {}): void {
    const isLost = this.#options.type === StreamType.udp && this.#room === 0;
    if (this.#isOver || isLost) done();
    else {
      this.#waiting.push({ bytes, done });
      this.#flush();
    }
  }

  /** Ends it; the relay is told. */
  close(): void {
    if (this.#isOver) return;
    this.#options.send(PacketType.close, Uint8Array.of(CloseReason.voluntary));
    this.#end();
  }

  /** The relay is lost. */
  lose(): void {
    this.#end();
    this.#options.events.closed(undefined);
  }

  receive(packet: Packet): void {
    const { events } = this.#options;
    const room = roomOf(packet);
    if (packet.type === PacketType.close) {
      this.#end();
      events.closed(packet.payload[0]);
      return;
    }
    events.answered();
    if (packet.type === PacketType.data) events.data(packet.payload);
    else if (room !== undefined) this.#setRoom(room);
  }

  #setRoom(room: number): void {
    this.#room = this.#options.type === StreamType.tcp ? room : Infinity;
    this.#flush();
  }

  #flush(): void {
    for (; this.#room > 0 && this.#waiting.length > 0; this.#room--) {
      const { bytes, done } = this.#waiting.shift()!;
      this.#options.send(PacketType.data, bytes);
      done();
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#options.forget();
    for (const { done } of this.#waiting.splice(0)) done();
  }
}
