import { expect, test } from 'vitest';
import type { AccessSize, PortRegion } from '../../../runtime/bus/ports.ts';
import { Random } from '../../support/random.ts';
import { MEMORY_BYTES, StormyMachine } from '../../support/stormy-machine.ts';

const STEPS = 6000;
/** Address windows of chips. */
const chips = [0xfee00000, 0xfec00000, 0xfed00000, 0xa0000, 0xb8000];
const sizes: readonly AccessSize[] = [1, 2, 4];

function value(random: Random): number {
  if (random.chance(40)) return random.below(256);
  return random.chance(50) ? random.below(MEMORY_BYTES) : random.word() >>> 0;
}

/** One access to a port or a register in memory; what was read is a number of that size. */
function touch(
  random: Random,
  machine: StormyMachine,
  regions: readonly PortRegion[],
  places: readonly number[],
): void {
  const { mmu, pc } = machine.core;
  const size = random.pick(sizes);
  const region = random.pick(regions);
  const port = region.first + random.below(Math.min(region.count, 256));
  const address = (random.pick(places) + random.below(random.chance(80) ? 0x400 : 0x10000)) | 0;
  switch (random.below(5)) {
    case 0: {
      const read = pc.ports.read(port, size);
      expect(Number.isInteger(read) && read >= 0 && read < 2 ** (8 * size), `${region.name} ${port}: ${read}`).toBe(
        true,
      );
      break;
    }
    case 1:
      mmu.storeSystem32(address, value(random) | 0);
      break;
    case 2:
      expect(Number.isInteger(mmu.loadSystem32(address))).toBe(true);
      break;
    default:
      pc.ports.write(port, size, value(random));
  }
}

function step(random: Random, machine: StormyMachine, regions: readonly PortRegion[], places: readonly number[]): void {
  const { core, requests } = machine;
  switch (random.below(16)) {
    case 0: {
      const words = new Uint32Array(core.mmu.ram.buffer, 0x100000 + 4 * random.below(0x80000), 64);
      for (let n = 0; n < 64; n++) words[n] = value(random);
      break;
    }
    case 1:
      machine.pass(random.below(random.chance(5) ? 100_000_000 : 200_000));
      break;
    case 2: {
      const [id] = requests.splice(random.below(requests.length), 1);
      if (id !== undefined) core.arrive({ type: 'completion', id, answer: { error: 'io' } });
      break;
    }
    default:
      touch(random, machine, regions, places);
  }
}

test.each([
  [1, 'std'],
  [2, 'std'],
  [3, 'std'],
  [111, 'std'],
  [4, 'cirrus'],
  [5, 'cirrus'],
] as const)(
  'random accesses to all devices: nothing fails, and a reset makes the machine well again: %i, %s',
  (seed, vga) => {
    const random = new Random(seed);
    const machine = new StormyMachine(vga);
    const { core } = machine;
    const places = [...chips, ...machine.placeFunctions()];
    const regions = core.pc.ports.regions();
    for (let n = 0; n < STEPS; n++) step(random, machine, regions, places);
    core.load(structuredClone(core.save()));
    core.reset();
    machine.output = '';
    machine.pass(1000);
    expect(machine.output).toBe('.');
    core.dispose();
  },
);
