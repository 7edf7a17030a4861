import { expect, test } from 'vitest';
import { Machine, type MachineOptions } from '../../../src/index.ts';

const bytes = (...all: number[]) => Uint8Array.from(all);

/** An ELF executable for i386 with one segment of these bytes, then zeros up to `size`. */
function elf(address: number, content: Uint8Array, size: number): Uint8Array {
  const file = new Uint8Array(0x60 + content.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  for (const [at, value] of [
    [0x10, 2],
    [0x12, 3],
    [0x28, 52],
    [0x2a, 32],
    [0x2c, 1],
  ] as const)
    view.setUint16(at, value, true);
  const words = [
    [0x14, 1],
    [0x18, address + 1],
    [0x1c, 0x34],
  ] as const;
  const header = [1, 0x60, address, address, content.length, size, 5, 1];
  for (const [at, value] of [...words, ...header.map((word, n) => [0x34 + 4 * n, word] as const)])
    view.setUint32(at, value, true);
  file.set(content, 0x60);
  return file;
}

const demo = { memory: 8, boot: { demo: true } } as const satisfies MachineOptions;

test('contents are in memory from the start and again after each reset, and later ones over earlier ones', async () => {
  await using machine = await Machine.create({
    ...demo,
    memoryContents: [
      { image: bytes(1, 2, 3, 4), address: 0x50_0000 },
      { image: bytes(9), address: 0x50_0001 },
    ],
  });
  const read = () => machine.memoryRead(0x50_0000, 4);
  expect(await read()).toEqual(bytes(1, 9, 3, 4));
  await machine.memoryWrite(0x50_0000, bytes(0, 0, 0, 0));
  await machine.reset();
  expect(await read()).toEqual(bytes(1, 9, 3, 4));
});

test('the segments of an ELF file go to their own addresses, unless it is raw', async () => {
  const image = elf(0x60_0000, bytes(5, 6), 4);
  await using machine = await Machine.create({
    ...demo,
    memoryContents: [
      { image: bytes(7, 7, 7, 7, 7), address: 0x60_0000 },
      { image, address: 0x50_0000, processor: 0 },
      { image, address: 0x40_0000, raw: true },
    ],
  });
  expect(await machine.memoryRead(0x60_0000, 5)).toEqual(bytes(5, 6, 0, 0, 7));
  expect(await machine.memoryRead(0x50_0000, 1)).toEqual(bytes(0));
  expect(await machine.memoryRead(0x40_0000, 4)).toEqual(image.subarray(0, 4));
  expect((await machine.examine('registers')).eip).toBe(0x60_0001);
});

test('the first processor begins where it is said', async () => {
  await using machine = await Machine.create({ ...demo, memoryContents: [{ address: 0x12_3456, processor: 0 }] });
  expect((await machine.examine('registers')).eip).toBe(0x12_3456);
});

test('a machine that is saved has its contents', async () => {
  await using machine = await Machine.create({
    ...demo,
    memoryContents: [{ image: bytes(1, 2), address: 0x50_0000, raw: true }],
  });
  await using restored = await Machine.restore(await machine.snapshot());
  await restored.memoryWrite(0x50_0000, bytes(0, 0));
  await restored.reset();
  expect(await restored.memoryRead(0x50_0000, 2)).toEqual(bytes(1, 2));
});

test.each<[MachineOptions, string]>([
  [{ memoryContents: [{ image: '/no/such' }] }, 'cannot read the image for the memory /no/such: no such file'],
  [{ memoryContents: [{}] }, 'memoryContents[0] has neither an image nor a processor that begins there'],
  [{ memoryContents: [{ processor: 1 }] }, 'Specified boot CPU#1 is nonexistent'],
  [{ memoryContents: [{ processor: 0, address: -1 }] }, 'memoryContents[0].address is -1'],
  [
    { memoryContents: [{ image: bytes(1), address: 0x7fff_fff0 }] },
    'what is to be put into memory has no place: there is no memory at 0x7ffffff0; give another address',
  ],
  [{ memoryContents: [{ image: elf(0x60_0000, bytes(1), 1).subarray(0, 70) }] }, 'truncated'],
])('%j is refused', async (options, message) => {
  await expect(Machine.create({ ...demo, ...options })).rejects.toThrow(message);
});
