import { addressSum } from '../addresses.ts';
import { Alarm, type Alarms } from '../alarms.ts';
import type { NetworkFlow } from '../flow.ts';
import type { GuestLink } from '../link.ts';
import { RECEIVE_SCALE, Receiver } from './receiver.ts';
import {
  Flag,
  parseSynOptions,
  type Segment,
  type SynOptions,
  sendSegment,
  TCP_HEADER,
  type TcpEnds,
  writeSynOptions,
} from './segment.ts';
import { Sender } from './sender.ts';
import { distance, isBefore, plus } from './sequence.ts';

/** States of a connection (RFC 9293, 3.3.2). */
export type TcpState =
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'close-wait'
  | 'closing'
  | 'last-ack'
  | 'time-wait'
  | 'closed';

/** The user of a connection. Nothing comes after `closed`. */
export interface TcpUser {
  /** Both ends know of each other. */
  opened(): void;
  /** Bytes came. They are the guest's, so they must be copied; {@link TcpConnection.consumed} says when others have room. */
  data(bytes: Uint8Array): void;
  /** The guest sends no more. */
  ended(): void;
  /** There is room for more to send. */
  hasRoom(): void;
  /** It is over: both have ended, or it broke. */
  closed(why: 'ended' | 'reset' | 'timeout'): void;
}

/** The parts that all connections share. */
export interface TcpShared {
  readonly link: GuestLink;
  readonly alarms: Alarms;
  /** The sequence number to begin with (RFC 6528). */
  readonly firstSequence: () => number;
  /** The connection has something to acknowledge, and its `acknowledge` is called soon. */
  readonly acknowledgeSoon: (connection: TcpConnection) => void;
  readonly entersTimeWait: (connection: TcpConnection) => void;
  readonly closed: (connection: TcpConnection) => void;
}

/** The segment size that is assumed of a guest that gives none (RFC 9293, 3.7.1), and the smallest that is believed. */
const DEFAULT_MSS = { 4: 536, 6: 1220 } as const;
const LEAST_MSS = 64;
/** Milliseconds: twice the longest life of a segment, which is taken as 30 s (RFC 9293, 3.4.2). */
const TIME_WAIT = 60_000;
/** Milliseconds without a segment before one asks for a sign of life, and between askings (RFC 9293, 3.8.4). */
const KEEP_ALIVE = 2 * 60 * 60 * 1000;
const KEEP_ALIVE_INTERVAL = 75_000;
const MOST_KEEP_ALIVES = 9;

/** One end of a connection, the other of which is the guest's (RFC 9293). */
export class TcpConnection {
  readonly ends: TcpEnds;
  readonly key: string;
  state: TcpState;
  readonly #shared: TcpShared;
  #user: TcpUser | undefined;
  readonly #sender: Sender;
  #receiver: Receiver | undefined;
  /** By how many bits the guest's windows are shifted. */
  #sendScale = 0;
  #mss = 0;
  #synOptions: SynOptions | undefined;
  #endsWhenOpen = false;
  readonly #sum: number;
  readonly #life: Alarm;
  #keepAlives = 0;
  #owesAcknowledgment = false;

  private constructor(ends: TcpEnds, key: string, user: TcpUser, shared: TcpShared, state: TcpState) {
    this.ends = ends;
    this.key = key;
    this.state = state;
    this.#user = user;
    this.#shared = shared;
    this.#sum = addressSum(ends.address, ends.guestAddress);
    this.#life = new Alarm(shared.alarms, () => this.#lifeEnds());
    this.#sender = new Sender(shared.firstSequence(), {
      link: shared.link,
      alarms: shared.alarms,
      emit: (sequence, offset, length, isEnd) => this.#emitData(sequence, offset, length, isEnd),
      emitSyn: () => this.#emitSyn(),
      gaveUp: () => this.#close('timeout'),
      hasRoom: () => this.#user?.hasRoom(),
    });
  }

  /** Asks the guest for a connection. */
  static open(ends: TcpEnds, key: string, user: TcpUser, shared: TcpShared): TcpConnection {
    const connection = new TcpConnection(ends, key, user, shared, 'syn-sent');
    connection.#sender.open();
    return connection;
  }

  /** Answers a guest's SYN. */
  static accept(ends: TcpEnds, key: string, user: TcpUser, shared: TcpShared, syn: Segment): TcpConnection {
    const connection = new TcpConnection(ends, key, user, shared, 'syn-received');
    connection.#takeSyn(syn);
    connection.#sender.open();
    return connection;
  }

  /** Whether pushed bytes should wait for `hasRoom`. */
  get isFull(): boolean {
    return this.#sender.isFull;
  }

  /** A description of the connection at this moment. */
  get flow(): NetworkFlow {
    const { address, port, guestAddress, guestPort } = this.ends;
    return {
      ...{ protocol: 'tcp', state: this.state },
      source: { address: guestAddress, port: guestPort },
      destination: { address, port },
      received: this.#receiver?.unread ?? 0,
      queued: this.#sender.queued,
    };
  }

  /** Sends bytes; they are copied. */
  push(bytes: Uint8Array): void {
    this.#sender.push(bytes);
  }

  /** Sends no more. */
  end(): void {
    if (this.state === 'syn-sent' || this.state === 'syn-received') this.#endsWhenOpen = true;
    if (this.state !== 'established' && this.state !== 'close-wait') return;
    this.state = this.state === 'established' ? 'fin-wait-1' : 'last-ack';
    this.#sender.end();
  }

  /** Breaks the connection. */
  abort(): void {
    if (this.state === 'closed') return;
    if (this.state !== 'time-wait' && this.#receiver) this.#emit(Flag.rst | Flag.ack, this.#sender.next);
    this.#user = undefined;
    this.#close('reset');
  }

  /** Bytes that came have found their place. */
  consumed(bytes: number): void {
    if (this.state !== 'closed' && this.#receiver?.consumed(bytes)) this.acknowledge();
  }

  /** Sends an acknowledgment now. */
  acknowledge(): void {
    if (this.state !== 'closed' && this.state !== 'syn-sent') this.#emit(Flag.ack, this.#sender.next);
  }

  /** Sends an acknowledgment unless one went with data meanwhile. */
  acknowledgeIfOwed(): void {
    if (this.#owesAcknowledgment) this.acknowledge();
  }

  /** Whether a SYN begins a new connection while this one is only remembered (RFC 9293, 3.10.7.4; RFC 6191). */
  givesWayTo({ flags, sequence }: Segment): boolean {
    const isSyn = (flags & (Flag.syn | Flag.ack | Flag.rst)) === Flag.syn;
    return this.state === 'time-wait' && isSyn && isBefore(this.#receiver!.next, sequence);
  }

  /** It is forgotten, and nobody is told. */
  forget(): void {
    this.#user = undefined;
    this.#close('ended');
  }

  receive(segment: Segment): void {
    if (this.state === 'syn-sent') this.#receiveInSynSent(segment);
    else if (this.state !== 'closed') this.#receiveSynchronized(segment);
  }

  /** (RFC 9293, 3.10.7.3) */
  #receiveInSynSent(segment: Segment): void {
    const { flags, acknowledgment } = segment;
    const isAck = (flags & Flag.ack) !== 0;
    if (isAck && acknowledgment !== this.#sender.next) {
      if (!(flags & Flag.rst)) this.#emitReset(acknowledgment);
      return;
    }
    if (flags & Flag.rst) {
      if (isAck) this.#close('reset');
      return;
    }
    if (!(flags & Flag.syn)) return;
    this.#takeSyn(segment);
    if (isAck) this.#establish(segment);
    else {
      // Both have asked at once.
      this.state = 'syn-received';
      this.#emitSyn();
    }
    if (isAck) this.acknowledge();
  }

  /** (RFC 9293, 3.10.7.4) */
  #receiveSynchronized(segment: Segment): void {
    const { flags, sequence, acknowledgment } = segment;
    const receiver = this.#receiver!;
    if (this.state !== 'time-wait') this.#isAlive();
    if (!receiver.isAcceptable(segment)) {
      // An answer to a sign of life, and to what was sent twice.
      if (!(flags & Flag.rst)) this.acknowledge();
      return;
    }
    if (flags & Flag.rst) {
      // What a stranger may have guessed is asked for again (RFC 5961, 3.2).
      if (sequence === receiver.next) this.#close('reset');
      else this.acknowledge();
      return;
    }
    if (flags & Flag.syn) {
      this.#receiveSyn();
      return;
    }
    if (!(flags & Flag.ack)) return;
    if (!this.#sender.wasSent(acknowledgment)) {
      if (this.state === 'syn-received') this.#emitReset(acknowledgment);
      else this.acknowledge();
      return;
    }
    if (this.state === 'syn-received' && !this.#establishedBy(segment)) return;
    this.#takeAcknowledgment(segment);
    this.#takeData(segment);
  }

  /** A SYN where none belongs: it was sent twice, or it is a guest that has forgotten the connection (RFC 5961, 4). */
  #receiveSyn(): void {
    if (this.state === 'syn-received') this.#emitSyn();
    else this.acknowledge();
  }

  #establishedBy(segment: Segment): boolean {
    if (distance(this.#sender.unacknowledged, segment.acknowledgment) <= 0) return false;
    this.#establish(segment);
    return true;
  }

  #takeSyn(segment: Segment): void {
    const { family, maximumPayload } = this.ends.network;
    const options = parseSynOptions(segment);
    const isScaled = options.scale !== undefined;
    this.#sendScale = options.scale ?? 0;
    this.#synOptions = options;
    const most = maximumPayload - TCP_HEADER;
    this.#mss = Math.min(Math.max(options.mss ?? DEFAULT_MSS[family], LEAST_MSS), most);
    this.#receiver = new Receiver(plus(segment.sequence, 1), most, isScaled, (data) => this.#user?.data(data));
    this.#sender.firstWindow(segment.sequence, segment.window);
  }
  /** Our SYN was acknowledged. */
  #establish(segment: Segment): void {
    const isSyn = (segment.flags & Flag.syn) !== 0;
    this.#sender.established(this.#mss);
    if (this.state === 'syn-sent' || this.state === 'syn-received') this.state = 'established';
    this.#isAlive();
    if (isSyn) this.#sender.acknowledge(segment.acknowledgment, segment.sequence, segment.window, false);
    this.#user?.opened();
    if (this.#endsWhenOpen) this.end();
  }

  #takeAcknowledgment(segment: Segment): void {
    const { acknowledgment, sequence, window, length } = segment;
    this.#sender.acknowledge(acknowledgment, sequence, window << this.#sendScale, length === 0);
    if (!this.#sender.hasEnded) return;
    if (this.state === 'fin-wait-1') this.state = 'fin-wait-2';
    else if (this.state === 'closing') this.#enterTimeWait();
    else if (this.state === 'last-ack') this.#close('ended');
  }

  #takeData(segment: Segment): void {
    if (segment.length === 0 || this.state === 'closed') return;
    const receiver = this.#receiver!;
    const hadEnded = receiver.hasEnded;
    const isInTurn = receiver.take(segment);
    if (!hadEnded && receiver.hasEnded) this.#guestEnded();
    if (isInTurn) this.#acknowledgeSoon();
    else this.acknowledge();
  }

  #guestEnded(): void {
    if (this.state === 'established') this.state = 'close-wait';
    else if (this.state === 'fin-wait-1') this.state = 'closing';
    const isLast = this.state === 'fin-wait-2';
    this.#user?.ended();
    if (isLast) this.#enterTimeWait();
  }

  #acknowledgeSoon(): void {
    if (this.#owesAcknowledgment || this.state === 'closed') return;
    this.#owesAcknowledgment = true;
    this.#shared.acknowledgeSoon(this);
  }

  #enterTimeWait(): void {
    this.acknowledgeIfOwed();
    this.state = 'time-wait';
    this.#sender.close();
    this.#life.set(this.#shared.alarms.now() + TIME_WAIT);
    const user = this.#user;
    this.#user = undefined;
    this.#shared.entersTimeWait(this);
    user?.closed('ended');
  }

  #close(why: 'ended' | 'reset' | 'timeout'): void {
    if (this.state === 'closed') return;
    if (why === 'timeout') this.#emit(Flag.rst | Flag.ack, this.#sender.next);
    this.state = 'closed';
    this.#sender.close();
    this.#life.clear();
    this.#shared.closed(this);
    const user = this.#user;
    this.#user = undefined;
    user?.closed(why);
  }

  /** The guest has sent something. */
  #isAlive(): void {
    this.#keepAlives = 0;
    this.#life.set(this.#shared.alarms.now() + KEEP_ALIVE);
  }

  /** The time to remember it is over, or nothing was heard for long. */
  #lifeEnds(): void {
    if (this.state === 'time-wait') this.#close('ended');
    else if (++this.#keepAlives > MOST_KEEP_ALIVES) this.#close('timeout');
    else {
      // A sequence number from before is out of the guest's window, so it answers.
      this.#emit(Flag.ack, plus(this.#sender.unacknowledged, -1));
      this.#life.set(this.#shared.alarms.now() + KEEP_ALIVE_INTERVAL);
    }
  }

  #emitSyn(): void {
    const { network } = this.ends;
    const isAnswer = this.#receiver !== undefined;
    const isScaled = !isAnswer || this.#synOptions?.scale !== undefined;
    const mss = network.maximumPayload - TCP_HEADER;
    const headerLength = writeSynOptions(network, mss, isScaled ? RECEIVE_SCALE : undefined);
    const flags = isAnswer ? Flag.syn | Flag.ack : Flag.syn;
    this.#send(flags, this.#sender.unacknowledged, headerLength, 0);
  }

  #emitData(sequence: number, offset: number, length: number, isEnd: boolean): void {
    if (length > 0) this.#sender.copy(offset, length, this.ends.network.draft, TCP_HEADER);
    const flags =
      Flag.ack | (length > 0 && offset + length === this.#sender.queued ? Flag.psh : 0) | (isEnd ? Flag.fin : 0);
    this.#send(flags, sequence, TCP_HEADER, length);
  }

  #emit(flags: number, sequence: number): void {
    this.#send(flags, sequence, TCP_HEADER, 0);
  }

  #emitReset(sequence: number): void {
    sendSegment(this.ends, { sequence, acknowledgment: 0, flags: Flag.rst, window: 0 }, TCP_HEADER, 0, this.#sum);
  }

  #send(flags: number, sequence: number, headerLength: number, length: number): void {
    this.#owesAcknowledgment = false;
    const receiver = this.#receiver;
    const window = receiver ? receiver.window((flags & Flag.syn) !== 0) : 0xffff;
    const header = { sequence, acknowledgment: receiver?.next ?? 0, flags, window };
    sendSegment(this.ends, header, headerLength, length, this.#sum);
  }
}
