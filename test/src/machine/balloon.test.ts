import { expect, test } from 'vitest';
import { Balloon } from '../../../src/machine/balloon.ts';

const MEGABYTE = 1 << 20;

function balloon() {
  const written: number[][] = [];
  const input = { write: async (bytes: Uint8Array) => void written.push([...bytes]) };
  return { balloon: new Balloon(128 * MEGABYTE, input), written };
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
