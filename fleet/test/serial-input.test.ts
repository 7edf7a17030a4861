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
