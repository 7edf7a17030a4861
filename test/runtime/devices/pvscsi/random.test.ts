import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { Random } from '../../../support/random.ts';
import { MEMORY_BYTES, MMIO } from '../network/card-rig.ts';
import { type Asked, contents, Place, PvscsiRig, Reg } from './pvscsi-rig.ts';

const STEPS = 4000;
const operations = [
  ...[0x00, 0x03, 0x08, 0x0a, 0x12, 0x15, 0x1a, 0x1b, 0x1e, 0x25, 0x28, 0x28, 0x2a, 0x2a, 0x2e, 0x2f, 0x35, 0x41, 0x42],
  ...[0x43, 0x46, 0x4a, 0x55, 0x5a, 0x88, 0x8a, 0x8f, 0x91, 0x93, 0x9e, 0xa0, 0xa8, 0xaa, 0xbe],
];
const registers = [0, 4, 8, 0x100c, 0x2010, 0x3014, 0x4018];

/** An address, mostly of memory, and seldom nonsense. */
function address(random: Random): number {
  return random.chance(4) ? random.word() >>> 0 : random.below(MEMORY_BYTES);
}

/** A command that could mean something, with nonsense here and there. */
function request(random: Random): Asked {
  const command = Array.from({ length: 16 }, () => (random.chance(80) ? 0 : random.below(256)));
  command[0] = random.chance(3) ? random.below(256) : random.pick(operations);
  command[random.pick([4, 5, 7, 8, 9, 13])] = random.below(16);
  return {
    command,
    target: random.pick([0, 0, 0, 3, 5, 5, 9]),
    unit: random.chance(2) ? 1 : 0,
    data: address(random),
    length: random.chance(3) ? random.word() >>> 0 : random.below(40) * 512,
    flags: random.chance(10) ? random.below(32) : random.pick([0, 8, 16]),
  };
}

function touchRegisters(random: Random, rig: PvscsiRig): void {
  const region = rig.regions[0];
  if (region === undefined) return;
  const size = random.pick([1, 2, 4, 4, 4]);
  const offset = random.chance(70) ? random.pick(registers) : random.below(0x8000) & -size;
  if (random.chance(50)) expect(Number.isInteger(region.read(offset, size))).toBe(true);
  else region.write(offset, size, random.chance(60) ? random.below(12) : random.word() >>> 0);
}

/** Rings anywhere, of any size. */
function wildRings(random: Random, rig: PvscsiRig): void {
  const words = Array.from({ length: 132 }, (_, n) => (n % 2 === 1 ? 0 : random.below(MEMORY_BYTES >> 12)));
  words[0] = random.pick([1, 2, 4, 8, 32]);
  words[1] = random.pick([1, 2, 4, 8, 32]);
  words[random.below(132)] = random.word() >>> 0;
  rig.command(3, ...words);
}

function disturb(random: Random, rig: PvscsiRig): void {
  if (random.chance(30)) {
    const at = random.below(MEMORY_BYTES - 256);
    for (let n = 0; n < 256; n++) rig.bytes[at + n] = random.word();
  }
  rig.disk.failure = random.chance(10) ? 'io' : null;
  if (random.chance(5)) {
    rig.advance(1_000_000_000);
    rig.disk.insert(true, new Uint8Array(512 * (1 + random.below(8000))));
  }
  if (random.chance(10)) rig.cd.insert(random.chance(70));
  if (random.chance(3)) rig.device.pciFunction.write(random.pick([4, 0x7e]), 2, random.word() & 0xffff);
}

function step(random: Random, rig: PvscsiRig, seen: { done: number }): void {
  switch (random.below(8)) {
    case 0:
      touchRegisters(random, rig);
      break;
    case 1:
      disturb(random, rig);
      break;
    case 2:
      rig.advance(random.below(4000));
      break;
    case 3:
      if (rig.regions.length > 0 && random.chance(10)) wildRings(random, rig);
      break;
    default: {
      if (rig.regions.length === 0) return;
      for (let n = random.below(6); n >= 0; n--) rig.submit(request(random));
      rig.kick();
      rig.idle();
      seen.done += rig.completions().length;
    }
  }
}

test.each([1, 2, 3, 4, 5, 6])('nothing that a driver does breaks it for good: seed %i', { timeout: 60_000 }, (seed) => {
  const random = new Random(seed);
  const rig = new PvscsiRig();
  const seen = { done: 0 };
  for (let n = 0; n < STEPS; n++) {
    if (n === 0 || random.chance(2)) {
      rig.enable(rig.device.pciFunction, [MMIO]);
      rig.start();
    }
    step(random, rig, seen);
  }
  expect(seen.done).toBeGreaterThan(3000);
  // What is under way would be begun again, with memory that is another one.
  rig.advance(1_000_000_000);
  const saved = saveComponents([rig.device.component]);
  const copy = new PvscsiRig();
  loadComponents([copy.device.component], saved);
  expect(copy.device.component.compare(saved[rig.device.component.name]!)).toEqual([]);
  // It is as good as new.
  rig.disk.failure = null;
  rig.disk.insert(true, contents(8));
  rig.device.reset();
  rig.enable(rig.device.pciFunction, [MMIO]);
  rig.bytes.fill(0);
  rig.start().attend();
  expect(rig.register(Reg.status)).toBe(0);
  expect(rig.ask({ command: [0x28, 0, 0, 0, 0, 1, 0, 0, 1, 0], length: 512 })).toMatchObject({ status: 0, moved: 512 });
  expect(rig.bytes.slice(Place.data, Place.data + 512)).toEqual(contents(2).slice(512));
});
