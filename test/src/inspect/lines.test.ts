import { expect, test } from 'vitest';
import { linesOf, Room } from '../../../src/inspect/lines.ts';

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

test('lines come whole, and what is after the last end is none', async () => {
  expect(await all(linesOf(pieces('a', 'b\nc\n\nd', 'e\nf')))).toEqual(['ab', 'c', '', 'de']);
});

test('lines that have been begun share a room, and leave it when they end', async () => {
  const room = new Room(10);
  expect(await all(linesOf(pieces('12345678', '\n', '12345678', '\n', '1'), room))).toEqual(['12345678', '12345678']);
  const slow = linesOf(pieces('123456', '\n'), room);
  await slow.next();
  await expect(all(linesOf(pieces('123', '456', '78901'), room))).rejects.toThrow(RangeError);
  expect(await all(linesOf(pieces('1234567890', '\n'), room))).toEqual(['1234567890']);
});
