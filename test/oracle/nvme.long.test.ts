import { expect, test } from 'vitest';
import { answersOf } from './nvme/cases.ts';
import { qemuController } from './nvme/controller.ts';
import { readRecorded } from './nvme/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const { version, answers } = readRecorded();

/** Another release of QEMU may say something else. */
test.skipIf(qemuVersion() !== version)(
  "QEMU's NVMe controller answers what is recorded",
  { timeout: 120_000 },
  async () => {
    expect(await answersOf(qemuController())).toEqual(answers);
  },
);
