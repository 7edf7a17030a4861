import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';

test('drives are known to monitors by the ids that they were given, and by their places', async () => {
  const image = new Uint8Array(1 << 20);
  await using machine = await Machine.create({
    ...{ memory: 16, boot: { demo: true } },
    drives: [{ image }, { id: 'cd.0', media: 'cdrom', image }],
  });
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  const events: unknown[] = [];
  qmp.listen((event, data) => events.push([event, data]));
  expect(await qmp.execute('query-block')).toMatchObject([
    { device: 'ide0-hd0', inserted: { 'node-name': '#ide0-hd0' } },
    { device: 'cd.0', inserted: { 'node-name': 'cd.0' } },
  ]);
  expect(await monitor.execute('info block cd.0')).toMatch(/^cd\.0: .*\n {4}Attached to: {6}ide\.1, unit 0\n/);
  expect(await monitor.execute('eject cd.0')).toBe('');
  await qmp.execute('blockdev-close-tray', { device: 'ide1-cd0' });
  expect(events).toEqual(
    [true, false].map((open) => ['DEVICE_TRAY_MOVED', { device: 'cd.0', 'tray-open': open, id: 'cd.0' }]),
  );
  expect(await monitor.complete('eject c')).toEqual(['cd.0']);
});

test('what names a drive by its id names its device, and its node', async () => {
  const image = new Uint8Array(1 << 20);
  await using machine = await Machine.create({
    ...{ memory: 16, boot: { demo: true } },
    drives: [
      { id: 'hd', image },
      { id: 'ide', image, interface: 'virtio' },
      { id: 'cd', media: 'cdrom' },
      { id: 'stick', image, interface: 'usb' },
      { id: 'nvm', image, interface: 'nvme' },
      { interface: 'floppy' },
      { id: 'cd-at-port', media: 'cdrom', interface: 'sata' },
      { image: new Uint8Array(4096), format: 'raw', interface: 'pflash' },
    ],
  });
  const qmp = openQmp(machine);
  const problem = (name: string, args: Record<string, unknown>) =>
    qmp.execute(name, args).then(JSON.stringify, (error: Error) => error.message);
  const ids = ['hd', 'ide0-hd0', 'ide', 'cd', 'nvm', 'floppy0', 'cd-at-port'];
  // Its guest is asked to let go of what is on the PCI bus, and stands still.
  const buses = ['ide.0', 'ide.0', null, 'ide.1', null, 'floppy-bus.0', 'ahci.0'];
  expect(await Promise.all(ids.map((id) => problem('device_del', { id })))).toEqual(
    buses.map((bus) => (bus === null ? '{}' : `Bus '${bus}' does not support hotplugging`)),
  );
  // A flash chip is no device.
  expect(await problem('device_del', { id: 'pflash0' })).toBe("Device 'pflash0' not found");
  expect([await problem('device_del', { id: 'stick' }), machine.drives.length]).toEqual(['{}', 7]);
  const add = (name: string) =>
    problem('blockdev-add', { driver: 'file', 'node-name': name, filename: join(tmpdir(), 'nothing') });
  expect(await Promise.all(['hd', '#ide0-hd0', 'ide0-hd0', 'cd'].map(add))).toEqual([
    ...["Duplicate nodes with node-name='hd'", "Duplicate nodes with node-name='#ide0-hd0'"],
    ...['node-name=ide0-hd0', 'node-name=cd'].map((name) => `${name} is conflicting with a device id`),
  ]);
  const resize = (args: object) => problem('block_resize', { size: 512, ...args });
  const names = [{ 'node-name': 'hd' }, { 'node-name': '#ide0-hd0' }, { device: 'hd' }, { device: 'ide0-hd0' }];
  const answers = await Promise.all(names.map(resize));
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).not.toMatch(/Cannot find/);
});

test('a monitor tells of limits, devices and what only one image has by the same names', async () => {
  const image = new Uint8Array(1 << 20);
  await using machine = await Machine.create({
    ...{ memory: 16, boot: { demo: true } },
    drives: [
      { id: 'hd', image, limits: { iops: 100 } },
      { id: 'fast', image, interface: 'virtio' },
      { id: 'cd', media: 'cdrom', image },
    ],
  });
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  expect(await monitor.execute('info limits')).toMatch(/^hd: see info block$/m);
  const tree = await monitor.execute('info qtree');
  expect([...tree.matchAll(/drive = "(.*)"/g)].map(([, name]) => name).sort()).toEqual(['cd', 'fast', 'hd']);
  await expect(qmp.execute('blockdev-open-tray', { device: 'cd' })).rejects.toThrow(
    "Device 'cd' has an image in memory",
  );
});

test.each([
  [['a', 'a'], "two drives have the id 'a'"],
  [['1a'], 'id must be a letter and then letters'],
])('ids %j are refused', async (ids, message) => {
  const drives = ids.map((id) => ({ id, image: new Uint8Array(512) }));
  await expect(Machine.create({ boot: { demo: true }, drives })).rejects.toThrow(message);
});
