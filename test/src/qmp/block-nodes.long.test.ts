import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Machine, openQmp, type Qmp } from '../../../src/index.ts';

let folder: string;
let machine: Machine;
let qmp: Qmp;
let events: unknown[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nodes-'));
  for (const name of ['old', 'new']) await writeFile(join(folder, name), new Uint8Array(1 << 16));
  const drives = [join(folder, 'old'), { media: 'cdrom', image: new Uint8Array(4096) }] as const;
  machine = await Machine.create({ memory: 8, boot: { bios: 'rawiron' }, drives });
  qmp = openQmp(machine);
  events = [];
  qmp.listen((event, data) => void events.push([event, data?.['tray-open']]));
});
afterEach(async () => {
  await machine.stop();
  await rm(folder, { recursive: true });
});

const cd = { id: 'ide1-cd0' };
const moved = (isOpen: boolean) => ['DEVICE_TRAY_MOVED', isOpen];
const add = (name: string) =>
  qmp.execute('blockdev-add', {
    ...{ driver: 'raw', 'node-name': name, 'read-only': true },
    file: { driver: 'file', filename: join(folder, 'new') },
  });
const problem = (name: string, args: object) =>
  qmp.execute(name, args as { [name: string]: unknown }).then(String, (error: Error) => error.message);
const inserted = async () => {
  const drives = (await qmp.execute('query-block')) as { device: string; tray_open?: boolean; inserted?: object }[];
  return drives.find(({ device }) => device === cd.id)!;
};

test('an image is named, put into a drive, and taken out', async () => {
  await qmp.execute('eject', cd);
  await add('n1');
  expect(await problem('blockdev-add', { driver: 'raw', 'node-name': 'n1', file: 'n1' })).toBe(
    "Duplicate nodes with node-name='n1'",
  );
  expect(await inserted()).toMatchObject({ tray_open: true });
  await qmp.execute('blockdev-insert-medium', { ...cd, 'node-name': 'n1' });
  expect(machine.drives[1]!.image).toBe(null);
  await qmp.execute('blockdev-close-tray', cd);
  expect(machine.drives[1]!.image).toBe(join(folder, 'new'));
  expect(await inserted()).toMatchObject({ tray_open: false, inserted: { 'node-name': 'n1', ro: true } });
  expect(await problem('blockdev-del', { 'node-name': 'n1' })).toBe('Node n1 is in use');
  await qmp.execute('blockdev-open-tray', cd);
  await qmp.execute('blockdev-remove-medium', cd);
  await qmp.execute('blockdev-del', { 'node-name': 'n1' });
  await qmp.execute('blockdev-close-tray', cd);
  expect(machine.drives[1]!.image).toBe(null);
  expect(events).toEqual([true, false, true, false].map(moved));
});

test('what is in a tray that is opened and closed stays', async () => {
  await qmp.execute('blockdev-change-medium', { ...cd, filename: join(folder, 'new') });
  await qmp.execute('blockdev-open-tray', cd);
  expect(machine.drives[1]!.image).toBe(null);
  await add('n1');
  expect(await problem('blockdev-insert-medium', { ...cd, 'node-name': 'n1' })).toBe(
    "There already is a medium in device 'ide1-cd0'",
  );
  await qmp.execute('blockdev-close-tray', cd);
  expect(machine.drives[1]!.image).toBe(join(folder, 'new'));
});

test("the tray is the drive's, whoever has opened it", async () => {
  await machine.drives[1]!.eject();
  expect([
    await inserted(),
    await qmp.execute('human-monitor-command', { 'command-line': 'info block ide1-cd0' }),
  ]).toEqual([
    expect.objectContaining({ tray_open: true }),
    expect.stringContaining('Removable device: not locked, tray open'),
  ]);
  await qmp.execute('blockdev-open-tray', cd);
  await add('n1');
  await qmp.execute('blockdev-insert-medium', { ...cd, 'node-name': 'n1' });
  await qmp.execute('blockdev-close-tray', cd);
  expect([machine.drives[1]!.isTrayOpen, machine.drives[1]!.image]).toEqual([false, join(folder, 'new')]);
  await machine.drives[1]!.eject();
  await qmp.execute('blockdev-close-tray', cd);
  expect([await inserted(), events]).toEqual([
    expect.objectContaining({ tray_open: false }),
    [true, false, true, false].map(moved),
  ]);
});

test('a tray that QMP has opened, and somebody else has closed, can be opened again', async () => {
  await qmp.execute('eject', cd);
  const [file, drive] = [join(folder, 'new'), machine.drives[1]!];
  await qmp.execute('human-monitor-command', { 'command-line': `change ide1-cd0 ${file} raw` });
  expect(await inserted()).toMatchObject({ tray_open: false, inserted: { file } });
  await qmp.execute('blockdev-open-tray', cd);
  expect([drive.image, drive.isTrayOpen]).toEqual([null, true]);
  await qmp.execute('blockdev-close-tray', cd);
  expect([drive.image, drive.isTrayOpen]).toEqual([file, false]);
  // As where the guest does so.
  await qmp.execute('eject', cd);
  await drive.closeTray();
  expect(await inserted()).toMatchObject({ tray_open: false });
  expect(await problem('blockdev-remove-medium', cd)).toBe("Tray of device 'ide1-cd0' is not open");
  await qmp.execute('blockdev-open-tray', cd);
  expect(await inserted()).toMatchObject({ tray_open: true });
  expect(events).toEqual([true, false, true, false, true, false, true].map(moved));
});

test.each([
  ['blockdev-insert-medium', { ...cd, 'node-name': 'n1' }, "Tray of device 'ide1-cd0' is not open"],
  ['blockdev-remove-medium', cd, "Tray of device 'ide1-cd0' is not open"],
  ['blockdev-remove-medium', { id: 'ide0-hd0' }, "Device 'ide0-hd0' is not removable"],
  ['blockdev-open-tray', { device: 'ide0-hd0' }, "Device 'ide0-hd0' is not removable"],
  ['blockdev-open-tray', cd, "Device 'ide1-cd0' has an image in memory, which can only be ejected"],
  ['device_add', { driver: 'ide-hd', drive: 'n1' }, "Bus 'ide.1' does not support hotplugging"],
  [
    'device_add',
    { driver: 'e1000', netdev: 'n' },
    "Property 'e1000.netdev' can't find value 'n'; name it first (netdev_add)",
  ],
  ['device_del', { id: 'ide0-hd0' }, "Bus 'ide.0' does not support hotplugging"],
])('%s %j: %s', async (name, args, message) => {
  expect(await problem(name, args)).toBe(message);
});

test('the schema has all commands with their arguments, and every type that it names', async () => {
  type Entity = { [name: string]: string } & { members?: { type: string }[] };
  const entities = (await qmp.execute('query-qmp-schema')) as Entity[];
  const names = entities.filter((one) => one['meta-type'] === 'command').map(({ name }) => name!);
  const known = (await qmp.execute('query-commands')) as { name: string }[];
  expect([...names, 'qmp_capabilities'].sort()).toEqual(known.map(({ name }) => name));
  const types = new Set(entities.map(({ name }) => name));
  const named = entities.flatMap((one) => [
    ...[one['arg-type'], one['ret-type']].filter((type) => type !== undefined),
    ...(one.members ?? []).map(({ type }) => type),
  ]);
  expect(named.filter((type) => !types.has(type))).toEqual([]);
  expect(entities.find(({ name }) => name === 'blockdev-del-arg')).toMatchObject({
    members: [{ name: 'node-name', type: 'str' }],
  });
});
