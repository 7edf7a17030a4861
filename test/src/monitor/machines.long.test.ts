import { expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';

test('what is plugged into the USB, port by port', async () => {
  await using own = await Machine.create({ boot: { demo: true }, usb: ['keyboard', 'tablet'] });
  expect(await openMonitor(own).execute('info usb')).toBe(
    '  Device 0.0, Port 1, Speed 12 Mb/s, Product USB Keyboard\n  Device 0.0, Port 2, Speed 12 Mb/s, Product USB Tablet\n',
  );
});

test('several controllers: each has its bus, and a machine that goes on elsewhere has what was plugged in', async () => {
  await using own = await Machine.create({
    boot: { demo: true },
    usb: [{ device: 'keyboard', bus: 'usb-bus.0' }, 'tablet'],
    usbControllers: [{ model: 'piix3-usb-uhci' }, { model: 'qemu-xhci', id: 'x' }],
  });
  const shown =
    '  Device 0.0, Port 1, Speed 12 Mb/s, Product USB Keyboard\n  Device 1.0, Port 1, Speed 480 Mb/s, Product USB Tablet\n';
  const monitor = openMonitor(own);
  expect(await monitor.execute('info usb')).toBe(shown);
  const tree = await monitor.execute('info qtree');
  expect(tree).toMatch(
    /dev: uhci.*bus: usb-bus\.0\n\s+type usb-bus\n\s+dev: usb-kbd.*dev: xhci.*bus: x\.0\n.*dev: usb-tablet/s,
  );
  expect(await monitor.execute('info pci')).toContain('USB controller: PCI device 1b36:000d');
  await own.start();
  await using copy = await own.fork();
  expect(await openMonitor(copy).execute('info usb')).toBe(shown);
});

test('ids of devices on the PCI bus, from the start and plugged in, and none where none was given', async () => {
  await using own = await Machine.create({
    ...{ boot: { demo: true }, network: [{ card: 'e1000', name: 'cold' }, { card: 'pcnet' }], rng: true },
    drives: [
      { interface: 'nvme', image: new Uint8Array(512), format: 'raw', device: 'disk' },
      { interface: 'virtio', image: new Uint8Array(512), format: 'raw' },
    ],
  });
  const { slot } = await own.pci.plug({ device: 'virtio-net-pci', id: 'net1' });
  const monitor = openMonitor(own);
  const idsOf = async (command: string) =>
    (await monitor.execute(command)).match(/(?<= id ")[^"]+(?="$)/gm)?.toSorted();
  expect(await idsOf('info pci')).toEqual(['cold', 'disk', 'net1']);
  expect(await idsOf('info qtree')).toEqual(['cold', 'disk', 'net1']);
  const [bus] = (await openQmp(own).execute('query-pci')) as { devices: { slot: number; qdev_id: string }[] }[];
  expect(bus!.devices.find((one) => one.slot === slot)?.qdev_id).toBe('net1');
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
