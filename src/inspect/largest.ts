/** The largest of any number of numbers, 0 if there are none: `Math.max` takes only as many as the stack does. */
export function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, n) => Math.max(most, n), 0);
}
