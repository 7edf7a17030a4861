import { afterEach, expect, test } from 'vitest';
import { Machine, type MachineOptions } from '../../../src/index.ts';
import { haltingDisk } from '../../support/smbios.ts';

let machine: Machine | undefined;

afterEach(() => machine?.stop());

/** A machine whose guest has halted. */
async function halted(options: MachineOptions): Promise<Machine> {
  machine = await Machine.create({ memory: 4, ...options });
  const halt = new Promise((resolve) => machine!.on('halt', resolve));
  await machine.start();
  await halt;
  return machine;
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

test('an image of a drive may be an ArrayBuffer, which stays as it is', async () => {
  const image = bufferOf(haltingDisk());
  const guest = await halted({ drives: [{ image }, { media: 'cdrom' }] });
  expect(await guest.memoryRead(0x7c00, 2)).toEqual(Uint8Array.of(0xfa, 0xf4));
  await guest.drives[1]!.change(image);
  expect(new Uint8Array(image)).toEqual(haltingDisk());
});

test('so may a BIOS', async () => {
  const bios = new Uint8Array(0x10000);
  bios.set([0xfa, 0xf4], 0xfff0);
  await halted({ boot: { bios: bufferOf(bios) } });
});

test('a machine goes on from a snapshot in a Blob', async () => {
  const first = await halted({ drives: [{ image: haltingDisk() }] });
  const snapshot = new Blob([new Uint8Array(await first.snapshot())]);
  await first.stop();
  machine = await Machine.restore(snapshot);
  expect(await machine.memoryRead(0x7c00, 2)).toEqual(Uint8Array.of(0xfa, 0xf4));
});

test('memory is written, and code that runs there is the new one', async () => {
  const image = haltingDisk();
  // cli; jmp $
  image.set([0xfa, 0xeb, 0xfe]);
  machine = await Machine.create({ memory: 4, drives: [{ image }] });
  await machine.start();
  await expect.poll(async () => (await machine!.memoryRead(0x7c00, 1))[0], { timeout: 60_000 }).toBe(0xfa);
  const halt = new Promise((resolve) => machine!.on('halt', resolve));
  const bytes = Uint8Array.of(0, 0xf4, 0xeb, 0xfd).subarray(1);
  await machine.memoryWrite(0x7c01, bytes);
  await halt;
  expect(await machine.memoryRead(0x7c01, 3)).toEqual(bytes);
});

test('what is no memory is not written', async () => {
  const guest = await halted({ drives: [{ image: haltingDisk() }] });
  await expect(guest.memoryWrite(4 << 20, Uint8Array.of(1))).rejects.toThrow('1 bytes at 0x400000 cannot be written');
  // All of it or nothing, where it goes on into the display adapter's memory.
  const before = await guest.memoryRead(0x9fff0, 16);
  await expect(guest.memoryWrite(0x9fff0, new Uint8Array(32).fill(7))).rejects.toThrow('not all of that is RAM or ROM');
  expect(await guest.memoryRead(0x9fff0, 16)).toEqual(before);
  await expect(guest.memoryWrite(-1, Uint8Array.of(1))).rejects.toThrow('-1 is no address of memory');
});
