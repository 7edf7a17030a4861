import type { AccessStatement } from './statement.ts';

/**
 * Where a `get` or `set` goes in the state, as a number: an integer's is its word's index. The same word as a single, and
 * the same two words as a double, are other places that overlap.
 */
export type Place = number;

const SINGLES = 0x1000;
const DOUBLES = 0x2000;

/** The place of a `get` or `set` whose word is a constant. */
export function placeOf({ args, view }: AccessStatement<'get' | 'set'>): Place {
  const index = args[0].number;
  if (view === 'integer') return index;
  return index + (view === 'double' ? DOUBLES : SINGLES);
}

/** The words that a place takes. */
export function wordsOf(place: Place): number[] {
  if (place >= DOUBLES) return [2 * (place - DOUBLES), 2 * (place - DOUBLES) + 1];
  return [place >= SINGLES ? place - SINGLES : place];
}

/** All places that a change of this one changes. */
export function overlapping(place: Place): Place[] {
  return wordsOf(place).flatMap((word) => [word, word + SINGLES, (word >> 1) + DOUBLES]);
}
