import type { PortEnd } from './port-end.ts';
import type { RequestPort } from './ports.ts';
import { RequestLane } from './request-lane.ts';

/** A device's end of a port that asks the host for something, such as sectors of a disk. */
export interface HostRequests<Question, Answer, Input> {
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
   * The guest looks whether the host has answered. When it has looked often in vain the machine waits for the host, so that
   * a driver that gives up after some thousand looks does so no earlier on a busy host, or where answers come between slices.
   */
  polled(): void;
  /** Forgets requests that are under way (reset). The host may do them or not; `done` isn't called. */
  cancel(): void;
  /** Called with what happens at the host without a request. Set by the device. */
  onInput: (value: Input) => void;
  /** Called when another host takes the place of the one that was there, which has told nothing. Set by the device. */
  onHostChanged: () => void;
}

/** A device that waits for an answer. */
export interface Waiter {
  readonly done: (answer: never) => void;
  /** The answer with all that it stands for. */
  readonly whole: (answer: never) => unknown;
}

/** An end whose requests the door has. */
export interface Asker {
  /** The name of its port. */
  readonly name: string;
  /** The host has answered one. */
  answered(): void;
}

/** The door's requests that have no answer yet, by their ids. */
export interface OpenRequests {
  /** @returns the id of a request that is made now, and sent now or later; `waiter`: null if nobody waits for its answer */
  open(end: Asker, waiter: Waiter | null): number;
  send(end: Asker, id: number, question: unknown): void;
  /** Nobody waits for the answers of an end's requests any more. */
  abandon(end: Asker): void;
  /** The guest looks whether an answer has come that is to come. */
  polled(): void;
}

/** The end of a port for requests at the door. */
export class RequestEnd<Question, Answer, Input> implements HostRequests<Question, Answer, Input>, PortEnd, Asker {
  readonly losesInput = false;
  readonly name: string;
  readonly #lane: RequestLane;
  onInput: (value: Input) => void = () => {};
  onHostChanged: () => void = () => {};
  readonly #requests: OpenRequests;

  constructor({ name, most }: RequestPort<Question, Answer, Input>, requests: OpenRequests) {
    this.name = name;
    this.#lane = new RequestLane(most);
    this.#requests = requests;
  }

  request(ask: () => Question, done: (answer: Answer) => void, whole = (answer: Answer) => answer): void {
    const id = this.#requests.open(this, { done, whole });
    this.#lane.request(() => this.#requests.send(this, id, ask()));
  }

  tell(kind: string, question: Question): void {
    const id = this.#requests.open(this, null);
    this.#lane.tell(kind, () => this.#requests.send(this, id, question));
  }

  restart(question: Question): void {
    this.#requests.abandon(this);
    this.#lane.restart(() => this.#requests.send(this, this.#requests.open(this, null), question));
  }

  polled(): void {
    if (this.#lane.isAsked) this.#requests.polled();
  }

  cancel(): void {
    this.#lane.cancel();
    this.#requests.abandon(this);
  }

  comes(): void {}

  receive(value: unknown): void {
    this.onInput(value as Input);
  }

  loaded(): void {}

  restarted(): void {
    this.#lane.forget();
  }

  hostChanged(): void {
    this.#lane.forget();
    this.onHostChanged();
  }

  closed(): void {
    this.cancel();
  }

  answered(): void {
    this.#lane.answered();
  }
}
