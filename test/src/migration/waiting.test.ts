import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type AwaitedChannel, awaitChannel, openChannel } from '../../../src/index.ts';

const sockets: Socket[] = [];
let awaited: AwaitedChannel | undefined;
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  awaited?.close();
});

const start = new TextEncoder().encode('RAWMOVE\n');

async function place(): Promise<number> {
  awaited = await awaitChannel('tcp:127.0.0.1:0');
  return (awaited.address as { port: number }).port;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

test('who connects and says nothing, or something else, does not keep a machine out', async () => {
  const port = await place();
  await connected(port);
  const talker = await connected(port);
  talker.write('GET / HTTP/1.1\r\n\r\n');
  await once(talker, 'close');
  const source = await openChannel(`tcp:127.0.0.1:${port}`);
  await source.write(start);
  const channel = await awaited!.channel;
  expect(await channel.read()).toEqual(Buffer.from(start));
  source.destroy();
  channel.destroy();
});

test('of many who say nothing the first ones go', async () => {
  const port = await place();
  const first = await connected(port);
  const closed = once(first, 'close');
  for (let n = 0; n < 16; n++) await connected(port);
  await closed;
  expect(sockets.at(-1)!.closed).toBe(false);
});

test('all of them go when nobody is waited for any more', async () => {
  const port = await place();
  const socket = await connected(port);
  const closed = once(socket, 'close');
  awaited!.close();
  await closed;
  expect(socket.closed).toBe(true);
});
