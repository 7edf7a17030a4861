import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { Random } from '../../../support/random.ts';
import { MEMORY_BYTES, MMIO } from '../network/card-rig.ts';
import { ENABLE, NvmeRig, Place, Reg } from './nvme-rig.ts';

const STEPS = 4000;
const registers = [0x0c, 0x10, 0x14, 0x1c, 0x24, 0x28, 0x2c, 0x30, 0x34];
const adminCommands = [0, 1, 1, 1, 2, 4, 5, 5, 5, 6, 8, 9, 10, 12, 0x80];
const ioCommands = [0, 1, 1, 2, 2, 5, 8, 9, 0x7f];

/** An address, mostly of a page in memory, and seldom nonsense. */
function address(random: Random): number {
  if (random.chance(3)) return random.word() >>> 0;
  const page = random.below(MEMORY_BYTES >> 12) << 12;
  return random.chance(15) ? page + random.below(4096) : page;
}

function dword(random: Random): number {
  if (random.chance(10)) return random.word() >>> 0;
  return random.below(random.chance(60) ? 16 : 4096) + (random.chance(50) ? random.below(70) << 16 : 0);
}

/** A command that could mean something, in the queue's own form, with nonsense here and there. */
function command(random: Random, number: number) {
  const opcode = random.pick(number === 0 ? adminCommands : ioCommands);
  return {
    opcode: random.chance(3) ? random.below(256) : opcode,
    flags: random.chance(3) ? random.below(256) : 0,
    namespace: random.pick([0, 1, 1, 1, 1, 1, 2, 0xffffffff]),
    data: address(random),
    second: address(random),
    words: [
      dword(random),
      random.chance(80) ? random.below(8) + (random.below(6) << 16) : dword(random),
      dword(random),
    ],
  };
}

function touchRegisters(random: Random, rig: NvmeRig): void {
  const region = rig.regions[0];
  if (region === undefined) return;
  const size = random.pick([1, 2, 4, 4, 4]);
  const offset = random.chance(50) ? random.pick(registers) : random.below(0x4000) & -size;
  if (random.chance(50)) expect(Number.isInteger(region.read(offset, size))).toBe(true);
  else region.write(offset, size, random.chance(50) ? address(random) : random.word() >>> 0);
}

function spoilMemory(random: Random, { bytes }: NvmeRig): void {
  const at = random.below(MEMORY_BYTES - 256);
  for (let n = 0; n < 256; n++) bytes[at + n] = random.word();
}

function isReady(rig: NvmeRig): boolean {
  return rig.regions.length > 0 && rig.register(Reg.csts) === 1;
}

/** Enabled as a driver does it, or with queues anywhere. */
function begin(random: Random, rig: NvmeRig): void {
  rig.enable(rig.device.pciFunction, [MMIO, 0]);
  rig.register(Reg.cc, 0);
  rig.register(0x2c, 0);
  rig.register(0x34, 0);
  rig.start();
  for (const queue of [1, 2]) if (random.chance(80)) rig.addQueue(queue, 2 + random.below(60));
}

function step(random: Random, rig: NvmeRig, seen: { done: number }): void {
  switch (random.below(10)) {
    case 0:
      touchRegisters(random, rig);
      break;
    case 1:
      if (random.chance(30)) spoilMemory(random, rig);
      break;
    case 2:
      rig.advance(random.below(4000));
      break;
    case 3:
      rig.disk.failure = random.chance(10) ? 'io' : null;
      if (random.chance(5)) rig.disk.insert(true, new Uint8Array(512 * (1 + random.below(8000))));
      if (random.chance(3)) rig.device.pciFunction.write(random.pick([4, 0x42]), 2, random.word() & 0xffff);
      break;
    case 4:
      if (rig.regions.length > 0) rig.register(0x1000 + 4 * random.below(8), random.below(64));
      break;
    default: {
      const queue = random.below(3);
      if (!isReady(rig) || !rig.has(queue)) return;
      for (let n = random.below(6); n >= 0; n--) rig.submit(queue, command(random, queue));
      rig.ring(queue);
      rig.idle();
      seen.done += rig.completions(queue).length;
    }
  }
}

test.each([1, 2, 3, 4, 5, 6])('nothing that a driver does breaks it for good: seed %i', { timeout: 60_000 }, (seed) => {
  const random = new Random(seed);
  const rig = new NvmeRig();
  const seen = { done: 0 };
  let broken = 0;
  for (let n = 0; n < STEPS; n++) {
    if (n === 0 || !isReady(rig) || random.chance(1)) {
      begin(random, rig);
      if (!isReady(rig)) broken++;
    }
    step(random, rig, seen);
  }
  expect(broken).toBe(0);
  expect(seen.done).toBeGreaterThan(3000);
  // What is under way would be begun again, with memory that is another one.
  rig.advance(100_000_000);
  const saved = saveComponents([rig.device.component]);
  const copy = new NvmeRig();
  loadComponents([copy.device.component], saved);
  expect(copy.device.component.compare(saved[rig.device.component.name]!)).toEqual([]);
  // It is as good as new.
  rig.disk.failure = null;
  rig.disk.insert(true, rig.disk.bytes.slice(0, 512));
  rig.device.reset();
  rig.enable(rig.device.pciFunction, [MMIO, 0]);
  rig.register(Reg.cc, 0);
  rig.bytes.fill(0);
  rig.start().addQueue(1);
  expect(rig.register(Reg.cc)).toBe(ENABLE);
  rig.disk.requests.length = 0;
  expect(rig.io(2, 0, 1).status).toBe(0);
  expect(rig.data(512, Place.data)).toEqual(rig.disk.bytes);
});
