import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { MoveChannel } from '../src/machines/move-channel.ts';

/** Both ends of a connection; nobody reads from the second one. */
async function pair(): Promise<readonly [Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [there] = (await once(server, 'connection')) as [Socket];
  server.close();
  return [here, there];
}

test('a move ends when nothing is heard of the other computer', async () => {
  const [here, there] = await pair();
  const channel = new MoveChannel(here, undefined, 200);
  await expect(channel.read()).rejects.toThrow('the connection to the other host is lost');
  await expect(channel.verdict).rejects.toThrow('the connection to the other host is lost');
  there.destroy();
});

test('a move ends when the other computer takes nothing', async () => {
  const [here, there] = await pair();
  const channel = new MoveChannel(here, { words: () => expect.unreachable(), recall: async () => {} }, 200);
  await expect(channel.write(new Uint8Array(32 << 20))).rejects.toThrow('the connection to the other host is lost');
  there.destroy();
});

test('the last words of a host are as they were said', async () => {
  const [here, there] = await pair();
  const words = { at: 5, unsaid: new Uint8Array([1, 2]), typed: 7, untaken: new Uint8Array([3]) };
  const sender = new MoveChannel(here, { words: () => words, recall: async () => {} });
  const receiver = new MoveChannel(there);
  await sender.settle();
  expect(await receiver.words).toEqual(words);
  for (const channel of [sender, receiver]) channel.end();
});
