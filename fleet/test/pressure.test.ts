import { expect, test } from 'vitest';
import { MemoryPressure, type MemoryUser } from '../src/machines/pressure.ts';

const MEGABYTE = 1 << 20;
const TOTAL = 16 * 1024 * MEGABYTE;

/** A machine of 128 MB, of whose guest's memory so many megabytes could be had. */
class TestMachine implements MemoryUser {
  readonly name: string;
  readonly memory = 128 * MEGABYTE;
  unused: number | undefined;
  hasRested = false;
  readonly balloon: NonNullable<MemoryUser['balloon']> & { memory: number };

  constructor(name: string, available: number | undefined, unused?: number) {
    this.name = name;
    this.unused = unused;
    const balloon = {
      memory: this.memory,
      total: this.memory,
      setMemory(size: number | string) {
        balloon.memory = Number.parseInt(String(size), 10) * 1024;
      },
      statistics: async () => {
        if (available === undefined) throw new Error('no driver');
        return { available: available * MEGABYTE };
      },
    };
    this.balloon = balloon;
  }

  isUsed = false;

  rest = async (): Promise<boolean> => {
    this.hasRested = !this.isUsed;
    return this.hasRested;
  };

  get megabytes(): number {
    return this.balloon.memory / MEGABYTE;
  }
}

function pressureOn(...machines: readonly MemoryUser[]) {
  const at = { available: 0 };
  const lines: string[] = [];
  const pressure = new MemoryPressure({
    available: () => at.available * MEGABYTE,
    total: TOTAL,
    machines: () => machines,
    log: (message) => void lines.push(message),
  });
  const look = async (available: number) => {
    at.available = available;
    await pressure.look();
  };
  return { look, lines };
}

test('as long as a sixteenth of the memory is available nothing happens', async () => {
  const machine = new TestMachine('a', 100, 60_000);
  const { look, lines } = pressureOn(machine);
  await look(1024);
  expect([machine.hasRested, machine.megabytes, lines]).toEqual([false, 128, []]);
});

test('machines that may be suspended are, those first that were not used for longest, and no more than needed', async () => {
  const machines = [
    new TestMachine('a', 100, 60_000),
    new TestMachine('b', 100, 600_000),
    new TestMachine('c', 100),
    new TestMachine('d', 100, 300_000),
  ];
  const { look } = pressureOn(...machines);
  await look(1024 - 200);
  expect(machines.map(({ hasRested }) => hasRested)).toEqual([false, true, false, true]);
  expect(machines.map(({ megabytes }) => megabytes)).toEqual([128, 128, 128, 128]);
});

test('a machine that takes its time to be suspended counts', async () => {
  const machines = [new TestMachine('a', 100, 60_000), new TestMachine('b', 100, 600_000)];
  const { look } = pressureOn(...machines);
  await look(1000);
  await look(1000);
  expect(machines.map(({ hasRested }) => hasRested)).toEqual([false, true]);
});

test('where somebody uses a machine by now another one is suspended', async () => {
  const machines = [new TestMachine('a', 100, 600_000), new TestMachine('b', 100, 60_000)];
  machines[0]!.isUsed = true;
  await pressureOn(...machines).look(1000);
  expect(machines.map(({ hasRested }) => hasRested)).toEqual([false, true]);
});

test('a console that was just used keeps its machine', async () => {
  const machine = new TestMachine('a', undefined, 3000);
  await pressureOn(machine).look(1000);
  expect(machine.hasRested).toBe(false);
});

test('balloons take what guests do not use, from those with most of it first', async () => {
  const [much, little, none] = [new TestMachine('a', 100), new TestMachine('b', 60), new TestMachine('c', undefined)];
  const { look, lines } = pressureOn(little, none, much);
  await look(1024 - 80);
  // 16 MB and a tenth stay free in the guest.
  expect(much.megabytes).toBeCloseTo(128 - (100 - 16 - 12.8), 1);
  expect(little.megabytes).toBeCloseTo(128 - (80 - (100 - 16 - 12.8)), 1);
  expect([none.megabytes, lines]).toEqual([128, []]);
});

test('what cannot be had is said, once', async () => {
  const { look, lines } = pressureOn(new TestMachine('a', 40));
  await look(1000);
  await look(1000);
  expect(lines).toEqual([expect.stringMatching(/^memory is short: 1\d MB more are needed/)]);
});

test('memory goes back as far as there is some again', async () => {
  const machine = new TestMachine('a', 100);
  const { look } = pressureOn(machine);
  await look(500);
  const least = machine.megabytes;
  expect(least).toBeLessThan(60);
  await look(2048);
  expect(machine.megabytes).toBe(least);
  await look(2048 + 10);
  expect(machine.megabytes).toBeCloseTo(least + 10, 1);
  await look(4096);
  expect(machine.megabytes).toBe(128);
});
