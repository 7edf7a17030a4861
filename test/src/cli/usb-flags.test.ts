import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

test.each([
  [
    '-machine usb=on -device usb-tablet,bus=usb-bus.0 -device usb-kbd',
    { usb: [{ device: 'tablet', bus: 'usb-bus.0' }, 'keyboard'] },
  ],
  [
    '-device piix3-usb-uhci,id=usb -device usb-mouse',
    { usb: ['mouse'], usbControllers: [{ model: 'piix3-usb-uhci', id: 'usb' }] },
  ],
  [
    '-device qemu-xhci,id=xhci -device usb-tablet,bus=xhci.0',
    { usb: [{ device: 'tablet', bus: 'xhci.0' }], usbControllers: [{ model: 'qemu-xhci', id: 'xhci' }] },
  ],
  [
    // QEMU takes the bus that was added last.
    '-usb -device nec-usb-xhci -device usb-tablet -device usb-kbd,bus=usb-bus.0',
    {
      usb: ['tablet', { device: 'keyboard', bus: 'usb-bus.0' }],
      usbControllers: [{ model: 'piix3-usb-uhci' }, { model: 'nec-usb-xhci' }],
    },
  ],
  [
    '-usb -device qemu-xhci,id=x -drive if=none,id=d,file=a -device usb-storage,drive=d,bus=x.0',
    {
      usb: [],
      usbControllers: [{ model: 'piix3-usb-uhci' }, { model: 'qemu-xhci', id: 'x' }],
      drives: [{ id: 'd', image: 'a', media: 'disk', interface: 'usb', bus: 'x.0' }],
    },
  ],
  [
    // What was there before the other controller stays where it was.
    '-device usb-ehci -device usb-tablet,port=3 -drive if=none,id=d,file=a -device usb-storage,drive=d -device piix3-usb-uhci,id=u -device usb-kbd',
    {
      usb: [{ device: 'tablet', bus: 'usb-bus.0', port: 3 }, 'keyboard'],
      usbControllers: [{ model: 'usb-ehci' }, { model: 'piix3-usb-uhci', id: 'u' }],
      drives: [{ id: 'd', image: 'a', media: 'disk', interface: 'usb', bus: 'usb-bus.0' }],
    },
  ],
  ['-usb -device usb-tablet,bus=usb-bus.0', { usb: [{ device: 'tablet', bus: 'usb-bus.0' }] }],
])('%s', (line, machine) => {
  expect(parseArguments(line.split(' ')).machine).toEqual(machine);
});

test.each([
  [
    '-usb -device qemu-xhci,id=x -device usb-tablet,bus=ehci.0',
    "there is no bus 'ehci.0' for usb-tablet; give bus=usb-bus.0 or bus=x.0, or leave it out",
  ],
  [
    '-device qemu-xhci -device nec-usb-xhci',
    'nec-usb-xhci: there is a controller of xHCI already (qemu-xhci); give one',
  ],
])('%s is refused', (line, message) => {
  expect(() => parseArguments(line.split(' '))).toThrow(message);
});
