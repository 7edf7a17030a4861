import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type AwaitedChannel, awaitChannel, openChannel } from '../../../src/index.ts';
import { beginning, head } from './beginning.ts';

const sockets: Socket[] = [];
let awaited: AwaitedChannel | undefined;
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  awaited?.close();
});

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
  await source.write(beginning);
  const channel = await awaited!.channel;
  expect(await channel.read()).toEqual(Buffer.from(beginning));
  source.destroy();
  channel.destroy();
});

test.each<[string, Uint8Array]>([
  ['one byte', beginning.subarray(0, 1)],
  ['that a migration begins', beginning.subarray(0, 8)],
  ['half of the head of a record', beginning.subarray(0, 20)],
])('who says %s, and then nothing, does not keep a machine out', async (_, said) => {
  const port = await place();
  const silent = await connected(port);
  silent.write(said);
  const source = await openChannel(`tcp:127.0.0.1:${port}`);
  for (const byte of beginning) await source.write(Uint8Array.of(byte));
  const channel = await awaited!.channel;
  expect(Buffer.from((await channel.read())!)).toEqual(Buffer.from(beginning));
  source.destroy();
  channel.destroy();
});

test('who begins with a record of something else goes', async () => {
  const port = await place();
  const caller = await connected(port);
  caller.write(Buffer.concat([beginning.subarray(0, 16), head(2)]));
  await once(caller, 'close');
  expect(caller.closed).toBe(true);
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
