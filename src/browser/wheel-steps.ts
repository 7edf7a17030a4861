/** What browsers tell of a step of a wheel, in the units of `WheelEvent.deltaMode`: pixels, lines and pages. */
const STEP: readonly number[] = [100, 3, 1];
/** What a message of the mouse can say at most. */
const MOST = 127;

/** Counts whole steps of the wheel. A touch pad tells of a few pixels at a time, many times a second. */
export class WheelSteps {
  /** The part of a step that was not counted yet. */
  #rest = 0;

  /** Steps that this event completes, towards the user. */
  take({ deltaY, deltaMode }: Pick<WheelEvent, 'deltaY' | 'deltaMode'>): number {
    const turned = deltaY / (STEP[deltaMode] ?? 1);
    // What is left of the other direction is forgotten.
    const sum = Math.sign(this.#rest) === -Math.sign(turned) ? turned : this.#rest + turned;
    const whole = Math.sign(sum) * Math.min(Math.floor(Math.abs(sum)), MOST);
    this.#rest = sum - Math.trunc(sum);
    return whole;
  }
}
