import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  awaitChannel,
  type DriveOptions,
  Machine,
  type MachineOptions,
  type MigrationStatus,
  openChannel,
} from '../../../src/index.ts';
import { askSectors, sectorRom } from '../../support/sector-roms.ts';
import { pipe } from './pipe.ts';

const letters = Uint8Array.from({ length: 16 * 512 }, (_, n) => 0x61 + (n >> 9));
const machines: Machine[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migration-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

function kept(machine: Machine): Machine {
  machines.push(machine);
  return machine;
}

async function create(options: MachineOptions): Promise<Machine> {
  const machine = kept(await Machine.create(options));
  await machine.start();
  return machine;
}

const withDrives = (drives: readonly DriveOptions[]): Promise<Machine> =>
  create({ memory: 2, vga: 'none', boot: { bios: sectorRom }, drives });

async function demo(options: MachineOptions = {}): Promise<Machine> {
  const machine = await create({ memory: 16, boot: { demo: true }, ...options });
  await machine.serial.expect('demo> ');
  return machine;
}

/** Moves a machine by TCP, and lets it go on there. */
async function moved(machine: Machine, changes: Partial<MachineOptions> = {}): Promise<Machine> {
  const { address, channel } = await awaitChannel('tcp:127.0.0.1:0');
  const { port } = address as { port: number };
  const arriving = channel.then((opened) => Machine.receive(opened, changes));
  await machine.migration.send(openChannel(`tcp:127.0.0.1:${port}`));
  const other = kept(await arriving);
  await other.start();
  return other;
}

test.each(['worker', 'caller'] as const)('a machine moves while it computes: isolate %s', async (isolate) => {
  const machine = await demo({ isolate });
  let heard = '';
  machine.serial.on('data', (bytes) => {
    heard += Buffer.from(bytes).toString();
  });
  machine.serial.write('bench 4000\r');
  const statuses: MigrationStatus[] = [];
  machine.migration.on('status', (status) => void statuses.push(status));
  const other = await moved(machine);
  expect(statuses).toEqual(['setup', 'active', 'completed']);
  expect([machine.state, machine.migration.isGone]).toEqual(['paused', true]);
  expect(heard).not.toMatch('primes');
  expect((await other.serial.expect(/with (\d+) primes/, { timeout: 60_000 }))[1]).toBe('23000');
  const { passes, normalFrames, zeroFrames, remainingBytes } = machine.migration.statistics!;
  expect(passes).toBeGreaterThan(1);
  expect(normalFrames + zeroFrames).toBeGreaterThanOrEqual(16 * 256);
  expect(remainingBytes).toBe(0);
});

test('one that was paused arrives so', async () => {
  const machine = await demo();
  await machine.pause();
  const [near, far] = pipe();
  const sent = machine.migration.send(near);
  const other = kept(await Machine.receive(far));
  expect(await other.migration.arrived).toEqual({ wasRunning: false });
  await sent;
});

test('its images go with it, and what is written elsewhere than in files', async () => {
  const image = join(folder, 'disk.img');
  await writeFile(image, letters);
  const forgotten = join(folder, 'forgotten.img');
  await writeFile(forgotten, letters);
  const machine = await withDrives([
    { image },
    { image: letters, media: 'cdrom' },
    { interface: 'floppy' },
    { image: forgotten, snapshot: true, index: 1 },
  ]);
  expect(await askSectors(machine, 'w3', 'w4')).toBe('..');
  const drives = [
    { image },
    { image: letters, media: 'cdrom' as const },
    { interface: 'floppy' as const },
    { image: forgotten, snapshot: true, index: 1 },
  ];
  const other = await moved(machine, { drives });
  expect(await askSectors(other, 'r3', 'r5', 'w5')).toBe('3f.');
  await expect(machine.start()).rejects.toThrow(/disk.img: is in use by this machine, another one/);
  await expect(machine.snapshot()).rejects.toThrow(/^ide0-hd0: its image was handed over to another process/);
  await other.stop();
  await expect(machine.start()).rejects.toThrow(/disk.img was changed after/);
  expect((await readFile(image))[5 * 512]).toBe('5'.charCodeAt(0));
});

test('disks in memory need not be named', async () => {
  const machine = await withDrives([{ image: letters }]);
  expect(await askSectors(machine, 'w3')).toBe('.');
  const other = await moved(machine);
  expect(await askSectors(other, 'r3', 'r4')).toBe('3e');
});

test('a machine that was taken back goes on', async () => {
  const image = join(folder, 'back.img');
  await writeFile(image, letters);
  const machine = await withDrives([{ image }]);
  const other = await moved(machine, { drives: [{ image }] });
  await other.stop();
  await machine.start();
  expect(await askSectors(machine, 'w2', 'r2')).toBe('.2');
});

test.each<[string, Partial<MachineOptions>, RegExp]>([
  ['other memory', { memory: 32 }, /: it is of a machine with other options: memory 16 \(here 32\)$/],
  ['other devices', { balloon: true }, /: it is of a machine with other options: balloon not given \(here true\)$/],
])('one that cannot be had here goes on there: %s', async (_, changes, message) => {
  const machine = await demo();
  const [near, far] = pipe();
  const sent = machine.migration.send(near);
  sent.catch(() => {});
  const other = kept(await Machine.receive(far, changes));
  await expect(other.start()).rejects.toThrow(message);
  await expect(sent).rejects.toThrow(/the other end cannot take the machine/);
  expect([machine.state, machine.migration.status]).toEqual(['running', 'failed']);
  machine.serial.write('bench 1\r');
  await machine.serial.expect('with 23000 primes');
});

test('an image that is not named, or is not there, keeps the machine where it is', async () => {
  const image = join(folder, 'named.img');
  await writeFile(image, letters);
  const machine = await withDrives([{ image }]);
  const answers = [{}, { drives: [{ image: join(folder, 'nowhere.img') }] }];
  for (const changes of answers) {
    const [near, far] = pipe();
    const sent = machine.migration.send(near);
    sent.catch(() => {});
    await expect(Machine.receive(far, changes)).rejects.toThrow(/named.img|nowhere.img/);
    await expect(sent).rejects.toThrow(/the other end cannot take the machine/);
  }
  expect(await askSectors(machine, 'w2', 'r2')).toBe('.2');
});

test('it can be cancelled, and goes on where it is', async () => {
  const machine = await demo();
  machine.migration.set({ maxBandwidth: 1000 });
  const [near, far] = pipe();
  const sent = machine.migration.send(near);
  sent.catch(() => {});
  const other = kept(await Machine.receive(far));
  await expect(machine.migration.send(near)).rejects.toThrow("There's a migration process in progress");
  machine.migration.cancel();
  await expect(sent).rejects.toThrow('the migration was cancelled');
  await expect(other.start()).rejects.toThrow('the migration was cancelled');
  expect([machine.state, machine.migration.status]).toEqual(['running', 'cancelled']);
  machine.serial.write('bench 1\r');
  await machine.serial.expect('with 23000 primes');
});

test('parameters are checked', () => {
  const wrong = [{ downtimeLimit: -1 }, { downtimeLimit: 2_000_001 }, { maxBandwidth: 0.5 }, { speed: 1 } as never];
  return demo().then((machine) => {
    for (const parameters of wrong)
      expect(() => machine.migration.set(parameters)).toThrow(/downtimeLimit|maxBandwidth/);
    expect(machine.migration.parameters).toEqual({ downtimeLimit: 300, maxBandwidth: 128 << 20 });
  });
});

test.each(['translator', 'interpreter'] as const)(
  'all memory is the same there, whatever the guest wrote meanwhile: %s',
  async (engine) => {
    const machine = await demo({ engine, memory: 4 });
    machine.serial.write('bench 5000\r');
    const [near, far] = pipe();
    const sent = machine.migration.send(near);
    const other = kept(await Machine.receive(far));
    await Promise.all([sent, other.migration.arrived]);
    for (const [from, to] of [
      [0, 0xa0000],
      [1 << 20, 1 << 22],
    ] as const) {
      const [here, there] = await Promise.all([machine, other].map((one) => one.memoryRead(from, to - from)));
      expect(Buffer.compare(here, there)).toBe(0);
    }
    const [left, right] = [await machine.examine('registers'), await other.examine('registers')];
    expect(right).toEqual(left);
  },
);
