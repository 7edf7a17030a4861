import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { NetworkWire } from '../../../../src/node/network/wire.ts';

/** Two ends of a connection on the loopback. */
async function sockets(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  server.close();
  return [near, far];
}

const frame = (number: number) => new Uint8Array(100).fill(number);

/** Frames that a wire gets, by their first bytes. */
function heard(wire: NetworkWire): number[] {
  const numbers: number[] = [];
  wire.onFrame = (frame) => {
    numbers.push(frame[0]!);
    return true;
  };
  return numbers;
}

test('frames go both ways, to the end that came last', async () => {
  const [one, two, three] = [new NetworkWire(), new NetworkWire(), new NetworkWire()];
  const [first, second, third] = [one, two, three].map(heard);
  const [[a, b], [c, d]] = [await sockets(), await sockets()];
  one.connect(a);
  two.connect(b);
  one.send(frame(1));
  two.send(frame(2));
  await expect.poll(() => [first, second]).toEqual([[2], [1]]);
  one.connect(c);
  three.connect(d);
  one.send(frame(3));
  await expect.poll(() => third).toEqual([3]);
  await expect.poll(() => two.isConnected).toBe(false);
  expect(second).toEqual([1]);
  for (const wire of [one, two, three]) await wire.close();
});

test.each([
  [0, []],
  [250, [2, 3]],
])('of frames without another end the last %i bytes wait for it', async (kept, numbers) => {
  const [one, two] = [new NetworkWire({ kept }), new NetworkWire()];
  const arrived = heard(two);
  for (const number of [1, 2, 3]) one.send(frame(number));
  const [a, b] = await sockets();
  one.connect(a);
  two.connect(b);
  one.send(frame(4));
  await expect.poll(() => arrived).toEqual([...numbers, 4]);
  for (const wire of [one, two]) await wire.close();
});
