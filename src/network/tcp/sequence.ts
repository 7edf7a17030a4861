// Sequence numbers are taken modulo 2^32, and compared over half of that range (RFC 9293, 3.4).

/** Whether one comes before another. */
export function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** Whether one is another, or comes before it. */
export function isUpTo(a: number, b: number): boolean {
  return ((a - b) | 0) <= 0;
}

/** How far it is from one to another; negative where it comes before. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}

export function plus(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}
