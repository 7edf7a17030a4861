import { Alarm, type Alarms } from '../alarms.ts';
import type { GuestLink } from '../link.ts';
import { ByteRing } from './byte-ring.ts';
import { Congestion } from './congestion.ts';
import { RoundTrip } from './round-trip.ts';
import { distance, isBefore, plus } from './sequence.ts';

/** Bytes that wait to be sent or acknowledged; more are taken only when there are fewer. */
const HIGH_MARK = 0x30000;
const LOW_MARK = 0x18000;
/** How often the same is sent without an answer, so that a connection ends after some ten minutes (RFC 9293, 3.8.3: R2). */
const MOST_RETRIES = 15;
/** Times that a SYN is sent again at most: this takes about three minutes at least. */
const MOST_SYN_RETRIES = 7;

/** The parts of its connection that a sender needs. */
export interface SenderOptions {
  readonly link: GuestLink;
  readonly alarms: Alarms;
  /** Sends what takes sequence numbers: `length` bytes of the queue from `offset` on, and FIN or SYN. */
  readonly emit: (sequence: number, offset: number, length: number, isEnd: boolean) => void;
  readonly emitSyn: () => void;
  /** The guest doesn't answer. */
  readonly gaveUp: () => void;
  /** There is room for more. */
  readonly hasRoom: () => void;
}

/**
 * The sending half of a connection to the guest: sends data as windows allow, and again where it is lost (RFC 9293, 3.8; RFC
 * 5681; RFC 6298).
 */
export class Sender {
  /** The first byte that is not acknowledged. */
  unacknowledged: number;
  /** Sequence number of the next byte to send. After a timeout it goes back. */
  next: number;
  /** The end of all that was ever sent. */
  #highest: number;
  /** The sequence number of the queue's first byte. */
  #base: number;
  readonly #queue = new ByteRing();
  readonly #options: SenderOptions;
  readonly #roundTrip = new RoundTrip();
  readonly #alarm: Alarm;
  #congestion = new Congestion(0);
  #mss = 0;
  #window = 0;
  #windowSequence = 0;
  #windowAcknowledgment = 0;
  #retries = 0;
  #isEnding = false;
  #isFull = false;
  /** The segment that is being timed: the sequence number after it, and the time when it was sent. */
  #timed: { readonly end: number; readonly since: number } | undefined;

  /** @param first the sequence number of SYN, which is sent by {@link open} */
  constructor(first: number, options: SenderOptions) {
    this.unacknowledged = first;
    this.next = first;
    this.#highest = first;
    this.#base = plus(first, 1);
    this.#options = options;
    this.#alarm = new Alarm(options.alarms, () => this.#expired());
  }

  /** Whether {@link SenderOptions.hasRoom} is to be waited for before more is pushed. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Bytes that are not acknowledged. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Sends SYN, again and again until it is acknowledged. */
  open(): void {
    this.next = plus(this.unacknowledged, 1);
    this.#highest = this.next;
    this.#time(this.next);
    this.#options.emitSyn();
    this.#restartTimer();
  }

  /** SYN was acknowledged. @param mss most bytes of a segment */
  established(mss: number): void {
    this.#mss = mss;
    this.#congestion = new Congestion(mss);
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    if (this.#queue.length >= HIGH_MARK) this.#isFull = true;
    this.sendMore();
  }

  /** Nothing is pushed any more. FIN follows the last byte. */
  end(): void {
    this.#isEnding = true;
    this.sendMore();
  }

  /** Whether FIN is acknowledged, and so all that was sent. */
  get hasEnded(): boolean {
    return this.#isEnding && distance(this.#endOfData, this.unacknowledged) === 1;
  }

  close(): void {
    this.#alarm.clear();
    this.#queue.clear();
    this.#mss = 0;
  }

  /** Whether an acknowledgment is of something that was sent. */
  wasSent(acknowledgment: number): boolean {
    return !isBefore(this.#highest, acknowledgment);
  }

  /**
   * Takes an acknowledgment that {@link wasSent} (RFC 9293, 3.10.7.4, fifth check).
   * @param window in bytes
   * @param isBare whether it came with nothing else
   */
  acknowledge(acknowledgment: number, sequence: number, window: number, isBare: boolean): void {
    const acked = distance(this.unacknowledged, acknowledgment);
    const isSameWindow = window === this.#window;
    if (acked >= 0) this.#takeWindow(acknowledgment, sequence, window);
    if (acked > 0) this.#advance(acknowledgment, acked);
    else if (acked === 0 && isBare && isSameWindow && this.#flight > 0) this.#duplicate();
    if (acked === 0 && this.#flight === 0) this.#retries = 0;
    this.sendMore();
    if (this.#isFull && this.#queue.length <= LOW_MARK) {
      this.#isFull = false;
      this.#options.hasRoom();
    }
  }

  /** Sends what windows and the link have room for. */
  sendMore(): void {
    if (this.#mss === 0) return;
    while (this.#sendNext());
    if (this.#flight > 0 || this.#isStuck) {
      if (!this.#alarm.isSet) this.#restartTimer();
    } else this.#alarm.clear();
  }

  get #flight(): number {
    return distance(this.unacknowledged, this.next);
  }

  get #endOfData(): number {
    return plus(this.#base, this.#queue.length);
  }

  /** Whether something waits, and only the guest can let it go. */
  get #isStuck(): boolean {
    return this.#flight === 0 && !this.hasEnded && (this.#isEnding || this.#queue.length > 0);
  }

  /** Sends one segment. @returns whether another one may follow */
  #sendNext(): boolean {
    const available = distance(this.next, this.#endOfData);
    // FIN was sent, and is not to be sent again.
    if (available < 0) return false;
    const usable = Math.min(this.#congestion.window, this.#window) - this.#flight;
    const length = Math.min(this.#mss, available, usable);
    const isEnd = this.#isEnding && length === available && usable > length;
    if (length <= 0 && !isEnd) return false;
    // Not in crumbs (RFC 9293, 3.8.6.2.1): the rest goes when an acknowledgment makes room.
    if (length < this.#mss && length < available && this.#flight > 0) return false;
    if (this.#options.link.isBlocked) {
      this.#options.link.waitForRoom(this);
      return false;
    }
    this.#transmit(length, isEnd);
    return length < available;
  }

  #transmit(length: number, isEnd: boolean): void {
    const sequence = this.next;
    this.next = plus(sequence, length + Number(isEnd));
    if (isBefore(this.#highest, this.next)) {
      this.#highest = this.next;
      if (!this.#timed) this.#time(this.next);
    }
    this.#options.emit(sequence, distance(this.#base, sequence), length, isEnd);
  }

  /** Sends the first segment that is not acknowledged again. */
  #retransmit(): void {
    this.#timed = undefined;
    const available = distance(this.unacknowledged, this.#endOfData);
    if (available < 0) return;
    const length = Math.min(this.#mss, available, distance(this.unacknowledged, this.#highest));
    const isEnd = this.#isEnding && length === available;
    this.#options.emit(this.unacknowledged, distance(this.#base, this.unacknowledged), length, isEnd);
  }

  #advance(acknowledgment: number, acked: number): void {
    this.unacknowledged = acknowledgment;
    if (isBefore(this.next, acknowledgment)) this.next = acknowledgment;
    const bytes = Math.min(distance(this.#base, acknowledgment), this.#queue.length);
    if (bytes > 0) {
      this.#queue.drop(bytes);
      this.#base = plus(this.#base, bytes);
    }
    this.#measure(acknowledgment);
    this.#retries = 0;
    this.#congestionAfter(acknowledgment, acked);
    this.#alarm.clear();
  }

  #congestionAfter(acknowledgment: number, acked: number): void {
    const congestion = this.#congestion;
    if (congestion.recover === undefined) congestion.acknowledged(acked);
    else if (isBefore(acknowledgment, congestion.recover)) {
      congestion.partlyAcknowledged(acked);
      this.#retransmit();
    } else congestion.recovered(this.#flight);
  }

  #duplicate(): void {
    if (this.#congestion.duplicate(this.unacknowledged, this.#flight, this.#highest)) this.#retransmit();
  }

  #takeWindow(acknowledgment: number, sequence: number, window: number): void {
    const isNewer =
      isBefore(this.#windowSequence, sequence) ||
      (this.#windowSequence === sequence && !isBefore(acknowledgment, this.#windowAcknowledgment));
    if (!isNewer) return;
    // One that opens starts over: probes of a closed one are over.
    if (this.#window === 0 && window > 0 && this.#flight === 0) this.#alarm.clear();
    this.#window = window;
    this.#windowSequence = sequence;
    this.#windowAcknowledgment = acknowledgment;
  }

  /** The first window that the guest tells, in its SYN or what answers ours. */
  firstWindow(sequence: number, window: number): void {
    this.#window = window;
    this.#windowSequence = sequence;
    this.#windowAcknowledgment = this.unacknowledged;
  }

  #time(end: number): void {
    this.#timed = { end, since: this.#options.alarms.now() };
  }

  #measure(acknowledgment: number): void {
    if (this.#timed && !isBefore(acknowledgment, this.#timed.end)) {
      this.#roundTrip.measured(this.#options.alarms.now() - this.#timed.since);
      this.#timed = undefined;
    } else if (this.#retries > 0) this.#roundTrip.restore();
  }

  #restartTimer(): void {
    this.#alarm.set(this.#options.alarms.now() + this.#roundTrip.timeout);
  }

  /** Nothing was acknowledged in time, or the guest's window is closed (RFC 6298, section 5; RFC 9293, 3.8.6.1). */
  #expired(): void {
    // Time in which the guest takes no frames doesn't count.
    if (this.#options.link.isBlocked) {
      this.#restartTimer();
      return;
    }
    const most = this.#mss === 0 ? MOST_SYN_RETRIES : MOST_RETRIES;
    if (++this.#retries > most) {
      this.#options.gaveUp();
      return;
    }
    this.#timed = undefined;
    this.#roundTrip.backOff();
    if (this.#mss === 0) this.#options.emitSyn();
    else if (this.#isStuck) this.#probe();
    else this.#resend();
    this.#restartTimer();
  }

  #resend(): void {
    if (this.#retries === 1) this.#congestion.timedOut(this.#flight, this.#highest);
    this.next = this.unacknowledged;
    // A window that was closed meanwhile is probed by what is sent again.
    if (this.#window === 0) this.#probe();
    else this.sendMore();
  }

  /** Sends one byte, or FIN, into a closed window. The answer tells the window. */
  #probe(): void {
    const length = Math.min(this.#queue.length, 1);
    const end = plus(this.unacknowledged, 1);
    if (isBefore(this.#highest, end)) this.#highest = end;
    this.#options.emit(this.unacknowledged, 0, length, length === 0);
  }

  copy(offset: number, length: number, target: Uint8Array, at: number): void {
    this.#queue.copy(offset, length, target, at);
  }
}
