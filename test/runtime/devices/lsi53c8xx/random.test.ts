import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { Random } from '../../../support/random.ts';
import { MEMORY_BYTES, MMIO } from '../network/card-rig.ts';
import { type Asked, block10, contents, LsiRig, move, Place, RAM, Reg, select } from './lsi-rig.ts';

const STEPS = 500;
const operations = [
  ...[0x00, 0x03, 0x08, 0x0a, 0x12, 0x15, 0x1a, 0x1b, 0x1e, 0x25, 0x28, 0x28, 0x2a, 0x2a, 0x2e, 0x2f, 0x35, 0x41, 0x42],
  ...[0x43, 0x46, 0x4a, 0x55, 0x5a, 0x88, 0x8a, 0x8f, 0x91, 0x93, 0x9e, 0xa0, 0xa8, 0xaa, 0xbe],
];

/** An address, mostly of memory, sometimes of the chip, and seldom nonsense. */
function address(random: Random): number {
  if (random.chance(4)) return random.word() >>> 0;
  if (random.chance(10)) return random.pick([MMIO + random.below(0x400), RAM + random.below(0x2000)]);
  return random.below(MEMORY_BYTES);
}

/** A command that could mean something, with nonsense here and there. */
function request(random: Random): Asked {
  const command = Array.from({ length: 16 }, () => (random.chance(80) ? 0 : random.below(256)));
  command[0] = random.chance(3) ? random.below(256) : random.pick(operations);
  command[random.pick([4, 5, 7, 8, 9, 13])] = random.below(16);
  return {
    command,
    target: random.pick([0, 0, 0, 3, 5, 5, 6]),
    unit: random.chance(2) ? 1 : 0,
    length: random.below(40) * 512,
    isOut: random.chance(30),
  };
}

/** An instruction that could stand in a driver's program. */
function instruction(random: Random): number[] {
  switch (random.below(6)) {
    case 0:
      return select(random.below(8), address(random));
    case 1:
      return move(random.below(8), random.below(random.pick([4, 20, 20_000])), address(random));
    case 2:
      return [(0x80000000 | random.word()) >>> 0, random.chance(80) ? 8 * random.below(8) : address(random)];
    case 3:
      return [(0x40000000 | (random.word() & 0x3fffffff)) >>> 0, address(random)];
    case 4:
      return [(0xc0000000 | (random.word() & 0x3f0000ff)) >>> 0, address(random)];
    default:
      return [random.word() >>> 0, random.word() >>> 0];
  }
}

function program(random: Random, rig: LsiRig): number[] {
  if (random.chance(50)) return rig.program(request(random));
  const words = rig.program(request(random));
  for (let n = random.below(6); n >= 0; n--)
    words.splice(2 * random.below(words.length / 2), 0, ...instruction(random));
  return words;
}

function touchRegisters(random: Random, rig: LsiRig): void {
  const region = random.pick(rig.regions);
  const size = random.pick([1, 2, 4, 4]);
  const offset = random.below(0x100) & -size;
  if (random.chance(50)) expect(Number.isInteger(region.read(offset, size))).toBe(true);
  else region.write(offset, size, random.chance(60) ? random.below(12) : random.word() >>> 0);
}

function disturb(random: Random, rig: LsiRig): void {
  rig.disk.failure = random.chance(10) ? 'io' : null;
  if (random.chance(10)) rig.cd.insert(random.chance(70));
  if (random.chance(10)) rig.write(random.pick([Reg.control1, Reg.interrupts]), 1 << random.below(8));
  if (random.chance(3)) rig.device.pciFunction.write(4, 2, random.word() & 0xffff);
}

function step(random: Random, rig: LsiRig): void {
  if (rig.regions.length < 2 || random.chance(5)) {
    rig.place();
    rig.write(Reg.interrupts, 0x40);
  }
  switch (random.below(6)) {
    case 0:
      touchRegisters(random, rig);
      break;
    case 1:
      disturb(random, rig);
      break;
    case 2:
      rig.advance(random.below(4000));
      break;
    default:
      rig.put(Place.script, ...program(random, rig));
      rig.write(Reg.script, Place.script, 4);
      if (random.chance(70)) rig.advance(1_000_000);
      if (random.chance(70)) rig.reasons();
  }
}

test.each([1, 2, 3, 4])('nothing that a driver does breaks it for good: seed %i', { timeout: 60_000 }, (seed) => {
  const random = new Random(seed);
  const rig = new LsiRig();
  for (let n = 0; n < STEPS; n++) step(random, rig);
  rig.advance(1_000_000_000);
  const saved = saveComponents([rig.device.component]);
  const copy = new LsiRig();
  loadComponents([copy.device.component], saved);
  expect(copy.device.component.compare(saved[rig.device.component.name]!)).toEqual([]);
  // It is as good as new.
  rig.disk.failure = null;
  rig.disk.insert(true, contents(8));
  rig.device.reset();
  rig.place();
  rig.bytes.fill(0);
  rig.attend();
  expect(rig.data(block10(0x28, 1, 1), 512)).toEqual(contents(2).slice(512));
});
