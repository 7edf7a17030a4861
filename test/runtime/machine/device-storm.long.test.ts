import { expect, test } from 'vitest';
import type { PortRegion } from '../../../runtime/bus/ports.ts';
import { Random } from '../../support/random.ts';
import { chips, StormyMachine, touch, value } from '../../support/stormy-machine.ts';

const STEPS = 6000;

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
