import { describe, expect, test } from 'vitest';
import { cases } from './ahci/cases.ts';
import { askQemu, readRecorded } from './ahci/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const { version, qemu } = readRecorded();

/** Another release of QEMU may say something else. */
describe.skipIf(qemuVersion() !== version)("QEMU's AHCI controller says what is recorded", { timeout: 60_000 }, () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    expect(await askQemu(cases[name]!)).toBe(qemu[name]);
  });
});
