#!/usr/bin/env node
/**
 * Saves and restores a Linux guest again and again while it computes: each machine goes on from the file of the one before, which is
 * ended. The guest prints the same checksum all the time; another one, or none, is an error.
 *
 *     node bench/snapshots/rounds.ts [ROUNDS]
 */
import { Machine } from '../../src/index.ts';
import { booted } from './index.ts';

const WORK = 'while true; do seq 1 3000 | sort -r | md5sum; done\n';
const SUM = /\n([0-9a-f]{32}) {2}-\r\n/;

async function nextSum(machine: Machine): Promise<string> {
  return (await machine.serial.expect(SUM, { timeout: 120_000 }))[1]!;
}

const rounds = Number(process.argv[2] ?? 1000);
let machine = await booted();
machine.serial.write(WORK);
const expected = await nextSum(machine);
for (let round = 1; round <= rounds; round++) {
  const file = await machine.snapshot();
  await machine.stop();
  machine = await Machine.restore(file);
  await machine.start();
  // The first one was begun by the machine before, and ends here.
  for (let n = 0; n < 2; n++) {
    const sum = await nextSum(machine);
    if (sum !== expected) throw new Error(`round ${round}: the guest has ${sum} in the place of ${expected}`);
  }
  if (round % 10 === 0) process.stdout.write(`${round} rounds, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB\n`);
}
await machine.stop();
