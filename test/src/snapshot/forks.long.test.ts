import { expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';

/** Megabytes that the process has. */
const resident = (): number => process.memoryUsage().rss / 2 ** 20;

test('forks in a row take no more memory than a few', { timeout: 300_000 }, async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect('demo> ');
  const forkOnce = async (name: string): Promise<void> => {
    await using fork = await machine.fork();
    await fork.start();
    fork.serial.write(`${name}\r`);
    const [, unknown] = await fork.serial.expect(/There is no command (\w+)\W/);
    expect(unknown).toBe(name);
  };
  for (let n = 0; n < 30; n++) await forkOnce(`a${n}`);
  const before = resident();
  for (let n = 0; n < 200; n++) await forkOnce(`b${n}`);
  // A copy of memory each would be 3,200 MB.
  expect(resident() - before).toBeLessThan(200);
});
