import { expect } from 'vitest';

/** How often machines are started from one state: `STARTS=100` for many. */
export const STARTS = Number(process.env.STARTS ?? 10);

/** A command line of a Linux shell that prints 16 random bytes and a UUID of the kernel's behind a mark, in a line. */
export const ASK = `echo "<"">"$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' ')$(cat /proc/sys/kernel/random/uuid)`;
/** What it prints; what a terminal echoes of it has quotes within the mark. */
export const ANSWER = /<>([\da-f]{32})([\da-f-]{36})/;

/** No two of some answers have a number in common. */
export function expectAllOthers(answers: readonly string[]): void {
  const numbers = answers.flatMap((answer) => answer.match(ANSWER)?.slice(1) ?? []);
  expect(numbers).toHaveLength(2 * STARTS);
  expect(new Set(numbers).size).toBe(numbers.length);
}
