import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Machine, type MemoryDumpEvents, type MemoryDumpSettings } from '../../../src/index.ts';
import { concatenate } from '../../../src/util/bytes.ts';
import { readCoreFile } from '../../support/core-file.ts';
import { rom } from '../../support/death-roms.ts';
import { classicTables, pagingRom } from '../../support/paging-rom.ts';
import { haltingPair } from '../../support/two-processors.ts';

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.create({ memory: 4, boot: { bios: pagingRom(classicTables) } });
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
});
afterAll(() => machine.stop());

async function dumped(settings: MemoryDumpSettings = {}, of = machine): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await of.memoryDumps.write(async (pieces) => {
    for await (const piece of pieces) parts.push(piece);
  }, settings);
  return concatenate(parts);
}

const ranges = (file: Uint8Array) =>
  readCoreFile(file).segments.map(({ virtual, physical, bytes }) => [virtual, physical, bytes.length]);

test('a dump has all memory by its physical addresses, and the machine goes on', async () => {
  const { segments, notes } = readCoreFile(await dumped());
  expect(machine.state).toBe('running');
  expect(segments.every(({ virtual, physical }) => virtual === physical)).toBe(true);
  expect(segments.map(({ physical }) => physical)).toEqual(expect.arrayContaining([0]));
  const last = segments.at(-1)!;
  expect(last.physical + last.bytes.length).toBe(2 ** 32);
  for (const { physical, bytes } of segments)
    expect(Buffer.compare(bytes, await machine.memoryRead(physical, bytes.length))).toBe(0);
  const registers = await machine.examine('registers');
  const status = notes.get('CORE')!;
  const word = (n: number) => new DataView(status.buffer, status.byteOffset).getUint32(4 * n, true);
  expect([word(18), word(24), word(30), word(33)]).toEqual([
    registers.ebx,
    registers.eax,
    registers.eip,
    registers.esp,
  ]);
});

test('it has the registers of all processors', async () => {
  await using pair = await Machine.create({ memory: 16, processors: 2, boot: { bios: haltingPair.bytes } });
  const halted = new Promise((resolve) => pair.once('halt', resolve));
  await pair.start();
  await halted;
  const { notes } = readCoreFile(await dumped({}, pair));
  const status = notes.get('CORE')!;
  const words = new Uint32Array(Uint8Array.from(status).buffer);
  expect(words.length).toBe(2 * 36);
  const [processId, ebx] = [6, 18];
  expect([words[processId], words[ebx]]).toEqual([1, 0x11111111]);
  expect([words[36 + processId], words[36 + ebx]]).toEqual([2, 0x22222222]);
  expect(notes.get('QEMU')).toHaveLength(2 * 440);
});

test('by page tables it has what they map, at its linear addresses', async () => {
  const { segments } = readCoreFile(await dumped({ paging: true }));
  expect(segments.some(({ virtual, physical }) => virtual !== physical)).toBe(true);
  for (const { virtual, physical, bytes } of segments) {
    expect(await machine.examine('physicalAddress', virtual)).toBe(physical);
    expect(bytes).toEqual(await machine.memoryRead(physical, bytes.length));
  }
});

test('it can be a range of physical addresses', async () => {
  expect(ranges(await dumped({ begin: 0x1000, length: 0x2000 }))).toEqual([[0x1000, 0x1000, 0x2000]]);
  expect(ranges(await dumped({ begin: 0x9ffff, length: 100 }))).toEqual([[0x9ffff, 0x9ffff, 1]]);
  for (const [virtual, physical, bytes] of ranges(await dumped({ paging: true, begin: 0x1000, length: 0x800 }))) {
    expect(await machine.examine('physicalAddress', virtual)).toBe(physical);
    expect(physical >= 0x1000 && physical + bytes <= 0x1800).toBe(true);
  }
});

test.each([
  [{ begin: 1 }, "Parameter 'length' is missing"],
  [{ length: 1 }, "Parameter 'begin' is missing"],
  [{ begin: -1, length: 1 }, "Invalid parameter 'begin'"],
  [{ begin: 0, length: 0.5 }, "Invalid parameter 'length'"],
  [{ begin: 0, length: 0 }, "Invalid parameter 'length'"],
  [{ begin: 0x9000_0000, length: 4096 }, 'dump: no guest memory to dump'],
])('%o: %s', async (settings, message) => {
  await expect(dumped(settings)).rejects.toThrow(message);
  expect(machine.state).toBe('running');
});

test('one that fails says so, and the machine goes on; there is one at a time', async () => {
  const ended: MemoryDumpEvents['ended'][] = [];
  const listener = (event: MemoryDumpEvents['ended']) => void ended.push(event);
  machine.memoryDumps.on('ended', listener);
  const failing = machine.memoryDumps.write(async (pieces) => {
    for await (const _ of pieces) {
      await expect(dumped()).rejects.toThrow('There is a dump in process, please wait.');
      expect(machine.memoryDumps.progress.status).toBe('active');
      throw new Error('the disk is full');
    }
  });
  await expect(failing).rejects.toThrow('the disk is full');
  expect(machine.state).toBe('running');
  expect(ended).toEqual([{ progress: expect.objectContaining({ status: 'failed' }), error: 'the disk is full' }]);
  const file = await dumped();
  const total = ranges(file).reduce((sum, [, , bytes]) => sum + bytes, 0);
  expect(machine.memoryDumps.progress).toEqual({ status: 'completed', completed: total, total });
  machine.memoryDumps.off('ended', listener);
});

test.each([
  ['nothing', 0],
  ['a part', 1],
])('one of which %s is taken is none', async (_, count) => {
  const taken = machine.memoryDumps.write(async (pieces) => {
    const iterator = pieces[Symbol.asyncIterator]();
    for (let n = 0; n < count; n++) await iterator.next();
  });
  await expect(taken).rejects.toThrow('the dump was not taken to its end');
  expect(machine.memoryDumps.progress.status).not.toBe('active');
  await dumped({ begin: 0, length: 1 });
});

test('memory from 4 GB on is in it', async () => {
  const boot = { bios: rom('.wait: jmp .wait') };
  await using high = await Machine.create({ memory: 8, memoryBelow4G: 4, boot });
  const FOUR_GB = 2 ** 32;
  const parts: Uint8Array[] = [];
  await high.memoryDumps.write(async (pieces) => void parts.push(...(await Array.fromAsync(pieces))));
  const { segments } = readCoreFile(concatenate(parts));
  expect(segments.at(-1)!.physical + segments.at(-1)!.bytes.length).toBe(FOUR_GB + (4 << 20));
  expect(await high.examine('memoryMap')).toContainEqual(
    expect.objectContaining({ base: FOUR_GB, length: 4 << 20, kind: 'ram' }),
  );
});

describe('a machine that counts', () => {
  const COUNTER = 0x8000;
  let counting: Machine;
  const count = async () => Buffer.from(await counting.memoryRead(COUNTER, 4)).readUInt32LE();
  beforeEach(async () => {
    const bios = rom(`.count: inc dword [${COUNTER}]\n jmp .count`);
    counting = await Machine.create({ memory: 4, boot: { bios } });
    await counting.start();
    await vi.waitUntil(async () => (await count()) > 0);
  });
  afterEach(() => counting.stop());

  test('stands still for it whatever it is told, and is then as it was told to be', async () => {
    await counting.memoryDumps.write(async (pieces) => {
      let before: number | undefined;
      for await (const _ of pieces) {
        before ??= await count();
        await counting.pause();
        await counting.resume();
        await sleep(5);
        expect(await count()).toBe(before);
      }
      await counting.pause();
    });
    expect(counting.state).toBe('paused');
    const paused = await count();
    await counting.resume();
    await vi.waitUntil(async () => (await count()) !== paused);
  });

  test('can be turned off meanwhile', async () => {
    const ended: MemoryDumpEvents['ended'][] = [];
    counting.memoryDumps.on('ended', (event) => ended.push(event));
    const written = counting.memoryDumps.write(async (pieces) => {
      for await (const _ of pieces) await counting.stop();
    });
    await expect(written).rejects.toThrow('the machine was stopped');
    expect(ended).toMatchObject([{ progress: { status: 'failed' }, error: 'the machine was stopped' }]);
  });

  test('is reset and kept in snapshots after it', async () => {
    const order: string[] = [];
    const others: Promise<unknown>[] = [];
    await counting.memoryDumps.write(async (pieces) => {
      for await (const _ of pieces) {
        if (others.length > 0) continue;
        others.push(counting.snapshot().then(() => order.push('snapshot')));
        others.push(counting.reset().then(() => order.push('reset')));
      }
      order.push('dump');
    });
    await Promise.all(others);
    expect(order.toSorted()).toEqual(['dump', 'reset', 'snapshot']);
    expect(order[0]).toBe('dump');
  });
});
