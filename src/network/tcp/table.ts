import { addressSum } from '../addresses.ts';
import type { NetworkFlow } from '../flow.ts';
import type { Packet, Rejection } from '../ip/packet.ts';
import { TcpConnection, type TcpShared, type TcpUser } from './connection.ts';
import { Flag, parseSegment, type Segment, sendSegment, TCP_HEADER, type TcpEnds } from './segment.ts';
import { plus } from './sequence.ts';

/** Connections at a time, without those that are only remembered. */
const MOST_CONNECTIONS = 2048;
/** Connections that a guest asked for, and the host hasn't made yet. */
const MOST_INCOMING = 256;
/** Connections that are over, and are remembered so that late segments don't disturb new ones. */
const MOST_REMEMBERED = 2048;

/** The parts that connections need, and the decision about new ones. */
export interface TcpTableOptions extends Pick<TcpShared, 'link' | 'alarms' | 'firstSequence'> {
  /** Calls soon, when all that is at hand now has been worked on. */
  readonly soon: (act: () => void) => void;
  /** A guest asks for a connection: `accept` or `refuse` it, now or later. */
  readonly onIncoming: (incoming: IncomingConnection) => void;
}

/** A guest's SYN that is not answered yet. */
export class IncomingConnection {
  readonly ends: TcpEnds;
  /** The last one, if the guest has sent several. */
  syn: Segment;
  readonly #table: TcpTable;
  /** Set by who decides: the guest has given up. */
  onCancel: () => void = () => {};

  constructor(ends: TcpEnds, syn: Segment, table: TcpTable) {
    this.ends = ends;
    this.syn = syn;
    this.#table = table;
  }

  accept(user: TcpUser): TcpConnection {
    return this.#table.accept(this, user);
  }

  refuse(why: 'reset' | Rejection): void {
    this.#table.refuse(this, why);
  }
}

/** All connections with guests (RFC 9293, 3.10.7). */
export class TcpTable {
  readonly #options: TcpTableOptions;
  readonly #shared: TcpShared;
  readonly #connections = new Map<string, TcpConnection>();
  readonly #incoming = new Map<string, IncomingConnection>();
  readonly #remembered = new Set<TcpConnection>();
  /** Most segments belong to the same connection as the one before. */
  #latest: TcpConnection | undefined;
  #owing: TcpConnection[] = [];

  constructor(options: TcpTableOptions) {
    this.#options = options;
    const { link, alarms, firstSequence } = options;
    this.#shared = {
      ...{ link, alarms, firstSequence },
      acknowledgeSoon: (connection) => this.#acknowledgeSoon(connection),
      entersTimeWait: (connection) => this.#remember(connection),
      closed: (connection) => this.#forget(connection),
    };
  }

  /** How many connections are not over. */
  get size(): number {
    return this.#connections.size - this.#remembered.size;
  }

  /** All connections, those that are only remembered too. */
  get flows(): readonly NetworkFlow[] {
    return [...this.#connections.values()].map(({ flow }) => flow);
  }

  receive(packet: Packet): void {
    const segment = parseSegment(packet);
    if (!segment) return;
    const connection = this.#find(segment);
    if (connection && !connection.givesWayTo(segment)) {
      connection.receive(segment);
      return;
    }
    connection?.forget();
    this.#receiveUnknown(segment);
  }

  /** Asks a guest for a connection; nothing where there are too many. */
  open(ends: TcpEnds, user: TcpUser): TcpConnection | undefined {
    const key = keyOf(ends.guestAddress, ends.guestPort, ends.address, ends.port);
    const isTaken = this.#connections.has(key) || this.#incoming.has(key);
    if (this.size >= MOST_CONNECTIONS || isTaken) return undefined;
    const connection = TcpConnection.open(ends, key, user, this.#shared);
    this.#connections.set(key, connection);
    return connection;
  }

  accept(incoming: IncomingConnection, user: TcpUser): TcpConnection {
    const key = this.#keyOfSyn(incoming.syn);
    this.#incoming.delete(key);
    const connection = TcpConnection.accept(incoming.ends, key, user, this.#shared, incoming.syn);
    this.#connections.set(key, connection);
    return connection;
  }

  refuse({ syn }: IncomingConnection, why: 'reset' | Rejection): void {
    this.#incoming.delete(this.#keyOfSyn(syn));
    if (why === 'reset') reset(syn);
    else syn.packet.network.reject(syn.packet, why);
  }

  /** Breaks all connections without a word to the guest. */
  close(): void {
    for (const incoming of [...this.#incoming.values()]) incoming.onCancel();
    for (const connection of [...this.#connections.values()]) connection.abort();
    this.#incoming.clear();
  }

  #find({ packet, sourcePort, destinationPort }: Segment): TcpConnection | undefined {
    const ends = this.#latest?.ends;
    const isLatest =
      ends !== undefined &&
      ends.guestPort === sourcePort &&
      ends.port === destinationPort &&
      ends.guestAddress === packet.source &&
      ends.address === packet.destination;
    if (!isLatest)
      this.#latest = this.#connections.get(keyOf(packet.source, sourcePort, packet.destination, destinationPort));
    return this.#latest;
  }

  #receiveUnknown(segment: Segment): void {
    const { flags } = segment;
    const incoming = this.#incoming.get(this.#keyOfSyn(segment));
    if (flags & Flag.rst) {
      if (incoming) this.#cancel(incoming);
    } else if ((flags & (Flag.syn | Flag.ack)) !== Flag.syn) reset(segment);
    else if (incoming) incoming.syn = kept(segment);
    else this.#receiveSyn(segment);
  }

  #cancel(incoming: IncomingConnection): void {
    this.#incoming.delete(this.#keyOfSyn(incoming.syn));
    incoming.onCancel();
  }

  /** Where there is no room, it is dropped: the guest asks again (RFC 9293, 3.10.7.2 leaves that open, as all systems do). */
  #receiveSyn(segment: Segment): void {
    if (this.#incoming.size >= MOST_INCOMING || this.size >= MOST_CONNECTIONS) return;
    const { packet, sourcePort, destinationPort } = segment;
    const ends: TcpEnds = {
      network: packet.network,
      address: packet.destination,
      port: destinationPort,
      guestAddress: packet.source,
      guestPort: sourcePort,
    };
    const incoming = new IncomingConnection(ends, kept(segment), this);
    this.#incoming.set(this.#keyOfSyn(segment), incoming);
    this.#options.onIncoming(incoming);
  }

  #keyOfSyn({ packet, sourcePort, destinationPort }: Segment): string {
    return keyOf(packet.source, sourcePort, packet.destination, destinationPort);
  }

  #acknowledgeSoon(connection: TcpConnection): void {
    if (this.#owing.push(connection) > 1) return;
    this.#options.soon(() => {
      const owing = this.#owing;
      this.#owing = [];
      for (const connection of owing) connection.acknowledgeIfOwed();
    });
  }

  #remember(connection: TcpConnection): void {
    this.#remembered.add(connection);
    if (this.#remembered.size > MOST_REMEMBERED) this.#remembered.values().next().value!.forget();
  }

  #forget(connection: TcpConnection): void {
    this.#connections.delete(connection.key);
    this.#remembered.delete(connection);
    if (this.#latest === connection) this.#latest = undefined;
  }
}

function keyOf(guestAddress: string, guestPort: number, address: string, port: number): string {
  return `${guestAddress} ${guestPort} ${address} ${port}`;
}

/** A copy that outlives the guest's frame. */
function kept(segment: Segment): Segment {
  const { packet, data } = segment;
  const copy = { ...packet, payload: packet.payload.slice(), quote: packet.quote.slice(0, 64) };
  return { ...segment, packet: copy, data: data.slice(0, 0) };
}

/** Tells that there is no such connection (RFC 9293, 3.10.7.1). */
function reset({ packet, sourcePort, destinationPort, flags, sequence, acknowledgment, length }: Segment): void {
  const { network, source, destination } = packet;
  const ends = { network, address: destination, port: destinationPort, guestAddress: source, guestPort: sourcePort };
  const sum = addressSum(destination, source);
  const isAck = (flags & Flag.ack) !== 0;
  const header = {
    sequence: isAck ? acknowledgment : 0,
    acknowledgment: isAck ? 0 : plus(sequence, length),
    flags: isAck ? Flag.rst : Flag.rst | Flag.ack,
    window: 0,
  };
  sendSegment(ends, header, TCP_HEADER, 0, sum);
}
