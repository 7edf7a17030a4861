import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DriveOptions, Machine, type MachineOptions } from '../../../src/index.ts';
import { countingFlash, FLASH_BYTES } from '../../support/flash-guest.ts';

let folder: string;
let [code, variables] = ['', ''];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flash-'));
  [code, variables] = [join(folder, 'code.fd'), join(folder, 'variables.fd')];
  writeFileSync(code, countingFlash());
});
beforeEach(() => writeFileSync(variables, new Uint8Array(FLASH_BYTES).fill(0xff)));
afterAll(() => rmSync(folder, { recursive: true }));

const chip = (image: DriveOptions['image'], more: DriveOptions = {}): DriveOptions => {
  return { interface: 'pflash', format: 'raw', image: image!, ...more };
};
const ports = { debugConsole: { iobase: 0xe9 }, debugExit: { iobase: 0xf4, iosize: 1 } } as const;
const both = (more: DriveOptions = {}): MachineOptions => {
  return { memory: 8, vga: 'none', ...ports, drives: [chip(code, { readOnly: true }), chip(variables, more)] };
};

/** Runs a machine to its end: the byte that its firmware found. */
async function found(options: MachineOptions): Promise<number> {
  await using machine = await Machine.create(options);
  return await foundBy(machine);
}

async function foundBy(machine: Machine): Promise<number> {
  const bytes: number[] = [];
  machine.debugConsole.on('data', (data) => bytes.push(...data));
  await machine.start();
  await machine.exited;
  expect(bytes.length).toBe(1);
  return bytes[0]!;
}

test('what firmware writes last before it ends is in the image when it starts again', async () => {
  expect([await found(both()), await found(both()), await found(both())]).toEqual([0xff, 0xfe, 0xfc]);
  expect([...readFileSync(variables).subarray(0, 2)]).toEqual([0xf8, 0xff]);
});

test('with snapshot it is forgotten, and what can only be read stays', async () => {
  expect([await found(both({ snapshot: true })), await found(both({ readOnly: true }))]).toEqual([0xff, 0xff]);
  expect(readFileSync(variables)[0]).toBe(0xff);
});

test('the interpreter runs from flash too', async () => {
  expect(await found({ ...both(), engine: 'interpreter' })).toBe(0xff);
});

test('the end of the first chip is below 1 MB, and the second one below the first', async () => {
  await using machine = await Machine.create(both());
  const image = readFileSync(code);
  expect(Buffer.from(await machine.memoryRead(0xf0000, FLASH_BYTES)).equals(image)).toBe(true);
  expect(Buffer.from(await machine.memoryRead(0xffff0000, FLASH_BYTES)).equals(image)).toBe(true);
  expect([...(await machine.memoryRead(0xfffe0000, 2))]).toEqual([0xff, 0xff]);
});

test('its size stays', async () => {
  await using machine = await Machine.create(both());
  await expect(machine.drives[1]!.resize(2 * FLASH_BYTES)).rejects.toThrow('pflash1 is a flash chip, whose size stays');
  expect(readFileSync(variables).length).toBe(FLASH_BYTES);
});

test('a snapshot has the chips; a machine that goes on from it has what was in them', async () => {
  const options = { ...both(), drives: [chip(countingFlash()), chip(new Uint8Array(FLASH_BYTES).fill(0xf0))] };
  await using machine = await Machine.create(options);
  const snapshot = await machine.snapshot();
  expect(await foundBy(machine)).toBe(0xf0);
  await using restored = await Machine.restore(snapshot);
  expect(await foundBy(restored)).toBe(0xf0);
});

test('a recording is replayed without writing the image, and only with the one that it was made with', async () => {
  const icount = { shift: 3, record: join(folder, 'recording') };
  expect(await found({ ...both({ snapshot: true }), icount })).toBe(0xff);
  const replay = { shift: 3, replay: icount.record };
  const replayed = async () => {
    await using machine = await Machine.create({ ...both(), icount: replay });
    const [end] = [new Promise((resolve) => machine.on('debug', ({ reason }) => resolve(reason)))];
    await machine.start();
    return await Promise.race([end, machine.exited.then(({ reason }) => reason)]);
  };
  expect(await replayed()).toBe('exit');
  expect(readFileSync(variables)[0]).toBe(0xff);
  await found(both());
  await expect(replayed()).rejects.toThrow(/other options; .*drives/);
});

describe('what cannot be', () => {
  const create = (drives: DriveOptions[], more: Partial<MachineOptions> = {}) => Machine.create({ drives, ...more });
  const bytes = (length: number) => chip(new Uint8Array(length));

  test.each<[string, DriveOptions[], Partial<MachineOptions>, string]>([
    [
      'an odd size',
      [bytes(5000)],
      {},
      'a flash chip (pflash0) has a multiple of 4096 bytes, and 8388608 at most; this has 5000: make the image 8192 bytes long',
    ],
    [
      'a small one',
      [bytes(4096), { ...bytes(100), snapshot: true }],
      {},
      '(pflash1) has a multiple of 4096 bytes, and 8388608 at most; this has 100: make the image 4096 bytes long',
    ],
    ['a large one', [bytes(9 << 20)], {}, 'at most; this has 9437184: give a smaller image'],
    ['two large ones', [bytes(5 << 20), bytes(4 << 20)], {}, 'pflash0, pflash1) have 9437184 bytes in all'],
    ['only the second', [{ ...bytes(4096), index: 1 }], {}, 'pflash1 requires pflash0'],
    ['a third', [bytes(4096), bytes(4096), bytes(4096)], {}, 'all 2 pflash drives are taken'],
    ['no image', [{ interface: 'pflash' }], {}, 'a flash chip needs an image'],
    ['a BIOS besides', [bytes(4096)], { boot: { bios: 'rawiron' } }, 'leave out boot.bios (-bios) or the chip'],
    ['no chip', [], { boot: { flash: true } }, "give a drive with interface: 'pflash'"],
    [
      'a kernel beside it',
      [bytes(4096)],
      { boot: { kernel: new Uint8Array(9) } },
      'give boot.flash, or leave out the chip',
    ],
  ])('%s', async (_, drives, more, message) => {
    await expect(create(drives, more)).rejects.toThrow(message);
  });
});
