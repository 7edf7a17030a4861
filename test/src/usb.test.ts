import { expect, test } from 'vitest';
import { Machine } from '../../src/index.ts';

test.each([
  ['tablet' as never, "usb is 'tablet'; it must be an array"],
  [['stick' as never], "unknown USB device 'stick'; it is one of: tablet, mouse, keyboard"],
  [['mouse', 'mouse'], 'there can be one USB mouse; give each device once'],
  [
    ['tablet', 'mouse', 'keyboard'],
    'the USB controller has 2 ports, and 3 devices are to be plugged in; give it fewer',
  ],
] as const)('usb: %j is refused', async (usb, message) => {
  await expect(Machine.create({ boot: { demo: true }, usb })).rejects.toThrow(message);
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
