/**
 * Milliseconds. RFC 6298 (2.4) asks for a second at least; where both ends are one host apart, 200 ms are as safe, and Linux
 * does the same.
 */
const LEAST = 200;
const MOST = 60_000;
/** Before anything was measured (RFC 6298, 2.1). */
const FIRST = 1000;

/** When to send again what was not acknowledged (RFC 6298). Times are in milliseconds. */
export class RoundTrip {
  #smoothed: number | undefined;
  #variation = 0;
  #timeout = FIRST;

  /** How long to wait for an acknowledgment. */
  get timeout(): number {
    return this.#timeout;
  }

  /** Takes how long one took (2.2 and 2.3). */
  measured(time: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = time;
      this.#variation = time / 2;
    } else {
      this.#variation += (Math.abs(this.#smoothed - time) - this.#variation) / 4;
      this.#smoothed += (time - this.#smoothed) / 8;
    }
    this.restore();
  }

  /** Nothing came in time: wait twice as long (5.5). */
  backOff(): void {
    this.#timeout = Math.min(this.#timeout * 2, MOST);
  }

  /** Restores the measured timeout after data that was sent again has arrived. */
  restore(): void {
    if (this.#smoothed === undefined) return;
    this.#timeout = Math.min(Math.max(this.#smoothed + Math.max(4 * this.#variation, 1), LEAST), MOST);
  }
}
