import { expect, test } from 'vitest';
import { untilAborted } from '../../../src/util/abort.ts';

const never = new Promise<never>(() => {});

test('without a signal, or before it, it is the promise that decides', async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(undefined, Promise.resolve(1))).toBe(1);
  expect(await untilAborted(signal, Promise.resolve(2))).toBe(2);
  await expect(untilAborted(signal, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('the reason of a signal is the error, before and while the promise is waited for', async () => {
  const controller = new AbortController();
  const waiting = untilAborted(controller.signal, never);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(untilAborted(controller.signal, never)).rejects.toThrow('enough');
  await expect(untilAborted(controller.signal, Promise.reject(new Error('broken')))).rejects.toThrow('enough');
});
