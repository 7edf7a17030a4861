import { createSocket, Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { packFrame } from '../../../src/network/frame-stream.ts';
import type { NetworkBackendOptions } from '../../../src/network/options.ts';
import { type OpenNetwork, openNetwork } from '../../../src/node/network/index.ts';
import { arpFrame } from '../../support/network/frame-guest.ts';
import { StackGuest } from '../../support/network/stack-guest.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(options: NetworkBackendOptions): Promise<OpenNetwork> {
  const network = await openNetwork(options);
  closers.push(() => network.backend.close());
  return network;
}

async function guestOf(options: Omit<Extract<NetworkBackendOptions, { type: 'user' }>, 'type'> = {}) {
  const network = await open({ type: 'user', ...options });
  const guest = new StackGuest(network.backend);
  closers.push(() => guest.close());
  return { network, guest };
}

/** A server on the loopback. */
async function serve(
  onSocket: (socket: Socket) => void,
): Promise<{ port: number; sockets: Set<Socket>; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets, server };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const echo = (socket: Socket) => void socket.pipe(socket);

describe('TCP to a server of the host', () => {
  test('a thousand connections in a row', async () => {
    const { port, sockets } = await serve(echo);
    const { network, guest } = await guestOf();
    for (let n = 0; n < 1000; n++) {
      const visit = guest.connect(port);
      visit.connection.push(Buffer.from(`visit ${n}`));
      visit.connection.end();
      expect(await visit.closed).toBe('ended');
      expect(visit.text()).toBe(`visit ${n}`);
    }
    await until(() => sockets.size === 0 && network.user!.connections === 0);
  });

  test('two hundred at once', async () => {
    const { port, sockets } = await serve(echo);
    const { network, guest } = await guestOf();
    const visits = Array.from({ length: 200 }, () => guest.connect(port));
    await Promise.all(visits.map(({ opened }) => opened));
    await until(() => sockets.size === 200);
    expect(network.user!.connections).toBe(200);
    const bytes = Buffer.alloc(20_000, 'abcdefg');
    for (const { connection } of visits) connection.push(bytes);
    await until(() => visits.every(({ received }) => received === bytes.length));
    for (const { connection } of visits) connection.end();
    expect(new Set(await Promise.all(visits.map(({ closed }) => closed)))).toEqual(new Set(['ended']));
    expect(visits.every(({ text }) => text() === bytes.toString())).toBe(true);
  });

  test('a server that ends first, and one that nobody runs', async () => {
    const { port, server } = await serve((socket) => socket.end('bye'));
    const { guest } = await guestOf();
    const visit = guest.connect(port);
    expect([await visit.closed, visit.text()]).toEqual(['ended', 'bye']);
    server.close();
    await once(server, 'close');
    expect(await guest.connect(port).closed).toBe('reset');
  });

  test('a server that breaks off', async () => {
    const { port } = await serve((socket) => socket.resetAndDestroy());
    const { guest } = await guestOf();
    expect(await guest.connect(port).closed).toBe('reset');
  });
});

describe('who is slow holds the other one back', () => {
  test('a server that doesn’t read', async () => {
    const { port, sockets } = await serve((socket) => socket.pause());
    const { guest } = await guestOf();
    const { connection, opened } = guest.connect(port);
    await opened;
    const size = 32 << 20;
    for (let sent = 0; sent < size; sent += 1 << 16) {
      connection.push(new Uint8Array(1 << 16));
      if (connection.isFull) await new Promise((resolve) => setTimeout(resolve, 1));
      if (sent === 16 << 20) expect(process.memoryUsage().arrayBuffers).toBeLessThan(200 << 20);
    }
    const [socket] = sockets;
    // What the host's system and the window hold.
    expect(socket!.bytesRead).toBeLessThan(size / 2);
    connection.end();
    socket!.resume();
    await once(socket!, 'end');
    expect(socket!.bytesRead).toBe(size);
  });

  test('a guest that doesn’t read', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1 << 16);
    const { port } = await serve((socket) => {
      const more = () => {
        while (sent < 64 << 20 && socket.write(chunk)) sent += chunk.length;
      };
      socket.on('drain', more);
      more();
    });
    const { guest } = await guestOf();
    const visit = guest.connect(port, false);
    await visit.opened;
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(visit.received).toBeGreaterThan(100_000);
    expect(visit.received).toBeLessThan(1 << 20);
    expect(sent).toBeLessThan(32 << 20);
  });
});

describe('a Unix socket as the other end', () => {
  async function open() {
    const folder = mkdtempSync(join(tmpdir(), 'unix-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'socket');
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      sockets.push(socket);
      socket.pipe(socket);
    }).listen(path);
    await once(server, 'listening');
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { guest } = await guestOf({ guestForward: [{ address: '10.0.2.100', port: 5, target: { path } }] });
    return { guest, sockets };
  }

  test('gets what the guest sends, and answers', async () => {
    const { guest } = await open();
    const visit = guest.connect(5, true, '10.0.2.100');
    visit.connection.push(Buffer.from('text'));
    visit.connection.end();
    expect([await visit.closed, visit.text()]).toEqual(['ended', 'text']);
  });

  test('is closed when the guest breaks the connection', async () => {
    const { guest, sockets } = await open();
    const { opened, connection } = guest.connect(5, true, '10.0.2.100');
    await opened;
    await until(() => sockets.length === 1);
    connection.abort();
    await until(() => sockets[0]!.destroyed);
  });
});

describe('a connection that the host has not made yet', () => {
  test('is given up at once when the guest gives it up', async () => {
    const { NodeSockets } = await import('../../../src/node/network/sockets.ts');
    const sockets = new NodeSockets();
    closers.push(() => sockets.close());
    const { port } = await serve(echo);
    const destroyed = vi.spyOn(Socket.prototype, 'destroy');
    closers.push(() => destroyed.mockRestore());
    const ignored = { opened: () => {}, data: () => {}, ended: () => {}, failed: () => {} };
    const stream = sockets.connect({ address: '127.0.0.1', port }, ignored);
    // The system is asked now.
    await new Promise((resolve) => process.nextTick(resolve));
    stream.destroy();
    expect(destroyed).toHaveBeenCalledOnce();
  });
});

describe('ports of the host', () => {
  const hostForward = [{ hostAddress: '127.0.0.1', hostPort: 0, guestPort: 7 }];

  test('lead to the guest, which refuses', async () => {
    const { network } = await guestOf({ hostForward });
    const socket = connect(network.user!.forwards[0]!.hostPort, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  test('that are taken are told of', async () => {
    const { port } = await serve(echo);
    const taken = [{ hostAddress: '127.0.0.1', hostPort: port, guestPort: 7 }];
    await expect(openNetwork({ type: 'user', hostForward: taken })).rejects.toThrow(
      `cannot listen at 127.0.0.1 port ${port} of the host: address already in use`,
    );
  });
});

const isRefused = ({ opened, closed }: { opened: Promise<unknown>; closed: Promise<string> }) =>
  Promise.race([opened.then(() => false), closed.then(() => true)]);

describe('a command as the other end', () => {
  test('gets what the guest sends, and answers', async () => {
    const { guest } = await guestOf({
      guestForward: [{ address: '10.0.2.100', port: 5, target: { command: 'tr a-z A-Z' } }],
    });
    const visit = guest.connect(5, true, '10.0.2.100');
    visit.connection.push(Buffer.from('shout'));
    visit.connection.end();
    expect([await visit.closed, visit.text()]).toEqual(['ended', 'SHOUT']);
  });

  test('is refused while 16 run, and started when one has ended', async () => {
    const { guest } = await guestOf({
      guestForward: [{ address: '10.0.2.100', port: 5, target: { command: 'exec cat' } }],
    });
    const visits = Array.from({ length: 16 }, () => guest.connect(5, true, '10.0.2.100'));
    await Promise.all(visits.map(({ opened }) => opened));
    expect(await guest.connect(5, true, '10.0.2.100').closed).toBe('reset');
    visits[0]!.connection.end();
    await visits[0]!.closed;
    // That the command has ended is heard of a moment after the end of its output.
    let next = guest.connect(5, true, '10.0.2.100');
    while (await isRefused(next)) next = guest.connect(5, true, '10.0.2.100');
    next.connection.push(Buffer.from('text'));
    next.connection.end();
    expect([await next.closed, next.text()]).toEqual(['ended', 'text']);
  });

  test('ends with the network', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'command-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const command = `echo $$ > ${folder}/pid; exec sleep 600`;
    const { network, guest } = await guestOf({
      guestForward: [{ address: '10.0.2.100', port: 5, target: { command } }],
    });
    await guest.connect(5, true, '10.0.2.100').opened;
    const file = join(folder, 'pid');
    await until(() => existsSync(file) && readFileSync(file).length > 0);
    const pid = Number(readFileSync(file));
    const isRunning = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isRunning()).toBe(true);
    await network.backend.close();
    await until(() => !isRunning());
  });
});

describe('a socket network', () => {
  test('joins two ends over TCP, and takes the next when one has left', async () => {
    const server = await openNetwork({ type: 'socket', listen: { host: '127.0.0.1', port: 0 } });
    closers.push(() => server.backend.close());
    expect(server.port).toBeGreaterThan(0);
    for (let n = 1; n <= 2; n++) {
      const client = await openNetwork({ type: 'socket', connect: { host: '127.0.0.1', port: server.port } });
      const heard: string[] = [];
      server.backend.onFrame = (frame) => heard.push(`server ${frame.length}`) > 0;
      client.backend.onFrame = (frame) => heard.push(`client ${frame.length}`) > 0;
      client.backend.send(new Uint8Array(60));
      await until(() => heard.length === 1);
      server.backend.send(new Uint8Array(70));
      await until(() => heard.length === 2);
      expect(heard).toEqual(['server 60', 'client 70']);
      await client.backend.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  test('holds frames while the machine has no room', async () => {
    const server = await openNetwork({ type: 'socket', listen: { host: '127.0.0.1', port: 0 } });
    closers.push(() => server.backend.close());
    let [count, hasRoom] = [0, false];
    server.backend.onFrame = () => hasRoom && ++count > 0;
    const socket = connect(server.port, '127.0.0.1');
    for (let n = 0; n < 100; n++) socket.write(packFrame(new Uint8Array(60)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    hasRoom = true;
    server.backend.resume();
    await until(() => count === 100);
    socket.destroy();
  });

  test('needs somebody to connect to', async () => {
    const { port, server } = await serve(echo);
    server.close();
    await once(server, 'close');
    await expect(openNetwork({ type: 'socket', connect: { host: '127.0.0.1', port } })).rejects.toThrow(
      `cannot connect a network to 127.0.0.1 port ${port}`,
    );
    await expect(openNetwork({ type: 'socket' })).rejects.toThrow('listen or connect');
  });
});

test('DNS goes to the servers of the host’s resolver', async () => {
  const { NodeSockets } = await import('../../../src/node/network/sockets.ts');
  const sockets = new NodeSockets();
  for (const { address, port } of sockets.nameServers()) expect([typeof address, port > 0]).toEqual(['string', true]);
});

test('datagrams reach a socket of the host', async () => {
  const { NodeSockets } = await import('../../../src/node/network/sockets.ts');
  const sockets = new NodeSockets();
  closers.push(() => sockets.close());
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  closers.push(() => server.close());
  await once(server, 'listening');
  server.on('message', (bytes, from) => server.send(bytes, from.port, from.address));
  const answer = new Promise((resolve) => {
    const port = sockets.datagrams(4, (bytes, address) => resolve(`${Buffer.from(bytes)} from ${address}`));
    port.send(Buffer.from('hello'), '127.0.0.1', server.address().port);
  });
  expect(await answer).toBe('hello from 127.0.0.1');
});

test('datagrams that the host cannot send as fast are lost', async () => {
  const { NodeSockets } = await import('../../../src/node/network/sockets.ts');
  const sockets = new NodeSockets();
  closers.push(() => sockets.close());
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  closers.push(() => server.close());
  await once(server, 'listening');
  const received: string[] = [];
  server.on('message', (bytes) => received.push(`${bytes}`));
  const port = sockets.datagrams(4, () => {});
  const send = (text: string) => port.send(Buffer.from(text), '127.0.0.1', server.address().port);
  // The loopback is never too slow: this is what the system says where a network is.
  const queued = vi.spyOn(DatagramSocket.prototype, 'getSendQueueSize');
  closers.push(() => queued.mockRestore());
  queued.mockReturnValueOnce(2 << 20);
  send('lost');
  send('sent');
  await until(() => received.length > 0);
  expect(received).toEqual(['sent']);
});

test('a dump has the frames', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dump-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const dump = join(folder, 'frames.pcap');
  const network = await openNetwork({ type: 'user', dump });
  network.backend.onFrame = () => true;
  network.backend.send(arpFrame(1, '10.0.2.15', '10.0.2.2'));
  await network.backend.close();
  expect(readFileSync(dump)).toHaveLength(24 + 16 + 42 + 16 + 42);
  await expect(openNetwork({ type: 'user', dump: join(folder, 'no/such') })).rejects.toThrow('cannot write frames to');
});

test.runIf(existsSync('/dev/full'))('a dump that cannot be written any more is told once', async () => {
  const logged: string[] = [];
  const network = await openNetwork({ type: 'user', dump: '/dev/full' }, (message) => void logged.push(message));
  network.backend.onFrame = () => true;
  for (let n = 0; n < 2000; n++) network.backend.send(arpFrame(1, '10.0.2.15', '10.0.2.2'));
  await network.backend.close();
  expect(logged).toEqual([
    "cannot write frames to '/dev/full' any more, the capture has ended: no space left on device",
  ]);
});

test.each([
  [{ type: 'user', bandwidth: 0 }, 'bandwidth is 0'],
  [{ type: 'tap' }, "unknown type 'tap' of a network"],
  [{ type: 'hub', hub: {} }, 'hub is no NetworkHub'],
])('%j is refused', async (options, message) => {
  await expect(openNetwork(options as NetworkBackendOptions)).rejects.toThrow(message);
});
