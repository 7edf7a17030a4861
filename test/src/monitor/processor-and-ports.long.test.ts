import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';

let machine: Machine;
let monitor: Monitor;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, boot: { demo: true } });
  monitor = openMonitor(machine);
});
afterAll(() => machine.stop());

/** Texts are those of QEMU 7.2. */
test.each([
  ['cpu 0', ''],
  ['cpu 1', 'invalid CPU index\n'],
  ['info memory_size_summary', 'base memory: 16777216\nplugged memory: 0\n'],
  ['info mice', '* Mouse #2: QEMU PS/2 Mouse\n'],
  ['mouse_set 2', ''],
  ['mouse_set 0', "Mouse at index '0' not found\n"],
  ['sendkey 30', 'invalid parameter: 30\n'],
  ['o/b 0x70 0x0f', ''],
  ['o/b 0x71 0x77', ''],
  ['o/b 0x70 0', ''],
  ['i/b 0x70.15', 'portb[0x0071] = 0x77\n'],
  ['i/b 0x70 . 7+8', 'portb[0x0071] = 0x77\n'],
  ['i/h 0x64.', 'unexpected end of expression\nTry "help i" for more information\n'],
  ['i/b 0x70.15 3', 'i: extraneous characters at the end of line\nTry "help i" for more information\n'],
  ['i/g 0x71', 'portb[0x0071] = 0x0000000000000077\n'],
  ['expire_password vnc now', 'Error: Could not set password expire time: there is no VNC server; start with -vnc\n'],
  ['expire_password spice now', 'Error: SPICE is not in use\n'],
])('%s', async (line, answer) => {
  expect(await monitor.execute(line)).toBe(answer);
});

test('the mouse and the tablet on the USB', async () => {
  await using other = await Machine.create({ memory: 16, boot: { demo: true }, usb: ['tablet', 'mouse'] });
  const usbMonitor = openMonitor(other);
  const run = (line: string) => usbMonitor.execute(line);
  expect(await run('info mice')).toBe(
    '  Mouse #4: QEMU HID Mouse\n  Mouse #3: QEMU HID Tablet (absolute)\n* Mouse #2: QEMU PS/2 Mouse\n',
  );
  expect(await run('mouse_set 3')).toBe('');
  expect(await run('info mice')).toBe(
    '  Mouse #4: QEMU HID Mouse\n  Mouse #2: QEMU PS/2 Mouse\n* Mouse #3: QEMU HID Tablet (absolute)\n',
  );
  expect(other.mouse.isAbsolute).toBe(true);
});
