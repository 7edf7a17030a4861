import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type DriveOptions, Machine } from '../../../src/index.ts';
import { askSectors, sectorRom } from '../../support/sector-roms.ts';
import { pipe } from '../migration/pipe.ts';

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
    { image: letters, media: 'cdrom', id: 'cd' },
    { interface: 'floppy', id: 'floppy' },
  ]);
  expect(await askSectors(machine, 'w3', 'w4')).toBe('..');
  const fork = await started(machine.fork());
  expect(await askSectors(fork, 'r3', 'w4', 'w5')).toBe('3..');
  expect(await askSectors(machine, 'w6', 'r3', 'r5', 'r6')).toBe('.3f6');
  expect(await askSectors(fork, 'r4', 'r5', 'r6')).toBe('45g');
  expect(fork.drives.map(({ name, id, medium }) => [name, id, medium?.sectors])).toEqual([
    ['ide0-hd0', undefined, 16],
    ['ide1-cd0', 'cd', 16],
    ['floppy0', 'floppy', undefined],
  ]);
  const named = await started(machine.fork({ drives: [{ media: 'cdrom', index: 2, image: letters, id: 'other' }] }));
  expect(named.drives.map(({ name, id }) => [name, id])).toEqual([
    ['ide1-cd0', 'other'],
    ['ide0-hd0', undefined],
    ['floppy0', 'floppy'],
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
  const message =
    'the fork: is of a machine with other options; give those that it was made with: memory 2 (here 3); hpet not given (here false)';
  await expect(machine.fork({ memory: 3, hpet: false })).rejects.toThrow(message);
});

test('a machine that goes on from another one is not recorded, and does not arrive', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fork-'));
  const record = join(folder, 'kept');
  await writeFile(record, 'an earlier recording');
  const machine = await create([]);
  const snapshot = await machine.snapshot();
  const [near, far] = pipe();
  const sent = machine.migration.send(near);
  sent.catch(() => {});
  const icount = { shift: 3, record };
  const makers = [
    () => machine.fork({ icount }),
    () => Machine.restore(snapshot, { icount }),
    () => Machine.receive(far, { icount }),
    () => Machine.create({ memory: 2, icount, incoming: true }),
  ];
  for (const make of makers) await expect(make()).rejects.toThrow(/cannot go on from a snapshot; leave out record/);
  await expect(sent).rejects.toThrow(/cannot take the machine: .*leave out record and replay/);
  expect(await readFile(record, 'utf8')).toBe('an earlier recording');
  const incoming = { incoming: true };
  for (const make of [() => machine.fork(incoming), () => Machine.restore(snapshot, incoming)])
    await expect(make()).rejects.toThrow(/^incoming: a machine that goes on from a snapshot/);
  await rm(folder, { recursive: true });
});

describe('forks one after the other', () => {
  const demo = async (): Promise<Machine> => {
    const machine = await started(Machine.create({ memory: 16, boot: { demo: true } }));
    await machine.serial.expect('demo> ');
    return machine;
  };

  test('each goes on from the first machine, not from the one before', async () => {
    const machine = await demo();
    for (const [typed, command] of ['ab', 'cd', 'ef'].map((text) => [text, `${text}1`] as const)) {
      const fork = await started(machine.fork());
      fork.serial.write(`${command}\r`);
      expect((await fork.serial.expect(/There is no command (\w+)\W/))[1]).toBe(command);
      fork.serial.write('bench 300\r');
      fork.serial.write('left over');
      await fork.stop();
      machine.serial.write(`${typed}\r`);
      expect((await machine.serial.expect(/There is no command (\w+)\W/))[1]).toBe(typed);
      await machine.serial.expect('demo> ');
    }
  });

  test('the whole screen is seen, though it was looked at before', async () => {
    const machine = await started(Machine.create({ memory: 4, vga: 'std', boot: { bios: 'rawiron' } }));
    await machine.screen.expect(/\w+/);
    await machine.pause();
    const shown = await machine.screen.text();
    for (let n = 0; n < 3; n++) {
      const fork = await machine.fork();
      machines.push(fork);
      expect(await fork.screen.text()).toBe(shown);
      await fork.stop();
    }
  });

  test('nothing stops at breakpoints of the one before', async () => {
    const machine = await demo();
    const { eip } = await machine.examine('registers');
    const first = await machine.fork();
    machines.push(first);
    await first.debug('setBreakpoints', [eip]);
    const stopped = new Promise((resolve) => first.on('debug', resolve));
    await first.start();
    await stopped;
    await first.stop();
    const second = await started(machine.fork());
    second.serial.write('bench 1\r');
    expect((await second.serial.expect(/with (\d+) primes/))[1]).toBe('23000');
  });

  test('several at a time, after some were made ready', async () => {
    const machine = await demo();
    await machine.prepareForks(2);
    const forks = await Promise.all([machine.fork(), machine.fork(), machine.fork()]);
    machines.push(...forks);
    for (const fork of forks) {
      await fork.start();
      fork.serial.write('bench 1\r');
    }
    for (const fork of forks) expect((await fork.serial.expect(/with (\d+) primes/))[1]).toBe('23000');
  });

  test('one that fails is none for the next', async () => {
    const machine = await demo();
    await expect(machine.fork({ memory: 32 })).rejects.toThrow(/memory/);
    const fork = await started(machine.fork());
    fork.serial.write('bench 1\r');
    await fork.serial.expect(/with (\d+) primes/);
  });
});
