import { describe, expect, test } from 'vitest';
import { qemuVersion } from './qemu-guest.ts';
import { checkQemu } from './system.ts';

/** Another release may do something else. */
describe.skipIf(!qemuVersion()?.startsWith('7.2'))('random guests', () => {
  test.each([1, 101, 201])('print the same on QEMU, from seed %i on', (seed) => {
    const report = checkQemu({ programs: 18, seed })!;
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBe(18);
  });
});
