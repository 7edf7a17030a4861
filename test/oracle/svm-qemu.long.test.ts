import { describe, expect, test } from 'vitest';
import { readRecorded } from './protection/record.ts';
import { qemuVersion } from './qemu-guest.ts';
import { judged } from './svm/cases/index.ts';
import { askQemu } from './svm/run.ts';

const recorded = readRecorded('svm');

/** Another release of QEMU may say something else. */
describe.skipIf(qemuVersion() !== recorded.version)('QEMU says what is recorded of AMD-V', () => {
  test.each(Object.keys(judged))('%s', (group) => {
    const answers = Object.fromEntries(judged[group]!.map(({ name }) => [name, recorded.qemu[name]]));
    expect(Object.fromEntries(askQemu(judged[group]!)!)).toEqual(answers);
  });
});
