import { expect, test } from 'vitest';
import { Balloon, Statistics } from '../../../src/machine/balloon.ts';

const MEGABYTE = 1 << 20;

function balloon() {
  const written: number[][] = [];
  const input = { write: async (bytes: Uint8Array) => void written.push([...bytes]) };
  const statistics = new Statistics(input);
  return { balloon: new Balloon(128 * MEGABYTE, input, statistics), statistics, written };
}

/** An entry of the driver's: a tag and a value. */
function entry(tag: number, value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(10));
  view.setUint16(0, tag, true);
  view.setBigUint64(2, value, true);
  return new Uint8Array(view.buffer);
}

test('the machine is told how many pages to give up', () => {
  const { balloon: made, written } = balloon();
  made.setMemory(64);
  made.setMemory('128M');
  expect(written).toEqual([
    [0, 0x40, 0, 0],
    [0, 0, 0, 0],
  ]);
});

test('what the guest has follows from what the machine tells, however that is cut', async () => {
  const { balloon: made } = balloon();
  expect(made.memory).toBe(128 * MEGABYTE);
  await made.receive(Uint8Array.of(0, 0x10, 0, 0, 0, 0x40));
  expect(made.memory).toBe(112 * MEGABYTE);
  await made.receive(Uint8Array.of(0, 0));
  expect(made.memory).toBe(64 * MEGABYTE);
});

test.each([[0], [129], ['much'], ['1G']])('%s is refused', (size) => {
  expect(() => balloon().balloon.setMemory(size)).toThrow(/memory/);
});

test('statistics have names, whatever pieces they come in; those that nobody knows are left out', async () => {
  const { balloon: made, statistics, written } = balloon();
  const [first, second] = [made.statistics(), made.statistics()];
  expect(written).toEqual([[1]]);
  const answer = [30, 0, ...entry(4, 5n), ...entry(5, 0x1_0000_0000n), ...entry(99, 1n)];
  await statistics.receive(Uint8Array.from(answer.slice(0, 7)));
  await statistics.receive(Uint8Array.from(answer.slice(7)));
  expect(await first).toEqual({ free: 5, total: 0x1_0000_0000 });
  expect(await second).toEqual(await first);
});

test('who asks a guest without a driver, or a machine that ends, is told so', async () => {
  const { balloon: made, statistics } = balloon();
  const asked = made.statistics();
  await statistics.receive(Uint8Array.of(0, 0));
  await expect(asked).rejects.toThrow(/no driver that tells/);
  const waiting = made.statistics();
  statistics.end('the machine has been stopped');
  await expect(waiting).rejects.toThrow(/has been stopped/);
  await expect(made.statistics()).rejects.toThrow(/has been stopped/);
});
