import { expect, test } from 'vitest';
import { cases } from './cirrus/cases.ts';
import { answersOfOurs, digestOf, readRecorded } from './cirrus/run.ts';

const { answers } = readRecorded();

test('all cases are recorded, and no two answers are alike', () => {
  expect(Object.keys(answers)).toEqual(Object.keys(cases));
  expect(new Set(Object.values(answers)).size).toBe(Object.keys(cases).length);
});

test.each(Object.keys(cases))("the CL-GD5446 does what QEMU's does: %s", { timeout: 60_000 }, (name) => {
  expect(digestOf(answersOfOurs(cases[name]!))).toBe(answers[name]);
});
