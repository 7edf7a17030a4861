import { expect, test } from 'vitest';
import { planDrives } from '../../../src/drives/options.ts';
import { checkedScsiControllers, checkScsiDrives } from '../../../src/options/scsi.ts';

test.each([
  ['pvscsi', "scsiControllers is 'pvscsi'; it must be an array"],
  [[{ model: 'buslogic' }], "unknown SCSI controller 'buslogic'"],
  [[{ model: 'pvscsi', id: '5' }], 'scsiControllers[0].id must be a letter and then letters'],
  [[{ model: 'pvscsi' }, { model: 'pvscsi' }], 'there can be one pvscsi controller; give each model once'],
])('scsiControllers: %j is refused', (controllers, message) => {
  expect(() => checkedScsiControllers(controllers as never)).toThrow(message);
});

test('drives have the names of QEMU, and their targets', () => {
  const plans = planDrives([
    { interface: 'scsi', image: 'a' },
    { interface: 'scsi', media: 'cdrom', index: 3 },
    { interface: 'scsi', image: 'b' },
  ]);
  expect(plans.map(({ name }) => name)).toEqual(['scsi0-hd0', 'scsi0-cd3', 'scsi0-hd1']);
  checkScsiDrives({}, plans);
});

test.each([
  [{ index: 8 }, 'scsi0-hd8 is target 8 of s.0 (mptsas1068), which has 8; give it one from 0 to 7'],
  [
    { index: 16 },
    'scsi1-hd0 is at SCSI controller 1, and there is one, numbered from 0; give it another index, or add a controller',
  ],
])('a drive with %j at an mptsas1068 is refused', (place, message) => {
  const plans = planDrives([{ interface: 'scsi', image: 'a', ...place }]);
  const scsiControllers = [{ model: 'mptsas1068', id: 's' }] as const;
  expect(() => checkScsiDrives({ scsiControllers }, plans)).toThrow(message);
});
