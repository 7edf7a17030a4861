import { expect, test } from 'vitest';
import { type DriveOptions, planDrives } from '../../../src/drives/options.ts';

const names = (drives: readonly (string | DriveOptions)[]) => planDrives(drives).map(({ name }) => name);
const iso: DriveOptions = { media: 'cdrom', image: 'a.iso' };

test.each<[string, (string | DriveOptions)[], string[]]>([
  ['a text is a hard disk', ['a.img'], ['ide0-hd0']],
  ['the next ones take the next places', ['a', 'b', 'c'], ['ide0-hd0', 'ide0-hd1', 'ide1-hd0']],
  ['a CD-ROM drive begins with the second channel', [iso, iso, iso], ['ide1-cd0', 'ide1-cd1', 'ide0-cd0']],
  ['an id may be the name of its own place', [{ id: 'ide0-hd0', image: 'a' }, 'b'], ['ide0-hd0', 'ide0-hd1']],
  ['who names a place gets it', ['a', { image: 'b', index: 0 }, iso], ['ide0-hd1', 'ide0-hd0', 'ide1-cd0']],
  [
    'floppies have their own places',
    [{ interface: 'floppy' }, 'a', { interface: 'floppy' }],
    ['floppy0', 'ide0-hd0', 'floppy1'],
  ],
  [
    'virtio disks have their own places',
    [{ image: 'a', interface: 'virtio' }, 'a', { image: 'b', interface: 'virtio' }],
    ['virtio0', 'ide0-hd0', 'virtio1'],
  ],
  [
    'NVMe disks have their own places',
    [{ image: 'a', interface: 'nvme', index: 15 }, 'a', { image: 'b', interface: 'nvme' }],
    ['nvme15', 'ide0-hd0', 'nvme0'],
  ],
])('%s', (_, drives, expected) => {
  expect(names(drives)).toEqual(expected);
});

test.each<[unknown, string]>([
  ['a.img', 'drives must be an array'],
  [[7], 'drives[0]: it must be the path of an image, or an object'],
  [['a', { file: 'b' }], "drives[1]: unknown 'file'; it is one of: image"],
  [[{ image: 'a', interface: 'mfm' }], "drives[0]: unknown interface 'mfm'; it is one of: ide, floppy"],
  [[{ image: 'a', media: 'tape' }], "drives[0]: unknown media 'tape'"],
  [[{ image: '' }], "drives[0]: image is ''; it must be the path of a file"],
  [[{ image: 'a', readOnly: 'false' }], "drives[0]: readOnly is 'false'; it must be a boolean"],
  [[{ image: 'a', snapshot: 1 }], 'drives[0]: snapshot is 1; it must be a boolean'],
  [[{ image: 'a', limits: null }], 'drives[0]: limits is null; it must be an object with bps, bpsMax, '],
  [[{ image: 'a', index: 4 }], 'drives[0]: index is 4; it must be a whole number from 0 to 3'],
  [[{ interface: 'floppy', index: 2 }], 'drives[0]: index is 2; it must be a whole number from 0 to 1'],
  [[{}], 'drives[0]: a hard disk needs an image'],
  [[{ interface: 'virtio' }], 'drives[0]: a hard disk needs an image'],
  [[{ media: 'cdrom', interface: 'virtio' }], 'drives[0]: a CD-ROM drive cannot be a virtio drive'],
  [[{ interface: 'nvme' }], 'drives[0]: a hard disk needs an image'],
  [[{ image: 'a', interface: 'nvme', index: 16 }], 'drives[0]: index is 16; it must be a whole number from 0 to 15'],
  [[{ media: 'cdrom', interface: 'nvme' }], 'drives[0]: a CD-ROM drive cannot be a nvme drive'],
  [[{ media: 'cdrom', interface: 'floppy' }], 'drives[0]: a CD-ROM drive cannot be a floppy drive'],
  [[{ image: 'a', serial: 'x'.repeat(21) }], 'drives[0]: serial must be at most 20 characters'],
  [['a', 'b', 'c', 'd', 'e'], 'drives[4] (e): all 4 ide drives are taken'],
  [
    [
      { image: 'a', index: 1 },
      { image: 'b', index: 1 },
    ],
    'drives[0] (a) and drives[1] (b) both are ide drive 1; give one of them another place (index)',
  ],
  [
    [{ id: 'ide0-hd1', image: 'a' }, 'b'],
    "drives[0] (a) has the id 'ide0-hd1', which is the place of drives[1] (b); give it another one",
  ],
])('%j is refused: %s', (drives, message) => {
  expect(() => planDrives(drives as never)).toThrow(message);
});
