import { describe, expect, test } from 'vitest';
import { answersOfOurs } from './cirrus/run.ts';
import { answerOf as oddEvenAnswer, rows, stepsOf } from './display/odd-even.ts';
import { answerOf, programs, readRecorded } from './display/record.ts';
import { inRom, showOurs } from './display/run.ts';

const { answers } = readRecorded();

test('all programs are recorded, and no two pictures are alike', () => {
  expect(Object.keys(answers)).toEqual(Object.keys(programs));
  expect(new Set(Object.values(answers)).size).toBe(Object.keys(programs).length);
});

describe('the adapter shows and says what QEMU has', () => {
  test.each(Object.keys(programs))('%s', { timeout: 60_000 }, async (name) => {
    expect(answerOf(name, await showOurs(inRom(programs[name]!)))).toBe(answers[name]);
  });
});

describe('odd and even addresses depend on three bits', () => {
  test.each(rows)('memory mode $memoryMode, mode $mode, miscellaneous $miscellaneous', (row) => {
    expect(oddEvenAnswer(answersOfOurs(stepsOf(row)))).toBe(row.ours ?? row.qemu);
  });

  test('every disagreement is needed', () => {
    expect(rows.filter(({ qemu, ours }) => qemu === ours)).toEqual([]);
  });
});
