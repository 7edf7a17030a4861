import type { ByteQueue } from '../snapshot/byte-queue.ts';

/** Bytes of an event on a keyboard's line: a key's number and 1 or 0 (it goes down or up), or PAUSE and the binary logarithm of milliseconds. */
export const KEY_EVENT_BYTES = 2;
/** No key has this number. */
const PAUSE = 0;
const LAST_EXPONENT = 30;
const MILLISECOND = 1e6;

/**
 * The events for a pause of the guest's time between keys, of whole milliseconds, 24 days at most. The keyboard waits itself: what a busy
 * host lets wait, such as a message, does not make it longer.
 */
export function pauseEvents(milliseconds: number): number[] {
  const whole = Math.min(Math.max(Math.round(milliseconds), 0), 2 ** (LAST_EXPONENT + 1) - 1);
  const exponents = Array.from({ length: LAST_EXPONENT + 1 }, (_, n) => LAST_EXPONENT - n);
  return exponents.filter((n) => (whole & (1 << n)) !== 0).flatMap((n) => [PAUSE, n]);
}

/** Virtual nanoseconds of the pause at the front of a queue of events; null: a key comes next, or nothing. */
export function pauseAt(waiting: ByteQueue): number | null {
  if (waiting.length < KEY_EVENT_BYTES) return null;
  const [key, exponent] = waiting.peek(KEY_EVENT_BYTES);
  return key === PAUSE ? 2 ** Math.min(exponent, LAST_EXPONENT) * MILLISECOND : null;
}
