import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { Machine } from '../../../src/index.ts';

describe('the number of a device in the order of booting', () => {
  test.each([
    [
      '-drive if=none,id=x,file=a -device ide-hd,drive=x,bootindex=2,bus=ide.1',
      { id: 'x', image: 'a', media: 'disk', index: 2, bootIndex: 2 },
    ],
    [
      '-drive if=none,id=x,file=a -device virtio-blk-pci,drive=x,bootindex=0,bus=pci.0,id=disk0',
      { id: 'x', image: 'a', media: 'disk', interface: 'virtio', bootIndex: 0, device: 'disk0' },
    ],
    [
      '-drive if=none,id=x,file=a -device nvme,drive=x,serial=s,bootindex=0,bus=pci.0,id=disk0',
      { id: 'x', image: 'a', media: 'disk', interface: 'nvme', serial: 's', bootIndex: 0, device: 'disk0' },
    ],
    ['-device ide-cd,bootindex=1', { media: 'cdrom', bootIndex: 1 }],
    [
      '-usb -drive if=none,id=x,file=a -device usb-storage,drive=x,bootindex=1',
      { id: 'x', image: 'a', media: 'disk', interface: 'usb', bootIndex: 1 },
    ],
  ])('%s', (line, drive) => {
    expect(parseArguments(line.split(' ')).machine.drives).toEqual([drive]);
  });

  test('is for one device alone', async () => {
    const drives = [{ media: 'cdrom', bootIndex: 1 }] as const;
    const network = [{ bootIndex: 1 }];
    await expect(Machine.create({ boot: { bios: 'rawiron' }, drives, network })).rejects.toThrow(
      'ide1-cd0 and rtl8139.0 both have the number 1 in the order of booting; give each its own',
    );
    await expect(Machine.create({ network: [{ card: 'ne2k_isa', bootIndex: 0 }] })).rejects.toThrow(
      'network[0]: a card that is not on the PCI bus has no option ROM here; leave out bootIndex',
    );
    await expect(Machine.create({ drives: [{ media: 'cdrom', bootIndex: -1 }] })).rejects.toThrow(
      'drives[0]: bootIndex is -1; it must be a whole number from 0 to 2147483647',
    );
  });
});

test.each([
  ['rtl8139,bus=pci.1', "there is no bus 'pci.1' for rtl8139; leave it out, or give bus=pci.0"],
  ['sb16,bus=pci.0', "there is no bus 'pci.0' for sb16; leave it out, or give bus=isa.0"],
  ['VGA,bus=x', "there is no bus 'x' for VGA; leave it out, or give bus=pci.0"],
])('-device %s is refused', (text, message) => {
  expect(() => parseArguments(['-device', text])).toThrow(message);
});
