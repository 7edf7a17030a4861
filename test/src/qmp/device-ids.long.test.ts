import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, type Monitor, openMonitor, openQmp, type Qmp } from '../../../src/index.ts';

let machine: Machine;
let monitor: Monitor;
let qmp: Qmp;

const image = new Uint8Array(1 << 20);

beforeAll(async () => {
  machine = await Machine.create({
    ...{ memory: 16, boot: { demo: true }, isolate: 'caller', network: [{ card: 'ne2k_isa', name: 'i' }] },
    drives: [
      { interface: 'nvme', id: 'd1', device: 'x', image, serial: 'a' },
      { interface: 'virtio', id: 'd2', device: 'y', image },
      { id: 'd3', device: 'h', image },
      { interface: 'floppy', id: 'd4', device: 'f', image },
      { interface: 'usb', id: 'd5', device: 'u', image },
      { interface: 'sata', id: 'd6', device: 'sa', image },
      { media: 'cdrom', device: 'c' },
      // What one drive is called is another one's device.
      { id: 'd8', device: 'd9', image },
      { id: 'd9', device: 'd8', image },
    ],
  });
  monitor = openMonitor(machine);
  qmp = openQmp(machine);
});
afterAll(() => machine.stop());

/** As QEMU 7.2 shows them. */
const places: Readonly<Record<string, string>> = {
  d1: 'x',
  d2: '/machine/peripheral/y/virtio-backend',
  d3: 'h',
  d4: 'f',
  d5: '/machine/peripheral/u/u.0/legacy[0]',
  d6: 'sa',
  c: 'c',
};

test('drives are shown attached to the devices that their options name', async () => {
  const text = await monitor.execute('info block');
  const shown = [...text.matchAll(/^(\w+): .*\n {4}Attached to: {6}(.*)$/gm)].map(([, name, place]) => [name, place]);
  expect(Object.fromEntries(shown)).toEqual({ ...places, d8: 'd9', d9: 'd8' });
  const blocks = (await qmp.execute('query-block')) as { device: string; qdev: string }[];
  const statistics = (await qmp.execute('query-blockstats')) as { device: string; qdev: string }[];
  for (const told of [blocks, statistics])
    expect(Object.fromEntries(told.map(({ device, qdev }) => [device, qdev]))).toMatchObject(places);
  const tree = await monitor.execute('info qtree');
  expect(tree).toContain('dev: ide-hd, id "h"\n');
  expect(tree).toContain('dev: usb, id "u"\n');
  expect(tree).toMatch(/dev: nvme0 pci, id "x"\n/);
});

test('a device without an id is shown by where it is', async () => {
  const drives = [
    { interface: 'usb', image },
    { interface: 'virtio', image },
    { image, interface: 'pflash', format: 'raw' },
  ] as const;
  await using other = await Machine.create({ memory: 16, boot: { demo: true }, drives });
  const text = await openMonitor(other).execute('info block');
  expect([...text.matchAll(/Attached to: {6}(.*)$/gm)].map(([, place]) => place)).toEqual([
    '/machine/peripheral-anon/device[0]/scsi.0/legacy[0]',
    '/machine/peripheral-anon/device[0]/virtio-backend',
    '/machine/system.flash0',
  ]);
});

test('a drive is found by the id of its device, too', async () => {
  expect(await monitor.execute('info block x')).toMatch(/^d1: /);
  expect(await monitor.execute(`info block ${places.d2}`)).toMatch(/^d2: /);
  expect(await monitor.execute('block_resize x 2M')).toBe(await monitor.execute('block_resize d1 2M'));
  expect(await monitor.execute('block_resize zz 2M')).toMatch('Cannot find');
  expect(await monitor.execute('eject c')).toBe('');
  expect(await monitor.execute('eject f')).toBe('');
  await expect(qmp.execute('eject', { id: 'x' })).rejects.toThrow("Device 'd1' is not removable");
  await expect(qmp.execute('blockdev-open-tray', { id: 'zz' })).rejects.toThrow("Device 'zz' not found");
});

test("the name of a drive comes before that of another one's device; for who asks for a device it is the other way round", async () => {
  expect(await monitor.execute('info block d8')).toMatch(/^d8: /);
  await expect(qmp.execute('eject', { device: 'd8' })).rejects.toThrow("Device 'd8' is not removable");
  await expect(qmp.execute('eject', { id: 'd8' })).rejects.toThrow("Device 'd9' is not removable");
});

test.each([
  ['h', 'ide.0'],
  ['/machine/peripheral/h', 'ide.0'],
  ['f', 'floppy-bus.0'],
  ['sa', 'ahci.0'],
  ['c', 'ide.1'],
])('device_del %s names the bus %s', async (id, bus) => {
  await expect(qmp.execute('device_del', { id })).rejects.toThrow(`Bus '${bus}' does not support hotplugging`);
});

test.each([
  ['usb', ['x', 'nvme0', 'h', 'i']],
  ['pci', ['u', 'usb0', 'h', 'i']],
] as const)('what is plugged into the %s bus gets no id of a device on another one', async (bus, ids) => {
  for (const id of ids) {
    const plug = bus === 'usb' ? machine.usb.plug({ device: 'mouse', id }) : machine.pci.plug({ device: 'e1000', id });
    await expect(plug).rejects.toThrow(`Duplicate device ID '${id}'`);
  }
});

test('a device has an id of its own', async () => {
  const made = (drives: object[], others = {}) =>
    Machine.create({ memory: 16, boot: { demo: true }, drives, ...others }).then(
      (one) => one.stop(),
      (error: Error) => error.message,
    );
  const disk = { image, interface: 'nvme', device: 'x' };
  expect(await made([disk, disk])).toBe("two drives have the device 'x'; give each its own");
  expect(await made([{ ...disk, device: '1' }])).toMatch('device must be a letter');
  expect(await made([disk], { usb: [{ device: 'tablet', id: 'x' }] })).toBe(
    "two devices have the id 'x'; give each its own",
  );
});
