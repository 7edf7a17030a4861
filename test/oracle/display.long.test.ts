import { describe, expect, test } from 'vitest';
import { answerOf, programs, readRecorded } from './display/record.ts';
import { showOurs, showQemu } from './display/run.ts';
import { qemuVersion } from './protection/run.ts';

const { version, answers } = readRecorded();
const TIMEOUT = 60_000;

/** Another release of QEMU may show something else. */
describe.skipIf(qemuVersion() !== version)('QEMU shows what is recorded', () => {
  test.each(Object.keys(programs))('%s', { timeout: TIMEOUT }, async (name) => {
    expect(answerOf(name, await showQemu(programs[name]!))).toBe(answers[name]);
  });
});

describe('the interpreter makes the same pictures', () => {
  test.each(Object.keys(programs))('%s', { timeout: TIMEOUT }, async (name) => {
    expect(answerOf(name, await showOurs(programs[name]!, 'interpreter'))).toBe(answers[name]);
  });
});
