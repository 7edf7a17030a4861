import { describe, expect, test } from 'vitest';
import { groups } from './ide/cases.ts';
import { askQemu, readRecorded } from './ide/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const recorded = readRecorded();

/** Another release of QEMU may say something else. */
describe.skipIf(qemuVersion() !== recorded.version)('QEMU says what is recorded', () => {
  // When QEMU ends a transfer or a reset depends on its host: what is read at once may be that it has not yet.
  test.each(Object.keys(groups))('%s', { retry: 9 }, (group) => {
    const cases = groups[group]!;
    const answers = Object.fromEntries(cases.map(({ name }) => [name, recorded.qemu[`${group}: ${name}`]]));
    expect(askQemu(cases)).toEqual(answers);
  });
});
