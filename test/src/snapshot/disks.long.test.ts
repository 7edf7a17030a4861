import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveOptions, Machine, type MachineOptions } from '../../../src/index.ts';
import { nodeCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { writeSnapshot } from '../../../src/snapshot/write.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';
import { askSectors, counterRom, sectorRom } from '../../support/sector-roms.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapshot-disks-'));
});
const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
  await rm(folder, { recursive: true });
});

const SECTOR = 512;
/** Sector n is filled with the letter n. */
const letters = Uint8Array.from({ length: 16 * SECTOR }, (_, n) => 0x61 + (n >> 9));

async function start(machine: Machine): Promise<Machine> {
  machines.push(machine);
  await machine.start();
  return machine;
}

async function create(drive: DriveOptions, options: Partial<MachineOptions> = {}): Promise<Machine> {
  return start(
    await Machine.create({ memory: 2, vga: 'none', boot: { bios: sectorRom }, drives: [drive], ...options }),
  );
}

async function restore(snapshot: Uint8Array, changes: Partial<MachineOptions> = {}): Promise<Machine> {
  return start(await Machine.restore(snapshot, changes));
}

async function rawImage(): Promise<string> {
  const path = join(folder, 'disk.img');
  await writeFile(path, letters);
  return path;
}

async function qcow2Image(): Promise<string> {
  const path = join(folder, 'disk.qcow2');
  const store = await openFile(path, 'write', 'new');
  const disk = await createQcow2(store, { size: letters.length }, nodeStorage.decompressor);
  await disk.write(0, letters);
  await disk.close();
  return path;
}

const images = { raw: rawImage, qcow2: qcow2Image };

describe('a machine with a disk', () => {
  test.each(['raw', 'qcow2'] as const)('goes on with its image as it was left: %s', async (format) => {
    const image = await images[format]();
    const machine = await create({ image });
    expect(await askSectors(machine, 'w3')).toBe('.');
    await machine.pause();
    const snapshot = await machine.snapshot();
    await machine.stop();
    const second = await restore(snapshot, { drives: [image] });
    expect([await askSectors(second, 'r3'), await askSectors(second, 'r4')]).toEqual(['3', 'e']);
  });

  test('is put back with all that it wrote where that is forgotten at the end', async () => {
    const image = await qcow2Image();
    const machine = await create({ image, snapshot: true });
    expect(await askSectors(machine, 'w3')).toBe('.');
    const snapshot = await machine.snapshot();
    for (let n = 0; n < 2; n++) {
      expect([
        await askSectors(machine, 'w3'),
        await askSectors(machine, 'w4'),
        await askSectors(machine, 'r4'),
      ]).toEqual(['.', '.', '4']);
      await machine.load(snapshot);
      expect([await askSectors(machine, 'r3'), await askSectors(machine, 'r4')]).toEqual(['3', 'e']);
    }
    const second = await restore(snapshot, { drives: [{ image, snapshot: true }] });
    expect([await askSectors(second, 'r3'), await askSectors(second, 'r4')]).toEqual(['3', 'e']);
  });

  test('is refused on an image that was written since, and nothing changes', async () => {
    const image = await qcow2Image();
    const machine = await create({ image });
    expect(await askSectors(machine, 'r3')).toBe('d');
    const snapshot = await machine.snapshot();
    expect(await askSectors(machine, 'w3')).toBe('.');
    const changed = /^ide0-hd0: .*disk.qcow2 was changed after the snapshot was taken/;
    await expect(machine.load(snapshot)).rejects.toThrow(changed);
    expect(await askSectors(machine, 'r3')).toBe('3');
    await machine.stop();
    const before = await readFile(image);
    await expect(Machine.restore(snapshot, { drives: [image] })).rejects.toThrow(changed);
    expect(Buffer.compare(await readFile(image), before)).toBe(0);
  });
});

test('a disk in memory is in the snapshot', async () => {
  const machine = await create({ image: letters });
  expect(await askSectors(machine, 'w3')).toBe('.');
  const snapshot = await machine.snapshot();
  const second = await restore(snapshot);
  expect([await askSectors(second, 'r3'), await askSectors(second, 'r4')]).toEqual(['3', 'e']);
  expect([await askSectors(machine, 'w4'), await askSectors(machine, 'r4')]).toEqual(['.', '4']);
  await machine.load(snapshot);
  expect([await askSectors(machine, 'r3'), await askSectors(machine, 'r4')]).toEqual(['3', 'e']);
});

test('a guest that writes on and on finds what it wrote, whenever it is saved and put back', async () => {
  const machine = await create({ image: letters }, { boot: { bios: counterRom } });
  for (let n = 0; n < 20; n++) {
    expect((await machine.serial.expect(/[.!]/))[0]).toBe('.');
    const snapshot = await machine.snapshot();
    expect((await machine.serial.expect(/[.!]/))[0]).toBe('.');
    await machine.load(snapshot);
  }
  expect((await machine.serial.expect(/[.!]{3}/))[0]).toBe('...');
});

test('what a state that does not fit is refused for leaves the disks as they are', async () => {
  const machine = await create({ image: letters });
  const snapshot = await (await create({ image: letters }, { memory: 3 })).snapshot();
  expect(await askSectors(machine, 'w3')).toBe('.');
  await expect(machine.load(snapshot)).rejects.toThrow(
    /is of a machine with other options; give those that it was made with: memory/,
  );
  expect(await askSectors(machine, 'r3')).toBe('3');
});

test('a CD and a floppy disk are there again', async () => {
  const image = await rawImage();
  const drives: DriveOptions[] = [
    { image: letters, interface: 'floppy' },
    { image, media: 'cdrom' },
  ];
  const machine = await create({ image: letters }, { drives });
  const snapshot = await machine.snapshot();
  await expect(Machine.restore(snapshot)).rejects.toThrow(
    /^ide1-cd0: the machine had disk.img \(raw, 8192 bytes\) in it, which has to be given/,
  );
  const second = await restore(snapshot, { drives });
  expect(second.drives.map(({ name, medium }) => [name, medium?.sectors])).toEqual([
    ['floppy0', 16],
    ['ide1-cd0', 16],
  ]);
});

test('where only some drives are given the others are as they were', async () => {
  const image = await rawImage();
  const others: DriveOptions[] = [{ image: letters, interface: 'floppy' }, { media: 'cdrom' }];
  const machine = await create({ image }, { drives: [image, ...others] });
  const snapshot = await machine.snapshot();
  await machine.stop();
  const second = await restore(snapshot, { drives: [image] });
  expect(second.drives.map(({ name, medium }) => [name, medium?.sectors])).toEqual([
    ['ide0-hd0', 16],
    ['floppy0', 16],
    ['ide1-cd0', undefined],
  ]);
  // At another place it is another machine.
  await expect(Machine.restore(snapshot, { drives: [{ image, index: 1 }] })).rejects.toThrow(
    /^ide0-hd0: the machine had disk.img \(raw, 8192 bytes\) in it, which has to be given/,
  );
});

type Tree = { media: Record<string, object> };

test('the contents of a disk cannot name another file', async () => {
  const machine = await create({ image: letters });
  const saved = (await readSnapshot('it', await machine.snapshot(), nodeStorage.decompressor)) as unknown as Tree;
  const secret = await rawImage();
  const header = await readFile(await qcow2Image());
  header.writeBigUInt64BE(512n, 8);
  header.writeUInt32BE(secret.length, 16);
  header.write(secret, 512);
  const contents = new Uint8Array(letters.length);
  contents.set(header.subarray(0, contents.length));
  Object.assign(saved.media['ide0-hd0']!, { contents });
  const second = await restore(await writeSnapshot(saved as never, nodeCompressor));
  expect(second.drives[0]!.format).toBe('raw');
  expect(await askSectors(second, 'r0')).toBe('Q');
});
