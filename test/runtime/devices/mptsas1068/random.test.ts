import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { Random } from '../../../support/random.ts';
import { MEMORY_BYTES } from '../network/card-rig.ts';
import {
  type Asked,
  CHAIN,
  contents,
  keys,
  LAST,
  LAST_OF_PART,
  MptsasRig,
  Place,
  pageMessage,
  Reg,
  SIMPLE,
  taskMessage,
  WIDE,
} from './mptsas-rig.ts';

const STEPS = 4000;
const operations = [
  ...[0x00, 0x03, 0x08, 0x0a, 0x12, 0x15, 0x1a, 0x1b, 0x1e, 0x25, 0x28, 0x28, 0x2a, 0x2a, 0x2e, 0x2f, 0x35, 0x41, 0x42],
  ...[0x43, 0x46, 0x4a, 0x55, 0x5a, 0x88, 0x8a, 0x8f, 0x91, 0x93, 0x9e, 0xa0, 0xa8, 0xaa, 0xbe],
];
const registers = [0x00, 0x04, 0x08, 0x30, 0x34, 0x40, 0x44];
const pageTypes = [0, 1, 2, 9, 0x10, 0x11, 0x12, 0x13];

/** An address, mostly of memory, and seldom nonsense. */
function address(random: Random): number {
  return random.chance(4) ? random.word() >>> 0 : random.below(MEMORY_BYTES);
}

/** A list of elements that could mean something, with nonsense here and there. */
function list(random: Random, length: number): number[] {
  if (random.chance(60)) return [LAST | length, address(random)];
  const flags = random.pick([LAST, SIMPLE, SIMPLE, LAST_OF_PART, CHAIN]);
  const first = random.chance(20) ? random.word() >>> 0 : flags | random.below(length + 1);
  const rest = [CHAIN | random.pick([0, WIDE]) | (random.below(8) << 16), address(random), 0];
  return [first, address(random), LAST | length, address(random), ...rest];
}

function request(random: Random): Asked {
  const command = Array.from({ length: 16 }, () => (random.chance(80) ? 0 : random.below(256)));
  command[0] = random.chance(3) ? random.below(256) : random.pick(operations);
  command[random.pick([4, 5, 7, 8, 9, 13])] = random.below(16);
  const length = random.chance(3) ? random.word() & 0xffffff : random.below(40) * 512;
  return {
    command,
    target: random.pick([0, 0, 0, 3, 5, 5, 7]),
    unit: random.chance(2) ? 1 : 0,
    bus: random.chance(2) ? 1 : 0,
    length,
    isOut: random.chance(40),
    list: list(random, length),
    chainOffset: random.pick([0, 14, 16, 200]),
  };
}

function touchRegisters(random: Random, rig: MptsasRig): void {
  const region = random.pick(rig.regions);
  if (region === undefined) return;
  const size = random.pick([1, 2, 4, 4, 4]);
  const offset = random.chance(70) ? random.pick(registers) : random.below(0x4000) & -size;
  if (random.chance(50)) expect(Number.isInteger(region.read(offset, size))).toBe(true);
  else region.write(offset, size, random.chance(60) ? random.below(12) : random.word() >>> 0);
}

/** A message of any function, by the doorbell or the queue, whose reply may not come. */
function message(random: Random, rig: MptsasRig): void {
  const words = Array.from({ length: random.below(16) }, () => (random.chance(60) ? random.below(16) : random.word()));
  words[0] = (random.below(9) << 24) | random.below(8);
  const place = { target: random.below(9), bus: random.chance(5) ? 1 : 0, unit: random.chance(5) ? 1 : 0 };
  const messages = [
    words,
    pageMessage(random.pick(pageTypes), random.below(12), random.below(20), random.below(8)),
    [...taskMessage(random.below(10), place), random.below(STEPS)],
  ].map((one) => one.map((word) => word >>> 0));
  if (random.chance(30)) rig.handshake(random.pick(messages), random.below(24));
  else rig.post(random.pick(messages));
}

function disturb(random: Random, rig: MptsasRig): void {
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
  if (random.chance(3)) rig.device.pciFunction.write(random.pick([4, 0x42]), 2, random.word() & 0xffff);
}

function step(random: Random, rig: MptsasRig, seen: { replies: number }): void {
  if (rig.regions.length < 2) rig.place();
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
      message(random, rig);
      break;
    default:
      for (let n = random.below(6); n >= 0; n--) rig.submit(request(random));
      rig.idle();
      seen.replies += rig.replies().length;
  }
}

/** Drivers that reset the controller when they are at the end of their tether. */
function revive(random: Random, rig: MptsasRig): void {
  rig.place();
  if (random.chance(50)) for (const key of keys) rig.write(Reg.sequence, key);
  rig.write(Reg.diagnostic, 4);
  rig.start();
}

test.each([1, 2, 3, 4, 5, 6])('nothing that a driver does breaks it for good: seed %i', { timeout: 60_000 }, (seed) => {
  const random = new Random(seed);
  const rig = new MptsasRig(random.chance(50));
  const seen = { replies: 0 };
  for (let n = 0; n < STEPS; n++) {
    if (n === 0 || random.chance(2)) revive(random, rig);
    step(random, rig, seen);
  }
  expect(seen.replies).toBeGreaterThan(3000);
  // What is under way would be begun again, with memory that is another one.
  rig.advance(1_000_000_000);
  const saved = saveComponents([rig.device.component]);
  const copy = new MptsasRig();
  loadComponents([copy.device.component], saved);
  expect(copy.device.component.compare(saved[rig.device.component.name]!)).toEqual([]);
  // It is as good as new.
  rig.disk.failure = null;
  rig.disk.insert(true, contents(8));
  rig.device.reset();
  rig.place();
  rig.bytes.fill(0);
  rig.start().attend();
  expect(rig.read(Reg.doorbell)).toBe(0x24000000);
  expect(rig.ask({ command: [0x28, 0, 0, 0, 0, 1, 0, 0, 1, 0], length: 512 })).toMatchObject({
    iocStatus: 0,
    moved: 512,
  });
  expect(rig.bytes.slice(Place.data, Place.data + 512)).toEqual(contents(2).slice(512));
});
