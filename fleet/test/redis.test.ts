import { expect, test } from 'vitest';
import { connector, shownAddress } from '../src/redis.ts';
import { freePort } from './support/ports.ts';

test.each([
  ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6379'],
  ['rediss://fleet:secret@queue.example:6380/2', 'rediss://queue.example:6380/2'],
  ['redis://:sec@ret@queue.example', 'redis://queue.example'],
  ['redis://queue.example?password=secret', 'redis://queue.example'],
  ['fleet:secret@queue.example', 'queue.example'],
])('the address %s is shown as %s', (address, shown) => {
  expect(shownAddress(address)).toBe(shown);
});

test('a Redis that does not answer is told of without its password', async () => {
  const port = await freePort();
  const { promise, resolve } = Promise.withResolvers<string>();
  const redis = connector(`redis://fleet:secret@127.0.0.1:${port}`, resolve)();
  expect(await promise).toMatch(new RegExp(`^redis://127\\.0\\.0\\.1:${port}: `));
  redis.disconnect();
  expect(() => connector('http://fleet:secret@127.0.0.1', () => {})).toThrow("'http://127.0.0.1' is no address");
});
