import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { cardsOf } from '../../../src/cli/network-flags.ts';
import { slotsOf } from '../../../src/cli/pci-addresses.ts';
import type { MachineOptions } from '../../../src/index.ts';

const parse = (line: string) => parseArguments(line.split(' ')).machine;

test.each([
  ['-device edu,addr=5', { edu: 5 }],
  ['-device edu,addr=0x5', { edu: 5 }],
  ['-device edu,addr=05.0', { edu: 5 }],
  ['-device edu,addr=0x1f.0x0', { edu: 31 }],
  // They are hexadecimal, with 0x and without.
  ['-device edu,addr=10', { edu: 16 }],
  ['-device VGA,id=v,bus=pci.0,addr=0x3', { vga: 3 }],
  ['-device virtio-balloon,addr=4 -device virtio-rng-pci,addr=5', { 'virtio-balloon': 4, 'virtio-rng': 5 }],
  ['-device virtio-serial-pci,id=s,bus=pci.0,addr=0x6', { 'virtio-serial': 6 }],
  ['-device AC97,addr=7', { ac97: 7 }],
  ['-device piix3-usb-uhci,id=usb,addr=0x5', { uhci: 5 }],
  ['-device e1000,id=n,addr=0x3 -device rtl8139 -device rtl8139,addr=4', { n: 3, 'rtl8139.1': 4 }],
  ['-drive if=none,id=a,file=a -drive if=virtio,file=b -device virtio-blk-pci,drive=a,addr=9', { virtio1: 9 }],
  ['-drive if=none,id=a,file=a -device nvme,drive=a,serial=s,addr=9', { nvme0: 9 }],
  [
    '-fsdev local,id=f,path=p,security_model=none -virtfs local,path=q,mount_tag=q,security_model=none -device virtio-9p-pci,fsdev=f,mount_tag=t,addr=a',
    { 'virtio-9p1': 10 },
  ],
])('%s', (line, slots) => {
  expect(parse(line).pciSlots).toEqual(slots);
});

test('the USB controller may be where it is anyway', () => {
  expect(parse('-device piix3-usb-uhci,bus=pci.0,addr=0x1.0x2')).toEqual({ usb: [] });
  const usbControllers = [{ model: 'piix3-usb-uhci', id: 'usb' }];
  expect(parse('-device piix3-usb-uhci,id=usb,bus=pci.0,addr=0x1.0x2')).toEqual({ usb: [], usbControllers });
});

describe('slots are handed out as in QEMU', () => {
  const slots = (line: string, options: MachineOptions = { boot: { bios: 'rawiron' } }) => {
    const settings = parseArguments(line.split(' '));
    return slotsOf(settings, { ...settings.machine, network: cardsOf(settings), ...options });
  };
  const kernel: MachineOptions = { boot: { kernel: 'k' } };

  test.each([
    ['-nic user,model=e1000', { vga: 2, 'e1000.0': 3 }],
    ['-device virtio-rng-pci -device edu -nic user,model=e1000', { vga: 2, 'e1000.0': 3, 'virtio-rng': 4, edu: 5 }],
    ['-drive if=virtio,file=b -device edu -device VGA', { edu: 2, vga: 3, virtio0: 4 }],
    ['-vga none -device edu,addr=2 -device ahci', { edu: 2, ahci: 3 }],
    ['-usb -device usb-ehci -audio none,model=ac97', { vga: 2, ac97: 3, ehci: 4 }],
    [
      '-device piix3-usb-uhci -virtfs local,path=q,mount_tag=q,security_model=none',
      { vga: 2, uhci: 3, 'virtio-9p0': 4 },
    ],
  ])('%s', (line, expected) => {
    expect(slots(line)).toEqual(expected);
  });

  test('that of the display adapter stays free where it is not left out by name', () => {
    expect(slots('-nic user,model=e1000', kernel)).toEqual({ 'e1000.0': 3 });
    expect(slots('-vga none -nic user,model=e1000', kernel)).toEqual({ 'e1000.0': 2 });
  });

  test('until there is none', () => {
    const waiting = Array.from({ length: 30 }, (_, n) => `-drive if=none,id=d${n},file=${n}`);
    const disks = waiting.map((_, n) => `-device ${n < 16 ? 'virtio-blk-pci' : 'nvme,serial=s'},drive=d${n}`);
    expect(() => slots([...waiting, ...disks].join(' '))).toThrow(
      'PCI: no slot/function available for nvme13, all in use or reserved; give the machine fewer devices',
    );
  });
});

describe('is refused', () => {
  test.each(['20', '0x20', 'x', '-1', '', '5.8', '5.', '1 2'])('addr=%s', (addr) => {
    expect(() => parseArguments(['-device', `e1000,addr=${addr}`])).toThrow(
      `-device: Property 'e1000.addr' doesn't take value '${addr}'; give a slot in hexadecimal, from 0x2 to 0x1f`,
    );
  });

  test('another function', () => {
    expect(() => parse('-device e1000,addr=5.1')).toThrow(
      '-device: e1000 is function 0 of its slot, not 1; give addr=0x5, or another slot',
    );
  });

  test('a device of another bus', () => {
    expect(() => parse('-device sb16,addr=5')).toThrow("'addr' is not supported in 'sb16,addr=5'");
  });
});
