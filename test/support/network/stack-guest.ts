import { read16 } from '../../../runtime/ethernet/network-order.ts';
import { Alarms } from '../../../src/network/alarms.ts';
import type { NetworkBackend } from '../../../src/network/backend.ts';
import type { Timers } from '../../../src/network/host.ts';
import { Ipv4 } from '../../../src/network/ip/ipv4.ts';
import { EtherType, GuestLink } from '../../../src/network/link.ts';
import type { TcpConnection, TcpUser } from '../../../src/network/tcp/connection.ts';
import { TcpTable } from '../../../src/network/tcp/table.ts';

const ADDRESS = '10.0.2.15';
const HOST = '10.0.2.2';

const timers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  soon: (act) => void setImmediate(act),
};

/** The events of a guest's connection. */
export interface Visit {
  readonly connection: TcpConnection;
  received: number;
  readonly text: () => string;
  readonly opened: Promise<void>;
  readonly closed: Promise<string>;
}

/** A guest in this thread: our own TCP at the other end of a user-mode network, to try sockets of the host. */
export class StackGuest {
  readonly #alarms = new Alarms(timers);
  readonly #table: TcpTable;
  readonly #ipv4: Ipv4;
  #port = 10_000;
  /** Whether frames arrive at the network. */
  isThere = true;

  constructor(network: NetworkBackend) {
    const link = new GuestLink();
    const plan = { net: '10.0.2.0', bits: 24, host: ADDRESS, dns: ADDRESS };
    this.#table = new TcpTable({
      ...{ link, alarms: this.#alarms, firstSequence: () => (this.#port * 7919) >>> 0 },
      ...{ soon: timers.soon, onIncoming: (incoming) => incoming.refuse('reset') },
    });
    const onPacket = (packet: Parameters<TcpTable['receive']>[0]) => this.#table.receive(packet);
    this.#ipv4 = new Ipv4(plan, { link, alarms: this.#alarms, ownAddresses: new Set(), onPacket });
    link.onFrame = (frame) => {
      if (this.isThere) network.send(frame);
      return true;
    };
    network.onFrame = (frame) => {
      const copy = frame.slice();
      if (this.isThere) this.#waiting.push(copy);
      if (this.#waiting.length === 1) timers.soon(() => this.#receive());
      return true;
    };
  }
  readonly #waiting: Uint8Array[] = [];

  /** Connects to a port of the host. @param takes whether what comes is read */
  connect(port: number, takes = true, address = HOST): Visit {
    const ends = { network: this.#ipv4, address: ADDRESS, port: this.#port++, guestAddress: address, guestPort: port };
    const opened = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<string>();
    const chunks: string[] = [];
    const user: TcpUser = {
      opened: () => opened.resolve(),
      data: (bytes) => {
        visit.received += bytes.length;
        if (chunks.length < 1000) chunks.push(Buffer.from(bytes).toString('latin1'));
        if (takes) visit.connection.consumed(bytes.length);
      },
      ended: () => visit.connection.end(),
      hasRoom: () => {},
      closed: (why) => closed.resolve(why),
    };
    const connection = this.#table.open(ends, user)!;
    const visit = {
      connection,
      received: 0,
      text: () => chunks.join(''),
      opened: opened.promise,
      closed: closed.promise,
    };
    return visit;
  }

  close(): void {
    this.#table.close();
    this.#alarms.close();
  }

  #receive(): void {
    for (const frame of this.#waiting.splice(0)) {
      const type = read16(frame, 12);
      if (type === EtherType.arp) this.#ipv4.receiveArp(frame.subarray(14));
      else if (type === EtherType.ipv4) this.#ipv4.receive(frame.subarray(14), frame.subarray(6, 12));
    }
  }
}
