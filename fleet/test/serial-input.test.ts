import { expect, test } from 'vitest';
import { SerialInput } from '../src/machines/serial-input.ts';

test('what a guest does not take waits up to a bound, and what it takes makes room', async () => {
  const taken: PromiseWithResolvers<void>[] = [];
  const input = new SerialInput(() => {
    taken.push(Promise.withResolvers());
    return taken.at(-1)!.promise;
  });
  const half = new Uint8Array(1 << 19);
  const typed = [1, 2, 3].map(() => input.type(half));
  expect(taken).toHaveLength(2);
  await typed[2];
  taken[0]!.resolve();
  await typed[0];
  taken[1]!.reject(new Error('it has ended'));
  await typed[1];
  for (let n = 0; n < 3; n++) void input.type(half);
  expect(taken).toHaveLength(4);
});

test('has the last bytes that the machine has not taken', async () => {
  const taken = Promise.withResolvers<void>();
  const input = new SerialInput((bytes) => (bytes.length === 1 ? taken.promise : new Promise(() => {})));
  const first = input.type(new Uint8Array([1]));
  for (const bytes of [
    [2, 3],
    [4, 5, 6],
  ])
    void input.type(new Uint8Array(bytes));
  expect([...input.last(6)]).toEqual([1, 2, 3, 4, 5, 6]);
  taken.resolve();
  await first;
  expect([...input.last(4)]).toEqual([3, 4, 5, 6]);
  expect([...input.last(0)]).toEqual([]);
});
