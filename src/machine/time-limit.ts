import { timerDelay } from '../util/timer-delay.ts';

/** Calls back when so many seconds of the host's time have gone by since it was made. It keeps no program alive. */
export class TimeLimit {
  readonly #since = performance.now();
  readonly #over: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(over: () => void) {
    this.#over = over;
  }

  /** Undefined: there is no limit. One that is over already calls back soon. */
  set(seconds: number | undefined): void {
    clearTimeout(this.#timer);
    if (seconds === undefined) return;
    const left = this.#since + seconds * 1000 - performance.now();
    this.#timer = setTimeout(this.#over, timerDelay(Math.max(left, 0)));
    (this.#timer as { unref?(): void }).unref?.();
  }
}
