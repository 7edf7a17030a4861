/** A number of characters that all who share it may hold together. */
export class Room {
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  /** Throws RangeError if there is not so much left. */
  take(characters: number): void {
    if (characters > this.#left) throw new RangeError('the lines that have been begun are too long');
    this.#left -= characters;
  }

  give(characters: number): void {
    this.#left += characters;
  }
}

/**
 * Whole lines of a text that comes in pieces; what stands after the last line end is none. What has been begun is held in
 * the room; throws RangeError when that is full.
 */
export async function* linesOf(pieces: AsyncIterable<string>, room = new Room(Infinity)): AsyncGenerator<string> {
  let begun: string[] = [];
  let length = 0;
  try {
    for await (const piece of pieces) {
      const lines = piece.split('\n');
      const rest = lines.pop()!;
      for (const line of lines) {
        const whole = [...begun, line].join('');
        begun = [];
        room.give(length);
        length = 0;
        yield whole;
      }
      room.take(rest.length);
      length += rest.length;
      begun.push(rest);
    }
  } finally {
    room.give(length);
  }
}
