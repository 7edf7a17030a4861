import { describe, expect, test } from 'vitest';
import { Random } from '../support/random.ts';
import { blits, kinds } from './cirrus/blits.ts';
import { cases } from './cirrus/cases.ts';
import { answersOfOurs, answersOfQemu, digestOf, readRecorded } from './cirrus/run.ts';
import { start } from './cirrus/steps.ts';
import { qemuVersion } from './qemu-guest.ts';

const { version, answers } = readRecorded();
const TIMEOUT = 120_000;

/** Another release of QEMU may do something else. */
describe.skipIf(qemuVersion() !== version)("QEMU's CL-GD5446", () => {
  test.each(Object.keys(cases))('answers what is recorded: %s', { timeout: TIMEOUT }, async (name) => {
    expect(digestOf(await answersOfQemu(cases[name]!))).toBe(answers[name]);
  });

  test.each(Object.entries(kinds))('does as ours with other seeds: %s', { timeout: TIMEOUT }, async (_, kind) => {
    for (const seed of [7001, 7002, 7003]) {
      const steps = [...start, ...blits(new Random(seed), kind, 150)];
      expect(digestOf(answersOfOurs(steps)), `seed ${seed}`).toBe(digestOf(await answersOfQemu(steps)));
    }
  });
});
