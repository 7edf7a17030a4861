import { expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';

test('what is plugged into the USB, port by port', async () => {
  await using own = await Machine.create({ boot: { demo: true }, usb: ['keyboard', 'tablet'] });
  expect(await openMonitor(own).execute('info usb')).toBe(
    '  Device 0.0, Port 1, Speed 12 Mb/s, Product USB Keyboard\n  Device 0.0, Port 2, Speed 12 Mb/s, Product USB Tablet\n',
  );
});

test('another boot order is in CMOS, after a reset too, and what comes once is followed by the usual one', async () => {
  await using own = await Machine.create({ boot: { demo: true }, bootOrder: { order: 'd', once: 'a' } });
  await using usual = await Machine.create({ boot: { demo: true } });
  const order = async (asked: Monitor) => {
    await asked.execute('o/b 0x70 0x3d');
    return asked.execute('i/xb 0x71');
  };
  const [first, second] = [openMonitor(own), openMonitor(usual)];
  expect(await order(first)).toBe('portb[0x0071] = 0x01\n');
  await first.execute('system_reset');
  expect(await order(first)).toBe('portb[0x0071] = 0x03\n');
  expect(await second.execute('boot_set dn')).toBe('boot device list now set to dn\n');
  await second.execute('system_reset');
  expect(await order(second)).toBe('portb[0x0071] = 0x43\n');
});
