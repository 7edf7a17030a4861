import { closeSync, openSync, readSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createMachine } from '../../../runtime/machine/create.ts';
import { serveDrivesHere } from '../../../src/drives/here.ts';
import { ConfigurationError, Machine } from '../../../src/index.ts';
import { Machine as HostedMachine } from '../../../src/machine/machine.ts';
import { nodeHost } from '../../../src/node/host.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { diskRom } from '../../support/disk-rom.ts';

const SECTOR = 512;
/** Generous: nothing is asserted of it. */
const PATIENCE = 20_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function temporaryFile(name: string, bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rawiron-drives-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

async function makeMachine(image: string, isolate: 'worker' | 'caller' = 'worker'): Promise<Machine> {
  const drives = [image, { media: 'cdrom' }] as const;
  const machine = await Machine.create({ memory: '2M', boot: { bios: diskRom }, drives: [...drives], isolate });
  cleanups.push(() => machine.stop());
  return machine;
}

/** Keeps this thread from doing anything else until a byte of a file is set. */
function waitForByte(path: string, offset: number): boolean {
  const file = openSync(path, 'r');
  const byte = new Uint8Array(1);
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (const end = performance.now() + PATIENCE; byte[0] === 0 && performance.now() < end; ) {
    Atomics.wait(never, 0, 0, 5);
    readSync(file, byte, 0, 1, offset);
  }
  closeSync(file);
  return byte[0] !== 0;
}

test("a guest reads and writes its disk while the library's thread does nothing else", async () => {
  const image = await temporaryFile('disk.img', new Uint8Array(4 * SECTOR).fill(0x41, 0, SECTOR));
  const machine = await makeMachine(image);
  await machine.start();
  expect(waitForByte(image, SECTOR)).toBe(true);
  await machine.stop();
  expect((await readFile(image)).subarray(SECTOR, 2 * SECTOR)).toEqual(Buffer.alloc(SECTOR, 0x41));
});

test("a machine in the caller's thread has its disks too", async () => {
  const image = await temporaryFile('disk.img', new Uint8Array(4 * SECTOR).fill(0x41, 0, SECTOR));
  const machine = await makeMachine(image, 'caller');
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
  expect((await readFile(image))[2 * SECTOR - 1]).toBe(0x41);
});

test('a host without a thread for them serves them in its own', async () => {
  const image = await temporaryFile('disk.img', new Uint8Array(4 * SECTOR).fill(0x41, 0, SECTOR));
  const node = await nodeHost({
    load: async () => createMachine,
    thread: async () => (await import('../../../src/node/threads/machine-thread.mjs')).url,
  });
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    return [port1, port2] as const;
  };
  const host = { ...node, startDrives: () => serveDrivesHere(nodeStorage, connect) };
  const machine = await HostedMachine.create({ memory: '2M', boot: { bios: diskRom }, drives: [image] }, host);
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
  await machine.stop();
  expect((await readFile(image))[2 * SECTOR - 1]).toBe(0x41);
});

test('the library sees what is in its drives', async () => {
  const image = await temporaryFile('disk.img', new Uint8Array(4 * SECTOR));
  const machine = await makeMachine(image);
  const [disk, cd] = machine.drives;
  expect(disk).toMatchObject({ name: 'ide0-hd0', image, format: 'raw', isReadOnly: false, isRemovable: false });
  expect(cd).toMatchObject({ name: 'ide1-cd0', image: null, format: null, isRemovable: true });
  const medium = await temporaryFile('cd.iso', new Uint8Array(8 * SECTOR));
  await cd!.change(medium);
  expect(cd).toMatchObject({ image: medium, format: 'raw', isReadOnly: true, isLocked: false });
  await cd!.change(new Uint8Array(8 * SECTOR).subarray(SECTOR));
  expect(cd!.image).toBe('the image of ide1-cd0');
  await cd!.change(new Blob([new Uint8Array(8 * SECTOR)]));
  expect(cd).toMatchObject({ image: 'the image of ide1-cd0', isReadOnly: true });
  await cd!.change(new File([new Uint8Array(8 * SECTOR)], 'boot.iso'));
  expect(cd!.image).toBe('boot.iso');
  await cd!.eject();
  expect(cd!.image).toBe(null);
});

test('errors say what they said where they happened', async () => {
  const image = await temporaryFile('disk.img', new Uint8Array(4 * SECTOR));
  const machine = await makeMachine(image);
  const [disk, cd] = machine.drives;
  const refused = cd!.change(`${image}.gone`);
  await expect(refused).rejects.toThrow(`${image}.gone: cannot open it: no such file or directory`);
  await expect(refused).rejects.toBeInstanceOf(ConfigurationError);
  await expect(disk!.eject()).rejects.toThrow('ide0-hd0 is a hard disk: its medium cannot be changed');
  await expect(Machine.create({ drives: [image] })).rejects.toThrow(
    `${image}: is in use by this machine, another one or a command`,
  );
  await machine.stop();
  await expect(cd!.change(image)).rejects.toThrow('the machine has ended');
});

test('an image is free again when its machine has ended', async () => {
  const image = await temporaryFile('disk.img', new Uint8Array(4 * SECTOR));
  for (let n = 0; n < 2; n++) await (await makeMachine(image)).stop();
  await expect(Machine.create({ drives: [image], boot: { bios: `${image}.gone` } })).rejects.toThrow('gone');
  await (await makeMachine(image)).stop();
});
