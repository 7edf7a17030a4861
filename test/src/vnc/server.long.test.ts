import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type JsonObject,
  type ListenAddress,
  listenForVnc,
  Machine,
  openMonitor,
  openQmp,
  serveVncViewer,
  type VncServer,
} from '../../../src/index.ts';
import { Random } from '../../support/random.ts';
import { VncClient } from '../../support/vnc-client.ts';

const HERE = { host: '127.0.0.1', port: 0 } as const;
let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, boot: { bios: 'rawiron' } });
  await machine.start();
  await machine.screen.expect(/boot/i);
});
afterAll(() => machine.stop());

async function viewerOf(server: VncServer): Promise<VncClient> {
  const client = await VncClient.connect(server.address);
  await client.greet();
  return client;
}

async function wholePicture(client: VncClient): Promise<Uint32Array> {
  client.request(false);
  await client.update();
  return client.dots;
}

/** The picture as the screen gives it. */
async function shown(): Promise<Uint32Array> {
  const { data } = await machine.screen.image();
  return new Uint32Array(data.buffer).map((dot) => dot & 0xffffff);
}

test.each([0, 6, 16])('a viewer sees what the screen shows (encoding %i)', async (encoding) => {
  await using server = await listenForVnc(machine, HERE);
  using client = await viewerOf(server);
  client.setEncodings(encoding);
  expect(await wholePicture(client)).toEqual(await shown());
});

test('over a connection that the program has made, until it ends', async () => {
  const [here, there] = duplexPair();
  serveVncViewer(machine, there, { name: 'own' });
  const client = new VncClient({ write: (bytes) => here.write(bytes), close: () => here.destroy() });
  here.on('data', (bytes: Buffer) => {
    here.pause();
    void client.reader.push(bytes).then(() => here.resume());
  });
  await client.greet();
  expect(client.name).toBe('rawiron (own)');
  expect(await wholePicture(client)).toEqual(await shown());
  const gone = once(there, 'close');
  here.end();
  await gone;
  await using dark = await Machine.create({ memory: 4, boot: { demo: true } });
  expect(() => serveVncViewer(dark, there)).toThrow(/the machine has no display adapter/);
});

test('on a Unix socket that is for this user only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vnc-'));
  const path = join(folder, 'vnc');
  await using server = await listenForVnc(machine, { path });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  using client = await viewerOf(server);
  expect(await wholePicture(client)).toEqual(await shown());
  rmSync(folder, { recursive: true });
});

test('the next port is taken, up to the last that is allowed', async () => {
  await using one = await listenForVnc(machine, HERE);
  const { port } = one.address as { port: number };
  await using two = await listenForVnc(machine, { ...HERE, port }, { lastPort: port + 20 });
  expect((two.address as { port: number }).port).toBeGreaterThan(port);
  await expect(listenForVnc(machine, { ...HERE, port })).rejects.toThrow('address already in use');
});

test('a machine without a screen has nothing to show', async () => {
  await using dark = await Machine.create({ memory: 16, boot: { demo: true } });
  await expect(listenForVnc(dark, HERE)).rejects.toThrow("no display adapter; make it with vga: 'std'");
});

test('viewers go when the machine ends', async () => {
  await using other = await Machine.create({ memory: 16, boot: { bios: 'rawiron' } });
  const server = await listenForVnc(other, HERE);
  using client = await viewerOf(server);
  await other.start();
  await other.stop();
  await expect(client.reader.take(1 << 26)).rejects.toThrow();
  await expect(VncClient.connect(server.address)).rejects.toThrow('ECONNREFUSED');
});

test('QMP and the monitor tell of viewers, as QEMU does', async () => {
  await using server = await listenForVnc(machine, HERE, { password: '' });
  const qmp = openQmp(machine, { vnc: server });
  const events: [string, JsonObject | undefined][] = [];
  qmp.listen((event, data) => events.push([event, data]));
  expect(await qmp.execute('set_password', { protocol: 'vnc', password: 'abc' })).toEqual({});
  using client = await VncClient.connect(server.address);
  await client.greet({ password: 'abc' });
  await expect.poll(() => events.map(([event]) => event)).toEqual(['VNC_CONNECTED', 'VNC_INITIALIZED']);
  const service = String((server.address as { port: number }).port);
  const endpoint = { host: '127.0.0.1', family: 'ipv4', websocket: false };
  const viewer = { ...endpoint, service: expect.stringMatching(/^\d+$/) };
  expect(events[0]![1]).toEqual({ server: { ...endpoint, service, auth: 'vnc' }, client: viewer });
  expect(await qmp.execute('query-vnc')).toEqual({
    ...{ enabled: true, auth: 'vnc', host: '127.0.0.1', family: 'ipv4', service, clients: [viewer] },
  });
  expect(await qmp.execute('query-vnc-servers')).toEqual([
    { id: 'default', auth: 'vnc', server: [{ ...endpoint, service, auth: 'vnc' }], clients: [viewer] },
  ]);
  const monitor = openMonitor(machine, { vnc: server });
  expect(await monitor.execute('info vnc')).toMatch(
    new RegExp(
      `^default:\\n  Server: 127.0.0.1:${service} \\(ipv4\\)\\n    Auth: vnc \\(Sub: none\\)\\n` +
        '  Client: 127.0.0.1:\\d+ \\(ipv4\\)\\n    x509_dname: none\\n    sasl_username: none\\n$',
    ),
  );
  client[Symbol.dispose]();
  await expect.poll(() => events.at(-1)![0]).toBe('VNC_DISCONNECTED');
});

test('passwords are set by the monitor', async () => {
  await using server = await listenForVnc(machine, HERE, { password: '' });
  const monitor = openMonitor(machine, { vnc: server });
  const result = async (password: string) => {
    using client = await VncClient.connect(server.address);
    return await client.greet({ password });
  };
  expect(await monitor.execute('change vnc password one')).toBe('');
  expect(await result('one')).toBe(0);
  expect(await monitor.execute('set_password vnc two')).toBe('');
  expect([await result('one'), await result('two')]).toEqual([1, 0]);
  expect(await monitor.execute('expire_password vnc now')).toBe('');
  expect(await result('two')).toBe(1);
  expect(await monitor.execute('change vnc foo')).toBe("Expected 'password' after 'vnc'\n");
  expect(await monitor.execute('set_password rdp foo')).toBe('Error: invalid parameter value: rdp\n');
});

/** Texts are those of QEMU 7.2, but for what stands behind a colon. */
test('passwords are those of the display that is named', async () => {
  await using server = await listenForVnc(machine, HERE, { password: '' });
  const monitor = openMonitor(machine, { vnc: server });
  const answers = [
    ['set_password vnc x -d default', ''],
    ['expire_password vnc never -d default', ''],
    ['set_password vnc x -d other', /^Error: Could not set password: there is no display 'other'/],
    ['expire_password vnc never -d other', /^Error: Could not set password expire time: there is no display/],
    ['set_password vnc x keep', ''],
    ['set_password vnc x fail', /^Error: Invalid parameter 'connected'\n$/],
    ['set_password vnc x foo', /^Error: invalid parameter value: foo\n$/],
  ] as const;
  for (const [line, answer] of answers) expect(await monitor.execute(line)).toMatch(answer);
  const qmp = openQmp(machine, { vnc: server });
  const set = (more: object) => qmp.execute('set_password', { protocol: 'vnc', password: 'x', ...more });
  const expire = (display: string) => qmp.execute('expire_password', { protocol: 'vnc', time: 'never', display });
  expect(await set({ display: 'default', connected: 'keep' })).toEqual({});
  await expect(set({ display: 'other' })).rejects.toThrow('Could not set password');
  await expect(set({ connected: 'fail' })).rejects.toThrow("Invalid parameter 'connected'");
  await expect(set({ connected: 'foo' })).rejects.toThrow("Parameter 'connected' does not accept value 'foo'");
  expect(await expire('default')).toEqual({});
  await expect(expire('other')).rejects.toThrow('Could not set password expire time');
});

test('where no password is asked for none can be set', async () => {
  await using server = await listenForVnc(machine, HERE);
  const qmp = openQmp(machine, { vnc: server });
  const set = qmp.execute('change-vnc-password', { password: 'abc' });
  await expect(set).rejects.toThrow('Could not set password');
  await expect(openQmp(machine).execute('query-vnc')).resolves.toEqual({ enabled: false });
});

/** A WebSocket that has been asked for by a page of this origin. */
async function webSocket(address: ListenAddress, origin: string): Promise<[Socket, number]> {
  const { port } = address as { port: number };
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    Origin: origin,
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
  };
  const asked = request({ ...HERE, port, headers }).end();
  const refused = once(asked, 'response').then(([response]) => [response.socket, response.statusCode] as const);
  const upgraded = once(asked, 'upgrade').then(([response, socket]) => {
    // The example of RFC 6455, 1.3.
    expect(response.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    return [socket, 101] as const;
  });
  const [socket, status] = await Promise.race([refused, upgraded]);
  return [socket as Socket, status];
}

test('a page of this host sees the screen by a WebSocket; pages of others need a password', async () => {
  const origin = 'http://localhost:8080';
  await using server = await listenForVnc(machine, HERE, { websocket: HERE });
  const socket = new WebSocket(`ws://127.0.0.1:${(server.websocketAddress as { port: number }).port}`);
  socket.binaryType = 'arraybuffer';
  let received: Promise<void> = Promise.resolve();
  using client = new VncClient({ write: (bytes) => socket.send(bytes.slice().buffer), close: () => socket.close() });
  socket.onmessage = ({ data }) => {
    received = received.then(() => client.reader.push(new Uint8Array(data as ArrayBuffer)));
  };
  await new Promise((resolve) => (socket.onopen = resolve));
  await client.greet();
  client.setEncodings(16);
  expect(await wholePicture(client)).toEqual(await shown());
  expect(server.info.clients.map((info) => info.client.websocket)).toEqual([true]);
  const status = async (from: VncServer, page: string) => {
    const [asked, code] = await webSocket(from.websocketAddress!, page);
    asked.destroy();
    return code;
  };
  expect(await status(server, origin)).toBe(101);
  expect(await status(server, 'https://example.com')).toBe(403);
  expect(await status(server, 'null')).toBe(403);
  await using guarded = await listenForVnc(machine, HERE, { websocket: HERE, password: 'a' });
  expect(await status(guarded, 'https://example.com')).toBe(101);
});

test('pages that are refused, and do not go, take no place of others', async () => {
  await using server = await listenForVnc(machine, HERE, { websocket: HERE });
  const { port } = server.websocketAddress as { port: number };
  const asks = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const refused = Array.from({ length: 32 }, () => connect({ ...HERE, port, allowHalfOpen: true }));
  await Promise.all(
    refused.map(async (socket) => {
      socket.on('error', () => {}).write(asks);
      await once(socket.resume(), 'end');
    }),
  );
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  for (const socket of refused) socket.destroy();
});

test('its port for pages has a viewer, and nothing else', async () => {
  await using server = await listenForVnc(machine, HERE, { websocket: HERE });
  const at = `http://127.0.0.1:${(server.websocketAddress as { port: number }).port}/`;
  const answer = async (path: string, method = 'GET') => {
    const { status, headers } = await fetch(`${at}${path}`, { method });
    return `${status} ${headers.get('content-type')}`;
  };
  expect(await answer('')).toBe('200 text/html; charset=utf-8');
  expect((await fetch(at)).headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
  expect(await answer('viewer.mjs')).toBe('200 text/javascript');
  expect(await (await fetch(`${at}keys.json`)).json()).toMatchObject({ KeyA: 0x1e, ArrowUp: 0xc8 });
  for (const path of ['viewer.ts', '../server.ts', 'x']) expect(await answer(path)).toBe('426 null');
  expect(await answer('', 'POST')).toBe('426 null');
});

test('the port for pages may be a later one', async () => {
  await using first = await listenForVnc(machine, HERE, { websocket: HERE });
  const { port } = first.websocketAddress as { port: number };
  const next = { websocket: { ...HERE, port }, lastWebsocketPort: port + 20 };
  await using second = await listenForVnc(machine, HERE, next);
  expect((second.websocketAddress as { port: number }).port).toBeGreaterThan(port);
  await expect(listenForVnc(machine, HERE, { ...next, lastWebsocketPort: port })).rejects.toThrow('in use');
});

/** Sends bytes, and waits until the server has ended the connection, or taken all of them. */
async function send(address: ListenAddress, bytes: Uint8Array): Promise<void> {
  const socket = connect(address as { host: string; port: number });
  socket.on('error', () => {}).resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('RFB 003.008\n\x01\x01');
  socket.end(bytes);
  await closed;
}

test('random bytes end a connection, and nothing else', async () => {
  const log: string[] = [];
  await using server = await listenForVnc(machine, HERE, { log: (message) => log.push(message) });
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
    const bytes = Uint8Array.from({ length: 1 + random.below(400) }, () => random.word());
    // What a message of each kind goes on with.
    if (round % 2 === 0) bytes[0] = random.pick([0, 2, 3, 4, 5, 6, 251, 255]);
    await send(server.address, bytes);
  }
  expect(log.length).toBeGreaterThan(50);
  using client = await viewerOf(server);
  expect(await wholePicture(client)).toEqual(await shown());
  expect(machine.state).toBe('running');
});

test('a viewer that reads nothing gets no more than fits on the way', async () => {
  await using server = await listenForVnc(machine, HERE);
  using slow = await viewerOf(server);
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  for (let n = 0; n < 2000; n++) slow.request(false);
  using client = await viewerOf(server);
  for (let n = 0; n < 5; n++) await wholePicture(client);
  const after = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  expect(after - before).toBeLessThan(100 << 20);
});

test.each([[0], [5]])('a ping of %i bytes is answered with what it held', async (length) => {
  await using server = await listenForVnc(machine, HERE, { websocket: HERE });
  const [socket] = await webSocket(server.websocketAddress!, 'http://localhost');
  const arrived: number[] = [];
  const pong = [0x8a, length, ...Array.from({ length }, (_, n) => n)];
  await new Promise<void>((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      arrived.push(...bytes);
      if (Buffer.from(arrived).includes(Buffer.from(pong))) resolve();
    });
    // The mask is zero.
    socket.write(Uint8Array.of(0x89, 0x80 | length, 0, 0, 0, 0, ...pong.slice(2)));
  });
  socket.destroy();
});
