/** Milliseconds. A timer of Node or of a browser that is set to more fires at once. */
const LONGEST = 2 ** 31 - 1;

/** The delay for a timer that is to wait for so many milliseconds: 24 days are as good as for ever. */
export function timerDelay(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST);
}
