/** A question that is not sent before the host has answered others. */
interface WaitingQuestion {
  /** Undefined: a request, which can be cancelled. */
  readonly kind: string | undefined;
  send(): void;
}

/**
 * The requests of a port to its host, in order. At most `most` requests are at the host without an answer; others wait. Requests
 * that were cancelled count until the host has answered them, as they take its memory until then.
 */
export class RequestLane {
  readonly #most: number;
  #unanswered = 0;
  #waiting: WaitingQuestion[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** The host has something to answer. */
  get isAsked(): boolean {
    return this.#unanswered > 0;
  }

  request(send: () => void): void {
    this.#add({ kind: undefined, send });
  }

  /** It stays when requests are cancelled. It takes the place of one of its kind that waits. */
  tell(kind: string, send: () => void): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.kind !== kind);
    this.#add({ kind, send });
  }

  /** Requests that wait are not sent any more. */
  cancel(): void {
    this.#waiting = this.#waiting.filter(({ kind }) => kind !== undefined);
  }

  /** Nothing that waits is sent any more, but this, at once. */
  restart(send: () => void): void {
    this.#waiting = [];
    this.#unanswered++;
    send();
  }

  /** Another host is there, which was asked for nothing. */
  forget(): void {
    this.#unanswered = 0;
    this.#waiting = [];
  }

  /** The host has answered one. */
  answered(): void {
    this.#unanswered--;
    this.#advance();
  }

  #add(question: WaitingQuestion): void {
    this.#waiting.push(question);
    this.#advance();
  }

  #advance(): void {
    while (this.#unanswered < this.#most && this.#waiting.length > 0) {
      this.#unanswered++;
      this.#waiting.shift()!.send();
    }
  }
}
