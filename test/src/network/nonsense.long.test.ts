import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { arpFrame } from '../../support/network/frame-guest.ts';
import { Nonsense } from '../../support/network/nonsense.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are reachable. */
function memory(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('hundreds of thousands of frames of nonsense leave nothing behind', async () => {
  const nonsense = await Nonsense.open(11);
  // By then all tables are as full as they get.
  await nonsense.feed(50_000);
  const before = memory();
  await nonsense.feed(150_000);
  expect((memory() - before) / 2 ** 20).toBeLessThan(10);
  expect(nonsense.guest.send(arpFrame(1, '10.0.2.15', '10.0.2.2'))).toHaveLength(1);
}, 900_000);
