import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { arpFrame } from '../../support/network/frame-guest.ts';
import { Nonsense } from '../../support/network/nonsense.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are reachable when all connections have ended by themselves. */
function memory({ guest }: Nonsense): number {
  const { host } = guest;
  host.timers.advance(24 * 60 * 60 * 1000);
  // What their ends said.
  guest.heard();
  for (const noted of [host.sockets.streams, host.sockets.datagramPorts]) noted.length = 0;
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('hundreds of thousands of frames of nonsense leave nothing behind', async () => {
  const nonsense = await Nonsense.open(11);
  await nonsense.feed(50_000);
  const before = memory(nonsense);
  await nonsense.feed(250_000);
  expect((memory(nonsense) - before) / 2 ** 20).toBeLessThan(5);
  expect(nonsense.guest.network.connections).toBe(0);
  expect(nonsense.guest.send(arpFrame(1, '10.0.2.15', '10.0.2.2'))).toHaveLength(1);
}, 900_000);
