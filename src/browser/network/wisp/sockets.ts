import type {
  HostDatagrams,
  HostStream,
  OnDatagram,
  StreamEvents,
  StreamTarget,
  Timers,
} from '../../../network/host.ts';
import { ByteRoom } from '../byte-room.ts';
import { isNameServer, PageSockets, refused } from '../sockets.ts';
import { StreamType } from './packets.ts';
import type { WispRelay } from './relay.ts';
import type { RelayStream } from './stream.ts';
import { WispTcpStream } from './tcp-stream.ts';

/** Streams for what one port sends: a guest may send to any number of addresses. */
const MOST_STREAMS = 256;
/** Bytes of all connections that wait for guests that don't take them. */
const MOST_HELD = 64 << 20;

/** A page's replacement for sockets with a relay: the relay connects, also to names, whose addresses here are made up. */
export class WispSockets extends PageSockets {
  readonly #relay: WispRelay;
  readonly #timers: Timers;
  readonly #room = new ByteRoom(MOST_HELD);

  constructor(relay: WispRelay, timers: Timers) {
    super();
    this.#relay = relay;
    this.#timers = timers;
  }

  override connect(target: StreamTarget, events: StreamEvents): HostStream {
    if (!('port' in target)) return refused(events);
    const { address, port } = target;
    const host = { relay: this.#relay, timers: this.#timers, room: this.#room };
    return new WispTcpStream(host, { host: this.hostOf(address), port }, events);
  }

  /** The relay has a stream for each address that a port sends to; of too many the oldest goes. */
  override datagrams(family: 4 | 6, onDatagram: OnDatagram): HostDatagrams {
    const names = super.datagrams(family, onDatagram);
    const streams = new Map<string, RelayStream>();
    const closeOldest = () => {
      const [key, stream] = streams.entries().next().value!;
      streams.delete(key);
      stream.close();
    };
    const open = (key: string, address: string, port: number) => {
      if (streams.size === MOST_STREAMS) closeOldest();
      const events = {
        data: (bytes: Uint8Array) => onDatagram(bytes, address, port),
        answered: () => {},
        closed: () => streams.delete(key),
      };
      const stream = this.#relay.open({ type: StreamType.udp, host: this.hostOf(address), port }, events);
      streams.set(key, stream);
      return stream;
    };
    return {
      send: (bytes, address, port) => {
        if (isNameServer(address, port)) return names.send(bytes, address, port);
        if (this.#relay.isFull) return;
        const key = `${address} ${port}`;
        (streams.get(key) ?? open(key, address, port)).send(bytes);
      },
      close: () => {
        for (const stream of streams.values()) stream.close();
      },
    };
  }

  override close(): void {
    this.#relay.close();
  }
}
