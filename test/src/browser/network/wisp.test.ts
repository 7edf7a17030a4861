import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WispRelay } from '../../../../src/browser/network/wisp/relay.ts';
import { WispSockets } from '../../../../src/browser/network/wisp/sockets.ts';
import { openNetwork } from '../../../../src/browser/network.ts';
import type { Timers } from '../../../../src/network/host.ts';
import type { OpenNetwork } from '../../../../src/network/open-network.ts';
import { StackGuest } from '../../../support/network/stack-guest.ts';
import { WispServer } from '../../../support/network/wisp-server.ts';

const timers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  soon: (act) => void setImmediate(act),
};

let relay: WispServer;
let network: OpenNetwork;
let guest: StackGuest;
const said: string[] = [];

beforeEach(async () => {
  said.length = 0;
  relay = await WispServer.start();
  network = await openNetwork({ type: 'wisp', url: relay.url }, (message) => said.push(message));
  guest = new StackGuest(network.backend);
});

afterEach(async () => {
  guest.close();
  await network.backend.close();
  await relay[Symbol.asyncDispose]();
});

/** A TCP server of the test's, on the loopback. */
async function listen(onConnection: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => onConnection(socket.resume())).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('a guest talks to a server by way of the relay, as fast as that takes it', async () => {
  await using server = await listen((socket) => {
    let length = 0;
    socket.on('data', (bytes) => {
      length += bytes.length;
      if (length === 300_000) socket.end(Buffer.alloc(1_000_000, 'x'));
    });
  });
  const visit = guest.connect(server.port);
  await visit.opened;
  for (let n = 0; n < 30; n++) {
    visit.connection.push(new Uint8Array(10_000));
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(await visit.closed).toBe('ended');
  expect(visit.received).toBe(1_000_000);
  expect(relay.asked).toEqual([`127.0.0.1:${server.port}`]);
  expect(relay.overruns).toBe(0);
});

test('a connection that is refused is refused to the guest', async () => {
  const { port, ...server } = await listen(() => {});
  await server[Symbol.asyncDispose]();
  expect(await guest.connect(port).closed).toBe('reset');
});

test('a relay that is lost breaks connections, and is asked for by the next', async () => {
  await using server = await listen((socket) => void socket.end('hello'));
  await using silent = await listen(() => {});
  const visit = guest.connect(silent.port);
  await visit.opened;
  relay.dropAll();
  expect(await visit.closed).toBe('reset');
  expect(said).toEqual([expect.stringMatching(/^the relay ws:.* has closed the connection$/)]);
  const next = guest.connect(server.port);
  expect(await next.closed).toBe('ended');
  expect(next.text()).toBe('hello');
});

test('a guest that breaks a connection has it closed at the relay', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await listen((socket) => void socket.on('error', () => {}).on('close', () => closed.resolve()));
  const visit = guest.connect(server.port);
  await visit.opened;
  visit.connection.abort();
  await closed.promise;
  expect(relay.open).toBe(0);
});

test('a guest that takes nothing gets all later', async () => {
  await using server = await listen((socket) => void socket.end(Buffer.alloc(2_000_000, 'y')));
  const visit = guest.connect(server.port, false);
  await visit.opened;
  await expect.poll(() => visit.received, { timeout: 10_000 }).toBeGreaterThan(10_000);
  const before = visit.received;
  visit.connection.consumed(before);
  await expect.poll(() => visit.received, { timeout: 10_000 }).toBeGreaterThan(before);
  visit.connection.abort();
});

test('names are told to the relay, and datagrams come back', async () => {
  const echo = createSocket('udp4', (bytes, { port, address }) => echo.send(`${bytes}!`, port, address));
  await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', resolve));
  const { port } = echo.address();
  const connection = await WispRelay.open(relay.url, timers, () => {});
  const sockets = new WispSockets(connection, timers);
  const [server] = sockets.nameServers();
  const question = [
    0x12,
    0x34,
    1,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    3,
    ...bytesOf('web'),
    7,
    ...bytesOf('example'),
    0,
    0,
    1,
    0,
    1,
  ];
  const heard: [string, string][] = [];
  const datagrams = sockets.datagrams(4, (bytes, address) =>
    heard.push([Buffer.from(bytes).toString('latin1'), address]),
  );
  datagrams.send(Uint8Array.from(question), server!.address, server!.port);
  await expect.poll(() => heard.length).toBe(1);
  datagrams.send(bytesOf('hello'), '198.18.0.1', port);
  await expect.poll(() => heard[1]).toEqual(['hello!', '198.18.0.1']);
  expect(relay.asked).toEqual([`web.example:${port}`]);
  datagrams.close();
  sockets.close();
  echo.close();
});

test('what a guest sends in datagrams is bounded: streams of a port, and what waits for the network', async () => {
  const sockets = new WispSockets(await WispRelay.open(relay.url, timers, () => {}), timers);
  const datagrams = sockets.datagrams(4, () => {});
  const full = vi.spyOn(WebSocket.prototype, 'bufferedAmount', 'get').mockReturnValue(2 << 20);
  datagrams.send(bytesOf('lost'), '127.0.0.1', 999);
  full.mockRestore();
  for (let n = 0; n < 300; n++) datagrams.send(bytesOf('hello'), '127.0.0.1', 20_000 + n);
  await expect.poll(() => relay.asked.length).toBe(300);
  expect(relay.asked).not.toContain('127.0.0.1:999');
  await expect.poll(() => relay.open).toBe(256);
  datagrams.close();
  await expect.poll(() => relay.open).toBe(0);
  sockets.close();
});

test('datagrams are lost until a relay that was lost is there again', async () => {
  const heard: string[] = [];
  const server = createSocket('udp4', (bytes) => heard.push(String(bytes)));
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const sockets = new WispSockets(await WispRelay.open(relay.url, timers, (message) => said.push(message)), timers);
  const datagrams = sockets.datagrams(4, () => {});
  relay.dropAll();
  await expect.poll(() => said.length).toBe(2);
  datagrams.send(bytesOf('lost'), '127.0.0.1', port);
  await expect.poll(() => relay.open).toBe(1);
  datagrams.send(bytesOf('heard'), '127.0.0.1', port);
  await expect.poll(() => heard).toEqual(['heard']);
  sockets.close();
  server.close();
});

test.each(['wisp://127.0.0.1:1/', 'ws://127.0.0.1/', 'wisp:'])('there is no relay at %s', async (url) => {
  await expect(openNetwork({ type: 'wisp', url })).rejects.toThrow(url);
});
