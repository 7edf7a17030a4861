import { Machine } from '../../src/index.ts';
import { type Bounds, type Figure, type Memory, timed, within } from './figures.ts';

const WORK = 'while true; do seq 1 300 | sort -r | md5sum; done\n';
const SUM = /\n([0-9a-f]{32}) {2}-\r\n/;

async function nextSum(machine: Machine): Promise<string> {
  return (await machine.serial.expect(SUM, { timeout: 120_000 }))[1]!;
}

/** Throws if the guest prints another sum. The first one was begun by the machine before. */
async function checkSums(machine: Machine, expected: string, round: number): Promise<void> {
  for (let n = 0; n < 2; n++) {
    const sum = await nextSum(machine);
    if (sum !== expected) throw new Error(`round ${round}: the guest has ${sum} in the place of ${expected}`);
  }
}

/**
 * Saves and restores a Linux guest again and again while it computes: each machine goes on from the file of the one before, which is
 * ended. The guest prints the same checksum all the time; another one, or none, is an error.
 */
export async function measureRounds(first: Machine, bounds: Bounds, memory: Memory): Promise<Figure[]> {
  const [saves, restores]: number[][] = [[], []];
  let machine = first;
  try {
    await machine.start();
    machine.serial.write(WORK);
    const expected = await nextSum(machine);
    for (const round of within(bounds)) {
      const file = await timed(saves!, () => machine.snapshot());
      await machine.stop();
      machine = await timed(restores!, () => Machine.restore(file));
      await machine.start();
      await checkSums(machine, expected, round);
      memory.look();
    }
  } finally {
    await machine.stop();
  }
  return [
    { name: 'save, busy guest', values: saves! },
    { name: 'restore, busy guest', values: restores! },
  ];
}
