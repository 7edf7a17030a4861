import { expect, test } from 'vitest';
import { checkedOutcome, type JobOutcome } from '../src/job.ts';

const none = new Map<string, Uint8Array>();

test.each([
  [{ value: 5n, files: none }, /Infinity characters/],
  [{ value: 5, files: 5 }, /no files, but something else/],
  [{ value: 5, files: new Map([['../x', new Uint8Array(0)]]) }, /no files, but something else/],
  [{ value: 5, files: new Map([['x', 'text']]) }, /no files, but something else/],
  [
    { value: 5, files: new Map(Array.from({ length: 1001 }, (_, n) => [`${n}`, new Uint8Array(0)])) },
    /1001 files; 1000/,
  ],
])('the outcome %o is not kept', (outcome, error) => {
  expect(checkedOutcome(outcome as unknown as JobOutcome)).toEqual({
    error: expect.stringMatching(error),
    files: none,
  });
});

test('an outcome is kept with its files', () => {
  const files = new Map([['a.txt', new Uint8Array(1)]]);
  expect(checkedOutcome({ value: undefined, files })).toEqual({ value: undefined, files });
  expect(checkedOutcome({ error: 'no', files })).toEqual({ error: 'no', files });
});
