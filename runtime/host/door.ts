import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';
import type { Delivery, ToHost, ToMachine } from './messages.ts';
import { RequestLane } from './request-lane.ts';
import { type HostStream, INPUT_CREDIT, takenInParts } from './stream.ts';

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

/** A device's end of a port that asks the host for something, such as sectors of a disk. */
export interface RequestPort<Question, Answer> {
  /**
   * `ask` makes the question, at once or when the host has answered enough of the earlier ones. `done` is called from the
   * event queue, never from within the request. The question must not change until then. `whole` gives the answer with what the
   * host has put elsewhere, such as memory that was lent to it: so it is recorded.
   */
  request(ask: () => Question, done: (answer: Answer) => void, whole?: (answer: Answer) => Answer): void;
  /** Has the host do what no answer is needed to; `cancel` leaves it. Of several of a kind the last may be all that is sent. */
  tell(kind: string, question: Question): void;
  /** Forgets all that is under way or waits, and tells the host at once, however much it has not answered. */
  restart(question: Question): void;
  /**
   * The guest looks whether the host has answered. When it has looked {@link MOST_POLLS} times in vain the machine waits for the host, so that
   * a driver that gives up after some thousand looks does so no earlier on a busy host, or where answers come between slices.
   */
  polled(): void;
  /** Forgets requests that are under way (reset). The host may do them or not; `done` isn't called. */
  cancel(): void;
  /** Called with what happens at the host without a request. Set by the device. */
  onInput: (value: unknown) => void;
  /** Called when another host takes the place of the one that was there, which has told nothing. Set by the device. */
  onHostChanged: () => void;
}

/** Something that enters the machine at a virtual time. */
interface Arrival {
  at: number;
  /** The request port that it answers, or undefined. */
  readonly port?: string;
  /** Whether nobody has asked for it. */
  readonly isInput?: boolean;
  /** The port that it is for then. */
  readonly to?: string;
  /** Whether it is input of a stream. */
  readonly isStream?: boolean;
  /** Null while the host hasn't answered. */
  deliver: (() => void) | null;
}

/** A device's end of a port, for what comes from the host. */
interface Receiver {
  /** For a stream: its input's count. */
  readonly input: InputCount | null;
  /** For a port for requests: its lane. */
  readonly lane: RequestLane | null;
  receive(value: unknown): void;
  hostChanged(): void;
}

/** Bytes of a stream's input that the device has not taken. */
class InputCount {
  #waiting = 0;
  #tell: (length: number) => void;
  readonly #makeTell: () => (length: number) => void;

  constructor(makeTell: () => (length: number) => void) {
    this.#makeTell = makeTell;
    this.#tell = makeTell();
  }

  /** Another host is there, which has sent nothing. */
  forget(): void {
    this.#waiting = 0;
    this.#tell = this.#makeTell();
  }

  add(length: number): void {
    this.#waiting += length;
  }

  /** Counts bytes as taken, as far as any wait: those that waited in a loaded state were never sent by this host. */
  take(length: number): void {
    const counted = Math.min(length, this.#waiting);
    this.#waiting -= counted;
    this.#tell(counted);
  }
}

interface Request {
  readonly port: string;
  readonly done: (answer: never) => void;
  readonly whole: (answer: never) => unknown;
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
  readonly #receivers = new Map<string, Receiver>();
  readonly #requests = new Map<number, Request>();
  /** Ports of devices that may come and go. */
  readonly #expected = new Set<string>();
  /** By the ids of what the host has not answered, cancelled or not. */
  readonly #unanswered = new Map<number, RequestLane>();
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
    return this.#unanswered.size > 0;
  }

  /** Nothing is under way but input: the host has answered all. */
  get isQuiet(): boolean {
    return this.#requests.size === 0 && this.#unanswered.size === 0 && this.#arrivals.every(({ isInput }) => isInput);
  }

  /** How many things were asked for so far: what is asked for next has the next number. */
  get asked(): number {
    return this.#lastId;
  }

  /** Forgets all that is under way, and goes on counting from there. */
  restart(asked: number): void {
    for (const { lane } of this.#receivers.values()) lane?.forget();
    this.#requests.clear();
    this.#unanswered.clear();
    this.#arrivals = [];
    this.#lastId = asked;
    this.#arm();
  }

  /** Answers to requests have a virtual time. What else the host sends has none: it comes when it comes. */
  get hasLatency(): boolean {
    return this.#options.latency !== undefined;
  }

  /** Names are unique. `credit`: bytes of input that the host may send ahead. */
  stream(port: string, credit = INPUT_CREDIT): HostStream {
    const { send } = this.#options;
    const input = new InputCount(() => takenInParts((length) => send({ type: 'taken', port, length }), credit));
    const stream: HostStream = {
      write: (bytes) => send({ type: 'output', port, bytes }),
      writeWhole: (bytes) => send({ type: 'output', port, bytes, isWhole: true }),
      arrived: (length) => input.add(length),
      taken: (length) => input.take(length),
      onInput: () => {},
    };
    const receive = (value: unknown) => stream.onInput(value as Uint8Array);
    this.#addReceiver(port, { input, lane: null, receive, hostChanged: () => input.forget() });
    return stream;
  }

  /** Names of all ports. */
  get ports(): string[] {
    return [...this.#receivers.keys()];
  }

  /** Ports of devices that may be plugged in: what arrives for one that is not there is lost. */
  expect(ports: readonly string[]): void {
    for (const port of ports) this.#expected.add(port);
  }

  /** The device of a port is no more: it hears of nothing any more. */
  close(port: string): void {
    this.#receivers.get(port)?.lane?.cancel();
    this.#receivers.delete(port);
    this.#arrivals = this.#arrivals.filter(({ to }) => to !== port);
    this.#cancel(port);
  }

  /**
   * A saved state was loaded into all devices. Input that they had not taken is lost. What else was on its way still comes, at
   * no time that the loaded clock hasn't reached.
   */
  loaded(): void {
    for (const { input } of this.#receivers.values()) input?.take(Infinity);
    const { clock, latency = 0 } = this.#options;
    const now = clock.now();
    this.#arrivals = this.#arrivals.filter(({ isStream }) => !isStream);
    for (const arrival of this.#arrivals) arrival.at = arrival.port === undefined ? now : now + latency;
    this.#arrivals.sort((a, b) => a.at - b.at);
    this.#arm();
  }

  /** Another host takes the place of the one that was there: what was under way is no more. A state is to be loaded next. */
  changeHost(): void {
    for (const { lane, hostChanged } of this.#receivers.values()) {
      lane?.forget();
      hostChanged();
    }
    this.#requests.clear();
    this.#unanswered.clear();
    this.#arrivals = [];
    this.#arm();
  }

  /** Names are unique. `most`: how much is at the host at once without an answer, what was cancelled included. */
  requestPort<Question, Answer>(port: string, most = Infinity): RequestPort<Question, Answer> {
    const lane = new RequestLane(most);
    const send = (id: number, question: Question) => {
      this.#unanswered.set(id, lane);
      this.#options.send({ type: 'request', port, id, question });
    };
    const requests: RequestPort<Question, Answer> = {
      request: (ask, done, whole = (answer) => answer) => {
        const id = this.#enterRequest(port, done, whole);
        lane.request(() => send(id, ask()));
      },
      tell: (kind, question) => {
        const id = ++this.#lastId;
        lane.tell(kind, () => send(id, question));
      },
      restart: (question) => {
        this.#cancel(port);
        lane.restart(() => send(++this.#lastId, question));
      },
      polled: () => {
        if (lane.isAsked) this.#polled();
      },
      cancel: () => {
        lane.cancel();
        this.#cancel(port);
      },
      onInput: () => {},
      onHostChanged: () => {},
    };
    const receive = (value: unknown) => requests.onInput(value);
    this.#addReceiver(port, { input: null, lane, receive, hostChanged: () => requests.onHostChanged() });
    return requests;
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
    const first = this.#receivers.get(port);
    if (first === undefined && !this.#expected.has(port)) throw new Error(`the machine has no port '${port}'`);
    first?.input?.add((value as Uint8Array).length);
    const deliver = () => {
      this.#options.delivered?.({ type: 'input', port, value, at });
      const receiver = this.#receivers.get(port);
      // Its device was plugged in meanwhile.
      if (receiver !== first) receiver?.input?.add((value as Uint8Array).length);
      receiver?.receive(value);
    };
    this.#enter({ at, isInput: true, to: port, isStream: first?.lane === null, deliver });
  }

  #addReceiver(port: string, receiver: Receiver): void {
    if (this.#receivers.has(port)) throw new Error(`the machine has a port '${port}' already`);
    this.#receivers.set(port, receiver);
  }

  /** Its id. */
  #enterRequest(port: string, done: (answer: never) => void, whole: (answer: never) => unknown): number {
    const { latency, clock } = this.#options;
    const id = ++this.#lastId;
    const arrival = latency === undefined ? null : { at: clock.now() + latency, port, deliver: null };
    if (arrival) this.#enter(arrival);
    this.#requests.set(id, { port, done, whole, arrival });
    return id;
  }

  /** A virtual time of answers leaves nothing to wait for before it. */
  #polled(): void {
    if (this.hasLatency || ++this.#polls < MOST_POLLS) return;
    // Guest code is left for what is due.
    this.#timer.arm(this.#options.clock.now());
  }

  #completed(id: number, answer: unknown): void {
    this.#polls = 0;
    this.#unanswered.get(id)?.answered();
    this.#unanswered.delete(id);
    const request = this.#requests.get(id);
    // It was cancelled, or nobody waits for it.
    if (request === undefined) return;
    this.#requests.delete(id);
    const { port, done, whole, arrival } = request;
    const deliver = () => {
      this.#options.delivered?.({ type: 'answer', id, answer: whole(answer as never) });
      done(answer as never);
    };
    if (arrival) arrival.deliver = deliver;
    else this.#enter({ at: this.#options.clock.now(), port, deliver });
  }

  #cancel(port: string): void {
    for (const [id, request] of this.#requests) if (request.port === port) this.#requests.delete(id);
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.port !== port);
    this.#arm();
  }

  #enter(arrival: Arrival): void {
    // From the end: a card may have thousands of requests under way, and the next one is due after them. What was asked for comes
    // before input of the same time, as it was asked for earlier.
    const isBefore = ({ at, isInput }: Arrival) =>
      at < arrival.at || (at === arrival.at && !(isInput && !arrival.isInput));
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
