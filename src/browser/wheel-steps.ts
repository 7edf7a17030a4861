/** Size of a wheel's step as browsers report it, in the units of `WheelEvent.deltaMode`: pixels, lines and pages. */
const STEP: readonly number[] = [100, 3, 1];
/** Size of a step in `wheelDeltaY`, which counts away from the user, for wheels that have steps. */
const NOTCH = 120;
/** Milliseconds after which an event is no part of the movement before it. */
const PAUSE = 100;
/** Largest movement in a message of the mouse. */
const MOST = 127;

/** The part of an event that is used. Not all browsers have `wheelDeltaY`. */
type Turn = Pick<WheelEvent, 'deltaY' | 'deltaMode' | 'timeStamp'> & { readonly wheelDeltaY?: number };

/** Counts steps of the wheel. A touch pad tells of a few pixels at a time, many times a second. */
export class WheelSteps {
  /** Movement that was not counted yet, in the unit of its events. */
  #rest = 0;
  /** When the last event came. */
  #at = Number.NEGATIVE_INFINITY;

  /** Steps that this event completes, towards the user: one at least where a movement begins. */
  take(turn: Turn): number {
    // Firefox gives pixels to whoever reads how far before in which unit.
    const unit = STEP[turn.deltaMode] ?? 1;
    const { deltaY, wheelDeltaY = 0, timeStamp } = turn;
    const begins = timeStamp - this.#at > PAUSE;
    this.#at = timeStamp;
    if (wheelDeltaY !== 0 && wheelDeltaY % NOTCH === 0) return this.#whole(-wheelDeltaY, NOTCH);
    if (begins) return this.#whole(Math.sign(deltaY) * Math.max(Math.abs(deltaY), unit), unit);
    // What is left of the other direction is forgotten.
    const isBack = Math.sign(this.#rest) === -Math.sign(deltaY);
    return this.#whole(isBack ? deltaY : this.#rest + deltaY, unit);
  }

  #whole(turned: number, unit: number): number {
    this.#rest = turned % unit;
    return Math.max(-MOST, Math.min(Math.trunc(turned / unit), MOST));
  }
}
