import { expect, test } from 'vitest';
import { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { CodeFrames, FrameCode } from '../../../runtime/exec/frame-code.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';

/** So many pieces of code, one after the other. */
const code = (pieces: number) => Array.from({ length: pieces }, (_, n) => ({ start: 4 * n, end: 4 * n + 4 }));

/** How many of so many stores have it looked at what code is left, if that finds these pieces each time. */
function surveys(frame: FrameCode, stores: number, pieces: number): number {
  let count = 0;
  for (let n = 0; n < stores; n++) {
    if (!frame.store()) continue;
    count++;
    frame.survey(code(pieces));
  }
  return count;
}

test('it is looked once at what code is left after some has gone, not while all stays', () => {
  const frame = new FrameCode();
  frame.mark(0, 64);
  expect(surveys(frame, 1000, 1)).toBe(0);
  frame.hit();
  expect(surveys(frame, 1000, 1)).toBe(1);
});

test('where code is written over code all the time, looking takes no more than a store for each piece', () => {
  const frame = new FrameCode();
  let count = 0;
  for (let n = 0; n < 10_000; n++) {
    // A function is written over an older one, by 40 stores, and run.
    for (let store = 0; store < 5; store++) frame.hit();
    count += surveys(frame, 40, 500);
    frame.mark(0, 256);
  }
  expect(count).toBe(1);
});

test('it is looked for what code is left when another page of the frame has gone, too', () => {
  const ram = new GuestRam(1 << 20);
  const frames = new CodeFrames(ram.frames);
  const context = new CodeContext(-1, 0, 0);
  const [one, other] = [1, 2].map((id) => new CodePage(id, context, 5, id));
  frames.add(one!);
  frames.add(other!);
  frames.mark(5, 0, 64);
  const frame = frames.get(5)!;
  expect(surveys(frame, 100, 1)).toBe(0);
  frames.delete(one!);
  expect(surveys(frame, 100, 0)).toBe(1);
});

test('what the stores leave is all that is taken for code', () => {
  const frame = new FrameCode();
  frame.mark(0, 4096);
  expect(frame.survey(code(1))).toBe(true);
  expect([frame.mayHold(0, 4), frame.mayHold(64, 4096)]).toEqual([true, false]);
  expect(frame.survey([])).toBe(false);
  expect(frame.mayHold(0, 4096)).toBe(false);
});
