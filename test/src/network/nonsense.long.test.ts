import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { arpFrame } from '../../support/network/frame-guest.ts';
import { afterNonsense } from '../../support/network/nonsense.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are reachable. */
function memory(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('hundreds of thousands of frames of nonsense leave nothing behind', async () => {
  const first = await afterNonsense(20_000, 11);
  const before = memory();
  const guest = await afterNonsense(200_000, 12);
  expect(memory() - before).toBeLessThan(30 << 20);
  for (const { send } of [first, guest].map((one) => ({ send: one.send.bind(one) })))
    expect(send(arpFrame(1, '10.0.2.15', '10.0.2.2'))).toHaveLength(1);
}, 900_000);
