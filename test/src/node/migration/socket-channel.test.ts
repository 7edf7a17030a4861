import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isThisHost, SocketChannel } from '../../../../src/node/migration/socket-channel.ts';

// Of another host a reset doesn't say that the process there has ended: both could go on.
test.each([
  [undefined, true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.127.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
])('the address %s is of this host: %s', (address, isHere) => {
  expect(isThisHost(address)).toBe(isHere);
});

let server: Server;
beforeEach(async () => {
  server = createServer((socket) => void socket.end('last words')).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

/** A channel to a server that says something and closes the connection. */
async function channelFrom(address: string): Promise<SocketChannel> {
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  Object.defineProperty(socket, 'remoteAddress', { value: address });
  return new SocketChannel(socket);
}

test('the end of a connection on this host is that of the other process', async () => {
  const channel = await channelFrom('127.0.0.1');
  expect(String(await channel.read())).toBe('last words');
  expect(await channel.read()).toBeNull();
});

test('the end of one from another host may be that of a tunnel: nobody knows whether the process has ended', async () => {
  const channel = await channelFrom('10.0.0.1');
  expect(String(await channel.read())).toBe('last words');
  const unknown = { message: expect.stringMatching(/^the connection is (closed|broken)/), isPeerGone: false };
  await expect(channel.read()).rejects.toMatchObject(unknown);
  await expect(channel.write(Uint8Array.of(1))).rejects.toMatchObject(unknown);
});
