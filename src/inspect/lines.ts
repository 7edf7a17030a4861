/**
 * Whole lines of a text that comes in pieces; what stands behind the last line end is none.
 * Throws RangeError when a line gets longer than so many characters.
 */
export async function* linesOf(pieces: AsyncIterable<string>, longest = Infinity): AsyncGenerator<string> {
  let begun: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const lines = piece.split('\n');
    const rest = lines.pop()!;
    for (const line of lines) {
      yield [...begun, line].join('');
      begun = [];
      length = 0;
    }
    begun.push(rest);
    length += rest.length;
    if (length > longest) throw new RangeError(`a line of more than ${longest} characters`);
  }
}
