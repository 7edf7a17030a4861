import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { addressOf } from '../../../src/node/inspector/address.ts';
import { attach, RemoteMachine } from '../../../src/node/inspector/client.ts';
import { InspectorServer } from '../../../src/node/inspector/server.ts';

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
  await two.probe.startProfile(1000);
  expect((await two.probe.stopProfile()).nodes.length).toBeGreaterThan(0);
  two.close();
});

test('what goes wrong there is said here', async () => {
  server = await InspectorServer.listen(machine, addressOf(path));
  const remote = await attach(path);
  await expect(remote.probe.stopProfile()).rejects.toThrow('no profile is being taken');
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
  expect(() => addressOf('65536')).toThrow('65536 is no TCP port');
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
