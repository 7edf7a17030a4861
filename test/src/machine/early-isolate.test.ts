import { expect, test } from 'vitest';
import type { Host } from '../../../src/host.ts';
import { withEarlyIsolate } from '../../../src/machine/early-isolate.ts';

/** A host that has only isolates, and tells what becomes of them. */
function makeHost() {
  const told: string[] = [];
  const isolate = { isUsable: true, end: async () => void told.push('ended') };
  const prepareIsolate: Host['prepareIsolate'] = (pool, name) => {
    told.push(`prepared ${name}`);
    void pool.put(isolate);
  };
  const prepareNext = () => void told.push('prepared the next one');
  return { host: { prepareIsolate, prepareNext } as unknown as Host, isolate, told };
}

test('an isolate is there before it is known what for', async () => {
  const { host, isolate, told } = makeHost();
  const taken = await withEarlyIsolate(host, { name: 'some' }, async (pool) => pool.take());
  expect([taken, told]).toEqual([isolate, ['prepared some', 'prepared the next one']]);
});

test('it ends if no machine comes of it', async () => {
  const { host, told } = makeHost();
  const made = withEarlyIsolate(host, { name: 'some' }, () => Promise.reject(new Error('no snapshot')));
  await expect(made).rejects.toThrow('no snapshot');
  expect(told).toEqual(['prepared some', 'ended']);
});

test('there is none for a machine in the thread of its caller', async () => {
  const { host, told } = makeHost();
  await withEarlyIsolate(host, { isolate: 'caller' }, async () => {});
  expect(told).toEqual([]);
});
