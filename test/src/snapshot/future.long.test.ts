import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';

/** Instructions that both machines execute. */
const FUTURE = 100e6;

type Components = Readonly<Record<string, unknown>>;

const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

/** Lets the machine execute so many in all; its state then. */
async function stateAt(machine: Machine, instructions: number): Promise<Components> {
  machines.push(machine);
  await machine.setLimits({ instructions });
  const limit = new Promise((resolve) => machine.once('limit', resolve));
  await machine.start();
  await limit;
  expect((await machine.metrics()).instructions).toBe(instructions);
  const saved = await readSnapshot('it', await machine.snapshot(), nodeStorage.decompressor);
  return (saved as unknown as { readonly components: Components }).components;
}

test('what goes on from a snapshot has the future of the machine that it was taken of', {
  timeout: 300_000,
}, async () => {
  const machine = await Machine.create({ memory: 16, boot: { demo: true }, icount: { shift: 2 } });
  machines.push(machine);
  await machine.start();
  await machine.serial.expect('demo> ');
  machine.serial.write('bench 1000\r');
  await expect.poll(async () => (await machine.metrics()).instructions, { timeout: 60_000 }).toBeGreaterThan(20e6);
  await machine.pause();
  const { instructions } = await machine.metrics();
  const snapshot = await machine.snapshot();
  const expected = await stateAt(machine, instructions + FUTURE);
  const copy = await Machine.restore(snapshot);
  const found = await stateAt(copy, (await copy.metrics()).instructions + FUTURE);
  // What differs is named, not shown: memory is large.
  expect(Object.keys(expected).filter((name) => !isDeepStrictEqual(found[name], expected[name]))).toEqual([]);
  expect(Object.keys(found)).toEqual(Object.keys(expected));
});
