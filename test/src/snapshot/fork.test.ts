import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type DriveOptions, Machine } from '../../../src/index.ts';
import { askSectors, sectorRom } from '../../support/sector-roms.ts';

const letters = Uint8Array.from({ length: 16 * 512 }, (_, n) => 0x61 + (n >> 9));
const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

async function started(made: Promise<Machine>): Promise<Machine> {
  const machine = await made;
  machines.push(machine);
  await machine.start();
  return machine;
}

const create = (drives: readonly DriveOptions[]): Promise<Machine> =>
  started(Machine.create({ memory: 2, vga: 'none', boot: { bios: sectorRom }, drives }));

test.each(['worker', 'caller'] as const)('two machines go on from one state: isolate %s', async (isolate) => {
  const machine = await started(Machine.create({ memory: 16, isolate, boot: { demo: true } }));
  await machine.serial.expect('demo> ');
  machine.serial.write('ab');
  await machine.serial.expect('ab');
  const fork = await started(machine.fork());
  machine.serial.write('cd\r');
  fork.serial.write('xy\r');
  expect((await machine.serial.expect(/There is no command (\w+)\W/))[1]).toBe('abcd');
  expect((await fork.serial.expect(/There is no command (\w+)\W/))[1]).toBe('abxy');
  await fork.serial.expect('demo> ');
  await machine.stop();
  const second = await started(fork.fork());
  second.serial.write('bench 1\r');
  expect((await second.serial.expect(/with (\d+) primes/))[1]).toBe('23000');
});

test('each has its own disks, from what was on them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fork-'));
  const image = join(folder, 'disk.img');
  await writeFile(image, letters);
  const machine = await create([
    { image, snapshot: true },
    { image: letters, media: 'cdrom' },
    { interface: 'floppy' },
  ]);
  expect(await askSectors(machine, 'w3', 'w4')).toBe('..');
  const fork = await started(machine.fork());
  expect(await askSectors(fork, 'r3', 'w4', 'w5')).toBe('3..');
  expect(await askSectors(machine, 'w6', 'r3', 'r5', 'r6')).toBe('.3f6');
  expect(await askSectors(fork, 'r4', 'r5', 'r6')).toBe('45g');
  expect(fork.drives.map(({ name, medium }) => [name, medium?.sectors])).toEqual([
    ['ide0-hd0', 16],
    ['ide1-cd0', 16],
    ['floppy0', undefined],
  ]);
  await rm(folder, { recursive: true });
});

test('an image that the machine writes to cannot be had twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fork-'));
  const image = join(folder, 'disk.img');
  await writeFile(image, letters);
  const machine = await create([{ image }]);
  await expect(machine.fork()).rejects.toThrow(/^ide0-hd0: .*disk.img is written by this machine, .*\(snapshot\)$/);
  expect(await askSectors(machine, 'w3', 'r3')).toBe('.3');
  await machine.stop();
  await rm(folder, { recursive: true });
});

test('options may be others, as with a snapshot', async () => {
  const machine = await create([]);
  const fork = await started(machine.fork({ name: 'second', network: [] }));
  expect(fork.state).toBe('running');
  await expect(machine.fork({ memory: 3 })).rejects.toThrow(/is of a machine with other options: memory/);
});
