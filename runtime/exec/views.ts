/**
 * Views of `count` entries of some words, one for each word by name, which begin at that word: all words of an entry have the same
 * index in their views, the entry's number times its words, and the views the same length.
 */
export function interleavedViews<Name extends string>(
  offsets: Readonly<Record<Name, number>>,
  words: number,
  count: number,
): Record<Name, Int32Array> {
  const buffer = new ArrayBuffer(count * words * 4);
  const length = (count - 1) * words + 1;
  const views = Object.entries<number>(offsets).map(([name, word]) => [name, new Int32Array(buffer, word * 4, length)]);
  return Object.fromEntries(views);
}
