import { expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';

test.each([
  ['tablet' as never, "usb is 'tablet'; it must be an array"],
  [['stick' as never], "unknown USB device 'stick'; it is one of: tablet, mouse, keyboard"],
  [['mouse', 'mouse'], 'there can be one USB mouse; give each device once'],
  [
    ['tablet', 'mouse', 'keyboard'],
    'the USB controller (UHCI) has 2 ports, and 3 devices are to be plugged in; give it fewer, or add one with more (qemu-xhci)',
  ],
] as const)('usb: %j is refused', async (usb, message) => {
  await expect(Machine.create({ boot: { demo: true }, usb })).rejects.toThrow(message);
});

test.each([
  ['xhci' as never, "usbControllers is 'xhci'; it must be an array"],
  [
    [{ model: 'ohci' as never }],
    "unknown USB controller 'ohci'; it is one of: piix3-usb-uhci, qemu-xhci, nec-usb-xhci, usb-ehci",
  ],
  [[{ model: 'qemu-xhci' }, { model: 'nec-usb-xhci' }], 'there can be one xHCI controller; give each kind once'],
  [[{ model: 'qemu-xhci', id: '5' }], 'usbControllers[0].id must be a letter and then letters'],
  [[{ model: 'qemu-xhci', devices: [] } as never], "unknown 'devices' in usbControllers[0]"],
  [
    [
      { model: 'qemu-xhci', id: 'a' },
      { model: 'usb-ehci', id: 'a' },
    ],
    "two USB controllers have the id 'a'; give each its own",
  ],
  [
    [{ model: 'qemu-xhci' }, { model: 'piix3-usb-uhci' }],
    'the USB controller (UHCI) has 2 ports, and 3 devices are to be plugged in',
  ],
] as const)('usbControllers: %j is refused', async (usbControllers, message) => {
  const usb = ['tablet', 'mouse', 'keyboard'] as const;
  await expect(Machine.create({ boot: { demo: true }, usb, usbControllers })).rejects.toThrow(message);
});

test.each([
  [{ device: 'tablet', bus: 'x.0' }, "there is no bus 'x.0' for usb-tablet; give usb-bus.0 or usb-bus.1, or none"],
  [{ device: 'tablet', bus: 7 as never }, 'there is no bus 7 for usb-tablet'],
  [
    { device: 'tablet', port: 5 },
    'usb-tablet is to be in port 5 of usb-bus.1 (xHCI), which has 4; give it one from 1 to 4',
  ],
  [{ device: 'tablet', port: 7 }, 'usb[0].port is 7; it must be a whole number from 1 to 6'],
] as const)('a place %j is refused', async (input, message) => {
  const usbControllers = [{ model: 'piix3-usb-uhci' }, { model: 'qemu-xhci' }] as const;
  await expect(Machine.create({ boot: { demo: true }, usb: [input], usbControllers })).rejects.toThrow(message);
});

test('a machine with USB is saved and goes on', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true }, usb: ['tablet', 'keyboard'] });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  const functions = await machine.examine('pciFunctions');
  expect([...functions.find(({ number }) => number === 10)!.config.subarray(0, 4)]).toEqual([0x86, 0x80, 0x20, 0x70]);
  await using copy = await machine.fork();
  await copy.start();
  copy.serial.write('\r');
  await copy.serial.expect(/demo> $/);
  expect(copy.mouse.isAbsolute).toBe(false);
});
