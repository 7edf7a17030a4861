import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DriveOptions, Machine, type MachineOptions, openChannel, openMonitor } from '../../../src/index.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';
import type { Qcow2Disk } from '../../../src/storage/qcow2/disk.ts';
import { createSnapshot, deleteSnapshot } from '../../../src/storage/qcow2/image-snapshots.ts';
import { messageOf } from '../../../src/util/errors.ts';
import { askSectors, sectorRom } from '../../support/sector-roms.ts';
import { program } from '../support/command-line.ts';

const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const letters = Uint8Array.from({ length: 16 * 512 }, (_, n) => 0x61 + (n >> 9));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'within-images-'));
});
const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
  await rm(folder, { recursive: true });
});

async function qcow2(name = 'disk.qcow2'): Promise<string> {
  const path = join(folder, name);
  const store = await openFile(path, 'write', 'new');
  const disk = await createQcow2(store, { size: letters.length }, nodeStorage.decompressor);
  await disk.write(0, letters);
  await disk.close();
  return path;
}

async function create(
  drives: readonly (string | DriveOptions)[],
  options: Partial<MachineOptions> = {},
): Promise<Machine> {
  const machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: sectorRom }, drives, ...options });
  machines.push(machine);
  await machine.start();
  return machine;
}

/** Does something with an image that no machine uses. */
async function change(path: string, act: (disk: Qcow2Disk) => Promise<void>): Promise<void> {
  const disk = (await openDisk(nodeStorage, path)) as Qcow2Disk;
  await act(disk);
  await disk.close();
}

test('a machine and its disk go back to what they were, in the same process and in another', async () => {
  const image = await qcow2();
  const machine = await create([image]);
  expect(await askSectors(machine, 'w3')).toBe('.');
  await machine.snapshots.save('first');
  expect(await askSectors(machine, 'w3', 'w4', 'w5')).toBe('...');
  await machine.snapshots.save('second');
  expect(await askSectors(machine, 'w6')).toBe('.');
  await machine.snapshots.load('first');
  expect(await askSectors(machine, 'r3', 'r4', 'r6')).toBe('3eg');
  await machine.stop();
  const other = await create([image]);
  await other.snapshots.load('second');
  expect(await askSectors(other, 'r3', 'r4', 'r5', 'r6')).toBe('345g');
  const [{ drive, snapshots }] = (await other.snapshots.list()) as [
    Awaited<ReturnType<typeof other.snapshots.list>>[0],
  ];
  expect([drive, snapshots.map(({ name }) => name)]).toEqual(['ide0-hd0', ['first', 'second']]);
});

test('a disk whose changes are forgotten, and one in memory, go back with the state', async () => {
  const drives = [{ image: await qcow2('a'), snapshot: true }, await qcow2('b')];
  const machine = await create(drives);
  expect(await askSectors(machine, 'w3')).toBe('.');
  await machine.snapshots.save('a');
  expect(await askSectors(machine, 'w3', 'w4')).toBe('..');
  await machine.snapshots.load('a');
  expect(await askSectors(machine, 'r3', 'r4')).toBe('3e');
});

test('the monitor has the commands of QEMU, with its words', async () => {
  const machine = await create([await qcow2('a'), await qcow2('b')]);
  const monitor = openMonitor(machine);
  expect(await monitor.execute('info snapshots')).toBe('There is no snapshot available.\n');
  expect(await monitor.execute('savevm "one two"')).toBe('');
  expect(await askSectors(machine, 'w3')).toBe('.');
  expect(await monitor.execute('savevm "one two"')).toBe('');
  expect(await monitor.execute('savevm')).toBe('');
  expect(await askSectors(machine, 'w3', 'w4')).toBe('..');
  expect(await monitor.execute('loadvm "one two"')).toBe('');
  expect(await askSectors(machine, 'r3', 'r4')).toBe('3e');
  const lines = (await monitor.execute('info snapshots')).split('\n');
  const rest = / +\d[\d.]* KiB \d{4}-\d\d-\d\d \d\d:\d\d:\d\d 00:00:\d\d\.\d{3} {11}$/;
  expect(lines[0]).toBe('List of snapshots present on all disks:');
  expect(lines[1]).toBe('ID        TAG               VM SIZE                DATE     VM CLOCK     ICOUNT');
  expect(lines[2]!.slice(0, 27)).toBe('--        one two          ');
  expect(lines[2]).toMatch(rest);
  expect(lines[3]).toMatch(/^-- {8}vm-\d{14} /);
  expect(await monitor.execute('delvm "one two"')).toBe('');
  expect(await monitor.execute('delvm nothing')).toBe('');
  expect(await monitor.execute('loadvm "one two"')).toBe(
    "Error: Snapshot 'one two' does not exist in one or more devices\n",
  );
});

test('what is asked for at once is done one after the other', async () => {
  const { snapshots } = await create([await qcow2('a'), await qcow2('b')]);
  await snapshots.save('one');
  const names = async () => (await snapshots.list()).map((list) => list.snapshots.map(({ name }) => name));
  const ends: Promise<unknown>[] = [
    snapshots.load('one'),
    snapshots.delete('one'),
    snapshots.save('two'),
    snapshots.save('two'),
    names(),
  ];
  ends.push(snapshots.delete('two'), snapshots.delete('two'), snapshots.load('two').catch(messageOf), names());
  const none = "Snapshot 'two' does not exist in one or more devices";
  const nothing = [[], []];
  const done = [undefined, undefined, undefined];
  expect(await Promise.all(ends)).toEqual([
    ...done,
    undefined,
    [['two'], ['two']],
    undefined,
    undefined,
    none,
    nothing,
  ]);
});

test('while its images are handed over a machine has no snapshots in them, and says why', async () => {
  const machine = await create([await qcow2('a'), await qcow2('b')]);
  const { snapshots, migration } = machine;
  await snapshots.save('one');
  const state = await machine.snapshot();
  await migration.send(openChannel('exec:cat > /dev/null'));
  const acts = [
    () => snapshots.save('a'),
    () => snapshots.load('one'),
    () => snapshots.list(),
    () => snapshots.delete('one'),
    () => machine.load(state),
  ];
  for (const act of acts)
    await expect(act()).rejects.toThrow(/^ide0-hd0: its image was handed over to another process/);
  await machine.start();
  expect((await snapshots.list()).map((list) => list.snapshots.map(({ name }) => name))).toEqual([['one'], ['one']]);
});

test('with time from instructions a snapshot tells how many have been executed', async () => {
  const machine = await create([await qcow2('a'), await qcow2('b')], { icount: { shift: 3 } });
  expect(await askSectors(machine, 'w3')).toBe('.');
  await machine.pause();
  const { instructions } = await machine.metrics();
  await machine.snapshots.save('one');
  const lists = await machine.snapshots.list();
  expect(lists.map(({ snapshots }) => snapshots[0]!.instructions)).toEqual([BigInt(instructions), 0n]);
  const line = (await openMonitor(machine).execute('info snapshots')).split('\n')[2]!;
  expect(line.slice(-11)).toBe(String(instructions).padStart(11));
});

test('what only one image has is listed by itself, and nothing goes back to it', async () => {
  const [a, b] = [await qcow2('a'), await qcow2('b')];
  const first = await create([a, b]);
  await first.snapshots.save('both');
  await first.snapshots.save('some');
  await first.stop();
  await change(b, (disk) => deleteSnapshot(disk, 'some'));
  const machine = await create([a, b]);
  expect(await askSectors(machine, 'w3')).toBe('.');
  const info = await openMonitor(machine).execute('info snapshots');
  expect(info).toMatch(/^List of snapshots present on all disks:\nID.*\n-- +both .*\n\nList of partial/);
  expect(info).toMatch(/\nList of partial \(non-loadable\) snapshots on 'ide0-hd0':\nID.*\n2 +some /);
  await expect(machine.snapshots.load('some')).rejects.toThrow("Snapshot 'some' does not exist in one or more devices");
  expect(await askSectors(machine, 'r3')).toBe('3');
});

test.each<[string, () => Promise<DriveOptions[]>, string]>([
  ['no drive', async () => [], 'no block device can store vmstate for snapshot'],
  ['a disk in memory', async () => [{ image: letters }], 'no block device can store vmstate for snapshot'],
  [
    'an image that is only read',
    async () => [{ image: await qcow2(), readOnly: true }],
    'no block device can store vmstate',
  ],
  [
    'a raw image',
    async () => [{ image: await rawImage() }],
    "Device 'ide0-hd0' is writable but does not support snapshots",
  ],
])('a machine has no snapshots within its images with %s', async (_, drives, message) => {
  const machine = await create(await drives());
  const { snapshots } = machine;
  const acts = [() => snapshots.save('a'), () => snapshots.load('a'), () => snapshots.delete('a')];
  for (const act of acts) await expect(act()).rejects.toThrow(message);
  const info = await openMonitor(machine).execute('info snapshots');
  expect(info).toBe('no block device can store vmstate for snapshot\n');
});

test('beside a raw disk, which can have none, snapshots of other images are listed as in part', async () => {
  const image = await qcow2();
  const drives = [image, { image: await rawImage() }];
  const monitor = openMonitor(await create(drives));
  expect(await monitor.execute('info snapshots')).toBe('There is no snapshot available.\n');
  expect(await monitor.execute('savevm a')).toMatch(/^Error: Device 'ide0-hd1' is writable but does not support/);
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
  await (await create([image])).snapshots.save('one');
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
  expect(await openMonitor(await create(drives)).execute('info snapshots')).toMatch(
    /^List of snapshots present on all disks:\nNone\n\nList of partial \(non-loadable\) snapshots on 'ide0-hd0':\nID.*\n1 +one .*\n$/,
  );
});

async function rawImage(): Promise<string> {
  const path = join(folder, 'disk.img');
  await writeFile(path, letters);
  return path;
}

test('a state that is none, damaged, missing, or of another machine is refused, and the disk stays', async () => {
  const image = await qcow2();
  const other = await create([image], { memory: 3 });
  await other.snapshots.save('other');
  await other.stop();
  await change(image, async (disk) => {
    await createSnapshot(disk, { name: 'disk', date: 0n });
    await createSnapshot(disk, { name: 'foreign', date: 0n, state: letters });
  });
  const machine = await create([image]);
  expect(await askSectors(machine, 'w3')).toBe('.');
  await expect(machine.snapshots.load('other')).rejects.toThrow(
    /is of a machine with other options; give those that it was made with: memory 3 \(here 2\)$/,
  );
  await expect(machine.snapshots.load('disk')).rejects.toThrow(/'disk' is of the disk alone/);
  await expect(machine.snapshots.load('foreign')).rejects.toThrow(/is not a snapshot of a machine/);
  expect(await askSectors(machine, 'r3')).toBe('3');
});

test.skipIf(missing !== '')(`qemu-img takes the image for what it is${missing}`, async () => {
  const image = await qcow2();
  const machine = await create([image]);
  for (const name of ['a', 'b', 'c']) {
    await askSectors(machine, `w${name.charCodeAt(0) & 7}`);
    await machine.snapshots.save(name);
  }
  await machine.snapshots.load('b');
  await machine.snapshots.delete('a');
  await askSectors(machine, 'w7');
  const [first] = await machine.snapshots.list();
  await machine.stop();
  const qemuImage = (...args: string[]) => execFileSync('qemu-img', args, { encoding: 'utf8' });
  expect(qemuImage('check', image)).toContain('No errors were found on the image.');
  const listed = JSON.parse(qemuImage('info', '--output=json', image)) as { snapshots: Record<string, unknown>[] };
  expect(listed.snapshots.map(({ id, name, 'vm-state-size': size }) => [id, name, size])).toEqual(
    first!.snapshots.map(({ id, name, stateBytes }) => [id, name, stateBytes]),
  );
});

test('-loadvm goes on from one', { timeout: 60_000 }, async () => {
  const image = await qcow2();
  const machine = await create([image], { memory: 16, boot: { demo: true } });
  await machine.serial.expect('demo> ');
  await machine.snapshots.save('at the prompt');
  await machine.stop();
  const run = async (tag: string): Promise<{ output: string; errors: string }> => {
    const child = spawn(process.execPath, [program, 'demo', '-m', '16', '-hda', image, '-loadvm', tag]);
    child.stdin.end('bench 1\rpoweroff\r');
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { output, errors };
  };
  const { output } = await run('at the prompt');
  expect(output).toMatch(/with 23000 primes/);
  expect(output).not.toMatch(/rawiron demo/i);
  expect((await run('none')).errors).toContain("Snapshot 'none' does not exist in one or more devices");
});

test('-loadvm gives PCI devices the slots that they had', { timeout: 60_000 }, async () => {
  const image = await qcow2();
  const before = { memory: 16, boot: { demo: true }, drives: [image], edu: {}, balloon: true } as const;
  for (const [tag, slots] of Object.entries({ old: {}, other: { pciSlots: { edu: 9 } } })) {
    await using machine = await Machine.create({ ...before, ...slots });
    await machine.snapshots.save(tag);
  }
  const devices = ['-device', 'edu', '-device', 'virtio-balloon-pci'];
  for (const [tag, slots] of [
    ['old', [3, 2]],
    ['other', [9, 2]],
  ] as const) {
    const flags = ['demo', '-m', '16', '-hda', image, ...devices, '-loadvm', tag, '-S', '-nographic'];
    const shown = execFileSync(process.execPath, [program, ...flags, '-serial', 'none', '-monitor', 'stdio'], {
      input: 'info pci\nquit\n',
      encoding: 'latin1',
    });
    const places = [...shown.matchAll(/device +(\d+), function 0:\s+(Class 0255: PCI device 1234:11e8|.*1af4:1002)/g)];
    expect(places.map(([, slot]) => Number(slot)).sort()).toEqual([...slots].sort());
  }
});

test('-loadvm with other cards and other memory names the flags for both', { timeout: 60_000 }, async () => {
  const image = await qcow2();
  const network = [{ card: 'rtl8139' as const, backend: { type: 'user' as const } }];
  await using machine = await Machine.create({ memory: 16, boot: { demo: true }, drives: [image], network });
  await machine.snapshots.save('before');
  await machine.stop();
  const flags = ['demo', '-m', '32', '-hda', image, '-loadvm', 'before'];
  const { stderr, status } = spawnSync(process.execPath, [program, ...flags], { input: '', encoding: 'utf8' });
  expect(stderr).toContain('On this command line: -m 16, -nic\n');
  expect(status).toBe(1);
});
