import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';
import type { Delivery, ToHost, ToMachine } from './messages.ts';
import type { PortEnd } from './port-end.ts';
import type { RequestPort, StreamPort } from './ports.ts';
import { type Asker, type HostRequests, type OpenRequests, RequestEnd, type Waiter } from './request-end.ts';
import { type HostStream, StreamEnd } from './stream.ts';

/** Looks of the guest in a row after which it does nothing but wait for an answer: they take some ten microseconds. */
const MOST_POLLS = 1000;

export interface HostDoorOptions {
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Takes messages to the host. It must not call back, nor keep the bytes of a message. */
  readonly send: (message: ToHost) => void;
  /**
   * Virtual nanoseconds from a request to its answer, so that runs are alike however fast the host is; undefined where
   * time is the host's: an answer then comes when it comes.
   */
  readonly latency?: number | undefined;
  /** Is told what takes effect, just before it does. */
  readonly delivered?: ((delivery: Delivery) => void) | undefined;
}

/** Something that enters the machine at a virtual time. */
interface Arrival {
  at: number;
  /** The end whose request it answers; null: it is input, which nobody has asked for. */
  readonly answers: Asker | null;
  /** The name of the port that it is for. */
  readonly to: string;
  /** Whether a load of a state loses it. */
  readonly isLost: boolean;
  /** Null while the host hasn't answered. */
  deliver: (() => void) | null;
}

/** A request that the host has not answered, or was not sent yet. */
interface OpenRequest {
  readonly end: Asker;
  isSent: boolean;
  /** Null: nobody waits for the answer (any more). */
  waiter: Waiter | null;
  /** The answer's place in time, where that is known before the answer. */
  readonly arrival: Arrival | null;
}

/**
 * The one door between a machine and its host. All that comes from the host enters here, from one timer of the event
 * queue. What is under way is not part of the machine's state: devices make their requests again when a state is loaded.
 */
export class HostDoor {
  readonly #options: HostDoorOptions;
  readonly #timer: Timer;
  /** By the names of their ports. */
  readonly #ends = new Map<string, PortEnd>();
  /** By their ids. */
  readonly #open = new Map<number, OpenRequest>();
  /** Ports of devices that may come and go. */
  readonly #expected = new Set<string>();
  /** Ascending in time. */
  #arrivals: Arrival[] = [];
  #lastId = 0;
  /** Looks of the guest since the host last answered. */
  #polls = 0;

  constructor(options: HostDoorOptions) {
    this.#options = options;
    this.#timer = options.events.timer('host', (now) => this.#deliver(now));
  }

  /** The machine's time cannot go on: an answer that is due has not come. */
  get isWaiting(): boolean {
    const first = this.#arrivals[0];
    return first !== undefined && first.deliver === null && first.at <= this.#options.clock.now();
  }

  /** The guest only waits for an answer that has not come: whether it did so since this was last asked. */
  takePolling(): boolean {
    if (this.#polls < MOST_POLLS) return false;
    this.#polls = 0;
    return this.#open.values().some(({ isSent }) => isSent);
  }

  /** Nothing is under way but input: the host has answered all. */
  get isQuiet(): boolean {
    return this.#open.size === 0 && this.#arrivals.every(({ answers }) => answers === null);
  }

  /** How many things were asked for so far: what is asked for next has the next number. */
  get asked(): number {
    return this.#lastId;
  }

  /** Forgets all that is under way, and goes on counting from there. */
  restart(asked: number): void {
    for (const end of this.#ends.values()) end.restarted();
    this.#open.clear();
    this.#arrivals = [];
    this.#lastId = asked;
    this.#arm();
  }

  /** Answers to requests have a virtual time. What else the host sends has none: it comes when it comes. */
  get hasLatency(): boolean {
    return this.#options.latency !== undefined;
  }

  /** Opens a port; each can be open once. */
  stream(port: StreamPort): HostStream {
    const end = new StreamEnd(port, this.#options.send);
    this.#addEnd(port.name, end);
    return end;
  }

  /** Opens a port; each can be open once. */
  requests<Question, Answer, Input>(port: RequestPort<Question, Answer, Input>): HostRequests<Question, Answer, Input> {
    const end = new RequestEnd(port, this.#openRequests);
    this.#addEnd(port.name, end);
    return end;
  }

  #addEnd(name: string, end: PortEnd): void {
    if (this.#ends.has(name)) throw new Error(`the machine has a port '${name}' already`);
    this.#ends.set(name, end);
  }

  /** Names of all ports. */
  get ports(): string[] {
    return [...this.#ends.keys()];
  }

  /** Ports of devices that may be plugged in: what arrives for one that is not there is lost. */
  expect(ports: readonly string[]): void {
    for (const port of ports) this.#expected.add(port);
  }

  /** The device of a port is no more: it hears of nothing any more. */
  close(port: string): void {
    this.#ends.get(port)?.closed();
    this.#ends.delete(port);
    this.#arrivals = this.#arrivals.filter(({ to }) => to !== port);
    this.#arm();
  }

  /**
   * A saved state was loaded into all devices. Input that they had not taken is lost. What else was on its way still comes, at
   * no time that the loaded clock hasn't reached.
   */
  loaded(): void {
    for (const end of this.#ends.values()) end.loaded();
    const { clock, latency = 0 } = this.#options;
    const now = clock.now();
    this.#arrivals = this.#arrivals.filter(({ isLost }) => !isLost);
    for (const arrival of this.#arrivals) arrival.at = arrival.answers === null ? now : now + latency;
    this.#arrivals.sort((a, b) => a.at - b.at);
    this.#arm();
  }

  /** Another host takes the place of the one that was there: what was under way is no more. A state is to be loaded next. */
  changeHost(): void {
    for (const end of this.#ends.values()) end.hostChanged();
    this.#open.clear();
    this.#arrivals = [];
    this.#arm();
  }

  /** Has input take effect that has come by now: the state is to be taken elsewhere, and what is not in it is lost. */
  takeInput(): void {
    const now = this.#options.clock.now();
    const due = this.#arrivals.filter(({ answers, at }) => answers === null && at <= now);
    this.#arrivals = this.#arrivals.filter((arrival) => !due.includes(arrival));
    for (const { deliver } of due) deliver?.();
    this.#arm();
  }

  /**
   * A message from the host. It takes effect when events are next run; input at the virtual time `at` if it is given. Throws for a
   * port that nobody has made.
   */
  arrive(message: ToMachine, at = this.#options.clock.now()): void {
    if (message.type === 'completion') this.#completed(message.id, message.answer);
    else this.#input(message.port, message.value, at);
  }

  #input(port: string, value: unknown, at: number): void {
    const first = this.#ends.get(port);
    if (first === undefined && !this.#expected.has(port)) throw new Error(`the machine has no port '${port}'`);
    first?.comes(value);
    const deliver = () => {
      this.#options.delivered?.({ type: 'input', port, value, at });
      const end = this.#ends.get(port);
      // Its device was plugged in meanwhile.
      if (end !== first) end?.comes(value);
      end?.receive(value);
    };
    this.#enter({ at, answers: null, to: port, isLost: first?.losesInput ?? false, deliver });
  }

  readonly #openRequests: OpenRequests = {
    open: (end, waiter) => {
      const id = ++this.#lastId;
      if (waiter) this.#open.set(id, { end, waiter, isSent: false, arrival: this.#reserve(end) });
      return id;
    },
    send: (end, id, question) => {
      const request = this.#open.get(id);
      if (request) request.isSent = true;
      else this.#open.set(id, { end, waiter: null, isSent: true, arrival: null });
      this.#options.send({ type: 'request', port: end.name, id, question });
    },
    abandon: (end) => {
      for (const [id, request] of this.#open) {
        if (request.end !== end) continue;
        if (request.isSent) request.waiter = null;
        else this.#open.delete(id);
      }
      this.#arrivals = this.#arrivals.filter(({ answers }) => answers !== end);
      this.#arm();
    },
    polled: () => {
      // A virtual time of answers leaves nothing to wait for before it.
      if (this.hasLatency || ++this.#polls < MOST_POLLS) return;
      // Guest code is left for what is due.
      this.#timer.arm(this.#options.clock.now());
    },
  };

  /** The place in time of an answer, where that is known before the answer. */
  #reserve(end: Asker): Arrival | null {
    const { latency, clock } = this.#options;
    if (latency === undefined) return null;
    const arrival = { ...answerOf(end), at: clock.now() + latency, deliver: null };
    this.#enter(arrival);
    return arrival;
  }

  #completed(id: number, answer: unknown): void {
    this.#polls = 0;
    const request = this.#open.get(id);
    if (request === undefined) return;
    const { end, isSent, waiter, arrival } = request;
    this.#open.delete(id);
    if (isSent) end.answered();
    if (waiter === null) return;
    const deliver = () => {
      this.#options.delivered?.({ type: 'answer', id, answer: waiter.whole(answer as never) });
      waiter.done(answer as never);
    };
    if (arrival) arrival.deliver = deliver;
    else this.#enter({ ...answerOf(end), at: this.#options.clock.now(), deliver });
  }

  #enter(arrival: Arrival): void {
    // From the end: a card may have thousands of requests under way, and the next one is due after them. What was asked for comes
    // before input of the same time, as it was asked for earlier.
    const isInput = ({ answers }: Arrival) => answers === null;
    const isBefore = (other: Arrival) =>
      other.at < arrival.at || (other.at === arrival.at && !(isInput(other) && !isInput(arrival)));
    const before = this.#arrivals.findLastIndex(isBefore);
    this.#arrivals.splice(before + 1, 0, arrival);
    this.#arm();
  }

  #arm(): void {
    this.#timer.arm(this.#arrivals[0]?.at ?? Infinity);
  }

  #deliver(now: number): void {
    while (this.#arrivals.length > 0 && this.#arrivals[0].at <= now) {
      const { deliver } = this.#arrivals[0];
      if (deliver === null) {
        this.#options.events.hold();
        break;
      }
      this.#arrivals.shift();
      deliver();
    }
    this.#arm();
  }
}

const answerOf = (end: Asker) => ({ answers: end, to: end.name, isLost: false });
