import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { addressOf, ownAddress } from '../../../src/node/inspector/address.ts';
import { attach, RemoteMachine } from '../../../src/node/inspector/client.ts';
import { InspectorServer } from '../../../src/node/inspector/server.ts';
import { shellCommand } from '../support/command-line.ts';

const hasScript = await promisify(execFile)('script', ['--version']).then(
  () => true,
  () => false,
);
const folder = mkdtempSync(join(tmpdir(), 'inspector-test-'));
const path = join(folder, 'socket');
let machine: Machine;
let server: InspectorServer;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
});
afterAll(async () => {
  await machine.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => server.close());

test('a Unix socket, this user only, gone with the server', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const remote = await attach(path);
  expect(await remote.ask('stats')).toMatchObject({ watched: false, pages: expect.any(Number) });
  remote.close();
  server.close();
  expect(existsSync(path)).toBe(false);
});

test('a TCP port of this host', async () => {
  server = await InspectorServer.listen(machine, addressOf('0'));
  const { port } = server.address as { port: number };
  const remote = await attach(String(port));
  expect(await remote.probe.heap()).toHaveProperty('heap');
  remote.close();
});

test('who goes without leaving is no longer counted for', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const [one, two] = [await attach(path), await attach(path)];
  await one.ask('watch', true);
  await one.probe.startProfile(1000);
  expect((await two.ask('stats')).watched).toBe(true);
  one.close();
  await expect.poll(async () => (await two.ask('stats')).watched).toBe(false);
  two.close();
});

test('what goes wrong there is said here', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const remote = await attach(path);
  await expect(remote.probe.stopProfile(1)).rejects.toThrow('no such profile is being taken');
  remote.close();
});

test('a machine that goes away', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const remote = await attach(path);
  const asked = remote.ask('stats');
  server.close();
  await expect(asked).rejects.toThrow('the machine has gone away');
  await expect(remote.ask('stats')).rejects.toThrow('the machine has gone away');
  await expect(remote.gone).rejects.toThrow('the machine has gone away');
});

test('nobody listens there', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  await expect(attach(join(folder, 'none'))).rejects.toThrow(/^no machine listens at .*none: no such file/);
  await expect(attach('1')).rejects.toThrow('no machine listens at port 1: connection refused');
});

test('a place that is taken, and one that a dead machine has left', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  await expect(InspectorServer.listen(machine, addressOf(path))).rejects.toThrow('address already in use');
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await expect(InspectorServer.listen(machine, addressOf(file))).rejects.toThrow('cannot listen at');
  const nowhere = InspectorServer.listen(machine, addressOf(join(folder, 'none', 'x.sock')));
  await expect(nowhere).rejects.toThrow(/x\.sock: there is no folder .*none$/);
  expect(() => addressOf('65536')).toThrow('65536 is no TCP port; give a number up to 65535, or a path');
});

test('what is no inspector is thrown out', async () => {
  server = await InspectorServer.listen(machine, addressOf('0'));
  const socket = connect(server.address as { port: number });
  socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const remote = await RemoteMachine.connect(server.address);
  expect((await remote.ask('stats')).watched).toBe(false);
  remote.close();
});

test('two take profiles at the same time, and neither ends what the other does', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const [one, two] = [await attach(path), await attach(path)];
  const first = await one.probe.startProfile(1000);
  const second = await two.probe.startProfile(1000);
  await one.ask('watch', true);
  await expect(two.probe.stopProfile(first)).rejects.toThrow('no such profile is being taken');
  await expect(two.ask('watch', false)).rejects.toThrow('this inspector does not watch');
  expect((await one.ask('stats')).watched).toBe(true);
  expect((await two.probe.stopProfile(second)).nodes.length).toBeGreaterThan(0);
  expect((await one.probe.stopProfile(first)).nodes.length).toBeGreaterThan(0);
  one.close();
  two.close();
});

test.each<[ask: string, args: unknown[]]>([
  ['translation', []],
  ['translation', ['x']],
  ['code', [-1]],
  ['code', [{}]],
  ['watch', ['yes']],
  ['stats', [1]],
  ['startProfile', [0]],
  ['startProfile', ['often']],
  ['install', ['file:///x\nS=0;//', []]],
  ['install', ['file:///x', [['1 2']]]],
  ['install', ['file:///x', [['1 2', 'a.js', 'a.js.map\nS=0;//']]]],
  ['symbols', [null]],
  ['symbols', [{ addresses: [1], names: [] }]],
  ['symbols', [{ addresses: [0xc0000000], names: [5] }]],
])('%s is not asked like %j', async (ask, args) => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const { error } = (await said(`${JSON.stringify({ id: 1, ask, args })}\n`)) as { error: string };
  expect(error).toBe(`${ask} is not asked like this`);
});

/** The server's reply to a text; undefined: it hangs up. */
async function said(text: string): Promise<unknown> {
  const socket = connect(path);
  socket.on('error', () => {});
  const reply = await new Promise<string>((resolve) => {
    socket
      .setEncoding('utf8')
      .once('data', resolve)
      .on('close', () => resolve(''));
    socket.write(text);
  });
  socket.destroy();
  return reply === '' ? undefined : JSON.parse(reply);
}

test.skipIf(!hasScript)('inspect top --once on a terminal prints one sample and ends', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const sample = ['inspect', 'top', '--once', '--seconds', '0.1', '--json', '--connect', path];
  const { stdout } = await promisify(execFile)('script', ['-qec', shellCommand(sample), '/dev/null']);
  // The terminal is cleared first, and has its cursor back at the end.
  const objects = stdout.match(/^[^{]*(\{.*\})[^}]*$/s)?.[1];
  expect(JSON.parse(objects ?? '')).toMatchObject({ translations: expect.anything() });
});

test('a line without an end is not kept for ever', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  expect(await said('x'.repeat(40 << 20))).toBeUndefined();
  expect(await said('{"id":1,"ask":"stats","args":[]}\n')).toMatchObject({ answer: { watched: false } });
});

test('inspectors that leave in the middle of what they ask leave nothing behind', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const sockets = Array.from({ length: 100 }, () => connect(path).on('error', () => {}));
  for (const socket of sockets) {
    for (const [ask, arg] of [['watch', true], ['startProfile', 1000], ['translations']])
      socket.write(`${JSON.stringify({ id: 1, ask, args: arg === undefined ? [] : [arg] })}\n`);
    socket.write('{"id":2,"ask":"st');
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const socket of sockets) socket.destroy();
  const remotes = await Promise.all(Array.from({ length: 4 }, () => attach(path)));
  await expect.poll(async () => (await remotes[0].ask('stats')).watched, { timeout: 60_000 }).toBe(false);
  const most = async () => {
    const each = await Promise.all(remotes.map((remote) => profilesAtOnce(remote, 3)));
    return each.reduce((sum, number) => sum + number);
  };
  // Two of each inspector.
  await expect.poll(most, { timeout: 30_000, interval: 200 }).toBe(8);
  for (const remote of remotes) remote.close();
});

test('many replies to one who does not read them wait without a warning', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  const socket = connect(path);
  const requests = Array.from({ length: 500 }, (_, id) => `${JSON.stringify({ id, ask: 'code', args: [0x1000] })}\n`);
  socket.pause().write(requests.join(''));
  const remote = await attach(path);
  for (let n = 0; n < 200; n++) await remote.ask('stats');
  let read = 0;
  socket.on('data', (text) => {
    read += text.toString().split('\n').length - 1;
  });
  socket.resume();
  await expect.poll(() => read, { timeout: 10_000 }).toBe(requests.length);
  process.off('warning', warn);
  expect(warnings).toEqual([]);
  socket.destroy();
  remote.close();
});

/** How many of so many profiles an inspector can take at a time. */
async function profilesAtOnce({ probe }: RemoteMachine, wanted: number): Promise<number> {
  const begun = await Promise.allSettled(Array.from({ length: wanted }, () => probe.startProfile(1000)));
  const numbers = begun.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const number of numbers) await probe.stopProfile(number);
  return numbers.length;
}

test('what listens there is no machine', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const other = createServer((socket) => socket.end('SSH-2.0-server\r\n')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const remote = await attach(String(port));
  await expect(remote.ask('stats')).rejects.toThrow(`what listens at port ${port} is no machine`);
  other.close();
});

test('a place for sockets that others can reach, or that is none', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  vi.stubEnv('XDG_RUNTIME_DIR', folder);
  mkdirSync(join(folder, `rawiron-${userInfo().uid}`));
  expect(() => ownAddress()).toThrow('is open to others');
  vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'none'));
  expect(() => ownAddress()).toThrow(/^there is no place for sockets of machines: .*: no such file/);
  vi.unstubAllEnvs();
  expect(() => addressOf('')).toThrow('a PATH or PORT is empty');
});
