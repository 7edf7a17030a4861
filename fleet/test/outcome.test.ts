import { expect, test } from 'vitest';
import { checkedOutcome, type JobOutcome } from '../src/job.ts';

test.each([
  [{ value: 5n }, /Infinity characters/],
  [{ value: 'x'.repeat(2 << 20) }, /2097154 characters/],
])('a value that JSON cannot say, or that is too long, is not kept', (outcome: JobOutcome, error) => {
  expect(checkedOutcome(outcome)).toEqual({ error: expect.stringMatching(error), isPermanent: false });
});

test('an outcome is kept', () => {
  expect(checkedOutcome({ value: undefined })).toEqual({ value: undefined });
  expect(checkedOutcome({ error: 'no', isPermanent: true })).toEqual({ error: 'no', isPermanent: true });
});
