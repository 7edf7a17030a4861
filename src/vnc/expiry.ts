/**
 * When a password ends, by QEMU's words: `now`, `never`, `+SECONDS` from now, or the seconds since 1970. As in QEMU, what is no number
 * counts as 0.
 * @param now in milliseconds since 1970
 * @returns milliseconds since 1970
 */
export function passwordEnd(text: string, now: number): number {
  if (text === 'now') return now;
  if (text === 'never') return Number.POSITIVE_INFINITY;
  const seconds = Number.parseInt(text, 10) || 0;
  return text.startsWith('+') ? now + 1000 * seconds : 1000 * seconds;
}
