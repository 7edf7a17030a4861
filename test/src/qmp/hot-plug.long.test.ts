import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor, openQmp, type Qmp } from '../../../src/index.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { formatNames } from '../../../src/storage/formats.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';

let folder: string;
let file: string;
let machine: Machine;
let qmp: Qmp;
const events: unknown[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hot-plug-'));
  file = join(folder, 'stick.img');
  writeFileSync(file, new Uint8Array(1 << 20));
  machine = await Machine.create({ memory: 8, boot: { demo: true }, usb: [] });
  qmp = openQmp(machine);
  qmp.listen((event, data) => void events.push([event, data]));
});
afterAll(async () => {
  await machine.stop();
  rmSync(folder, { recursive: true });
});

const problem = (name: string, args: Record<string, unknown>) =>
  qmp.execute(name, args).then(JSON.stringify, (error: Error) => error.message);
const told = () => events.splice(0);
/** The monitor's answers to some lines. */
const answers = async (lines: readonly string[]) => {
  const monitor = openMonitor(machine);
  const all: string[] = [];
  for (const line of lines) all.push(await monitor.execute(line));
  return all;
};

test('a disk of blockdev-add is plugged in by its node, which is free again when it was pulled out', async () => {
  await qmp.execute('blockdev-add', { driver: 'raw', 'node-name': 'n', file: { driver: 'file', filename: file } });
  await qmp.execute('device_add', { driver: 'usb-storage', id: 's', drive: 'n', port: '2' });
  expect(await qmp.execute('query-block')).toMatchObject([{ inserted: { file, 'node-name': 'n', ro: false } }]);
  expect(machine.usb.devices).toMatchObject([{ id: 's', port: 2, drive: 'usb0' }]);
  expect(await problem('blockdev-del', { 'node-name': 'n' })).toBe('Node n is in use');
  expect(await problem('device_add', { driver: 'usb-storage', drive: 'n' })).toBe(
    "Drive 'n' is already in use by another block device",
  );
  expect(await problem('device_del', { id: '/machine/peripheral/s' })).toBe('{}');
  expect(told()).toEqual([['DEVICE_DELETED', { device: 's', path: '/machine/peripheral/s' }]]);
  expect(await problem('blockdev-del', { 'node-name': 'n' })).toBe('{}');
  expect(await qmp.execute('query-block')).toEqual([]);
});

test('one that cannot be opened leaves its port and its node free', async () => {
  await qmp.execute('blockdev-add', { driver: 'file', 'node-name': 'm', filename: file });
  rmSync(file);
  expect(await problem('device_add', { driver: 'usb-storage', id: 's', drive: 'm' })).toMatch(/stick\.img/);
  expect([machine.usb.devices, machine.drives]).toEqual([[], []]);
  writeFileSync(file, new Uint8Array(1 << 20));
  expect(await problem('device_add', { driver: 'usb-storage', id: 's', drive: 'm' })).toBe('{}');
  expect(await problem('device_del', { id: 's' })).toBe('{}');
  await qmp.execute('blockdev-del', { 'node-name': 'm' });
  told();
});

test('one without a name is told by its place', async () => {
  await qmp.execute('device_add', { driver: 'usb-tablet' });
  expect(await problem('device_del', { id: 'usb-tablet' })).toBe('{}');
  expect(told()).toEqual([['DEVICE_DELETED', { path: '/machine/peripheral-anon/usb-tablet' }]]);
});

test('the same in the monitor, where drive_add names the image, which goes with its device', async () => {
  expect(
    await answers([
      `drive_add 0 if=none,id=d,file=${file},format=raw`,
      `drive_add 0 if=none,id=d,file=${file}`,
      'device_add usb-storage,id=s,drive=d,serial=A1',
      'device_add usb-tablet,id=t',
      'info usb',
      'drive_del d',
      'device_del s',
      'device_del s',
      'drive_del d',
      'device_add usb-storage,drive=d',
      'device_del t',
      'info usb',
    ]),
  ).toEqual([
    ...['OK\n', "Duplicate ID 'd' for drive\n", '', ''],
    '  Device 0.0, Port 1, Speed 12 Mb/s, Product USB MSD, ID: s\n  Device 0.0, Port 2, Speed 12 Mb/s, Product USB Tablet, ID: t\n',
    "Error: Drive 'd' is in use by a device; pull that out (device_del), and it goes with it\n",
    ...['', "Error: Device 's' not found\n", "Error: Device 'd' not found\n"],
    "Error: Property 'usb-storage.drive' can't find value 'd'\n",
    ...['', ''],
  ]);
  expect(told()).toHaveLength(2);
});

test.each([
  ['if=virtio,file=x', "Can't hot-add drive to type virtio; give if=none\n"],
  ['file=x', "Can't hot-add drive to type ide; give if=none\n"],
  ['if=none', 'a drive needs an image; give file=FILE\n'],
  ['if=none,file=/nowhere/x', /^Could not open '\/nowhere\/x': /],
  ['if=none,file=/', "Could not open '/': Is a directory\n"],
  ['if=none,file=x,format=qed', `Unknown driver 'qed'; give one of ${formatNames}\n`],
  ['if=none,file=x,id=5', "Parameter 'id' expects an identifier\n"],
  ['if=none,file=x,frob=1', /^'frob' is not there; a drive has if, id, file/],
  ['if=none,file=x,snapshot=maybe', /^(Parameter 'snapshot' expects 'on' or 'off'|Could not open)/],
])('drive_add 0 %s: %s', async (options, message) => {
  expect((await answers([`drive_add 0 ${options}`]))[0]).toMatch(message);
});

test.each([
  ['', 'qcow2'],
  [',format=qcow2', 'qcow2'],
  [',format=raw', 'raw'],
])('drive_add 0 file=IMAGE%s: as a %s image, which its first bytes tell where nothing does', async (given, format) => {
  const image = join(folder, `image${given}.qcow2`.replaceAll(',', '-'));
  const store = await openFile(image, 'write', 'new');
  await (await createQcow2(store, { size: 1 << 20 }, nodeStorage.decompressor)).close();
  for (const device of ['usb-storage', 'virtio-blk-pci']) {
    await using own = await Machine.create({ memory: 8, boot: { demo: true }, usb: [] });
    const monitor = openMonitor(own);
    expect(await monitor.execute(`drive_add 0 if=none,id=q,file=${image}${given}`)).toBe('OK\n');
    expect(await monitor.execute(`device_add ${device},drive=q`)).toBe('');
    expect(await monitor.execute('info block')).toContain(`q: ${image} (${format})\n`);
  }
});

test('one without an id has the next name that is free', async () => {
  expect(await answers([`drive_add 0 if=none,file=${file}`, 'drive_del none0', 'drive_del none0'])).toEqual([
    ...['OK\n', '', "Error: Device 'none0' not found\n"],
  ]);
});

test("an id that a device has which stays is no other one's", async () => {
  await using other = await Machine.create({
    ...{ memory: 8, boot: { demo: true }, usb: ['mouse'] },
    drives: [{ interface: 'nvme', device: 'disk', image: new Uint8Array(512) }],
  });
  const settings = { deviceIds: ['edu'] };
  const [monitor, control] = [openMonitor(other, settings), openQmp(other, settings)];
  for (const id of ['edu', 'disk']) {
    expect(await monitor.execute(`device_add usb-kbd,id=${id}`)).toBe(`Error: Duplicate device ID '${id}'\n`);
    await expect(control.execute('device_add', { driver: 'usb-kbd', id })).rejects.toThrow(
      `Duplicate device ID '${id}'`,
    );
    await expect(other.usb.plug({ device: 'disk', id: 'disk', image: new Uint8Array(512) })).rejects.toThrow(
      "Duplicate device ID 'disk'",
    );
  }
  expect(await monitor.execute('device_add usb-kbd,id=other')).toBe('');
});

test('help for device_add, in the form of QEMU', async () => {
  expect(
    await answers(['device_add help', 'device_add ?', 'device_add usb-tablet,help', 'device_add nothing,help']),
  ).toEqual([
    expect.stringContaining('name "usb-tablet", bus usb-bus\n'),
    expect.stringContaining('name "usb-storage", bus usb-bus\n'),
    'usb-tablet options:\n  port=<str>\n',
    "Error: 'nothing' is not a valid device model name\n",
  ]);
  expect(await answers(['device_add usb-storage,id=a,help'])).toEqual([
    expect.stringMatching(/^usb-storage options:\n {2}drive=<str> {12}- .*\n {2}port=<str>\n {2}serial=<str>\n$/),
  ]);
});
