import { describe, expect, test } from 'vitest';
import { groups } from './protection/cases/index.ts';
import { readRecorded } from './protection/record.ts';
import { askQemu } from './protection/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const recorded = readRecorded('protection');

/** Another release of QEMU may say something else. */
describe.skipIf(qemuVersion() !== recorded.version)('QEMU says what is recorded', () => {
  test.each(Object.keys(groups))('%s', (group) => {
    const answers = Object.fromEntries(groups[group]!.map(({ name }) => [name, recorded.qemu[name]]));
    expect(Object.fromEntries(askQemu(groups[group]!)!)).toEqual(answers);
  });
});
