import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { listenForGdb, listenForQmp, Machine } from '../../../../src/index.ts';
import { AddressInUse, type Listening, listen, nodeAddress } from '../../../../src/node/sockets/listen.ts';
import type { ListenAddress } from '../../../../src/options/listen-address.ts';
import { root } from '../../../support/documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'listen-'));
const path = join(folder, 'socket');
const listening: Listening[] = [];
afterEach(() => {
  for (const { stop } of listening.splice(0)) stop();
});
const before = process.cwd();
afterEach(() => process.chdir(before));
afterAll(() => rmSync(folder, { recursive: true }));

async function listenAt(address: Parameters<typeof listen>[1]): Promise<Listening> {
  const begun = await listen(
    createServer((socket) => socket.on('error', () => {}).end('hello')),
    address,
  );
  listening.push(begun);
  return begun;
}

test('a Unix socket is for this user only, and gone when the server stops', async () => {
  const { stop } = await listenAt({ path });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  stop();
  expect(existsSync(path)).toBe(false);
});

test('so are those of gdb and QMP', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  const [gdb, qmp] = [join(folder, 'gdb'), join(folder, 'qmp')];
  await using _gdb = await listenForGdb(machine, { path: gdb });
  await using _qmp = await listenForQmp(machine, { path: qmp });
  expect([gdb, qmp].map((socket) => statSync(socket).mode & 0o777)).toEqual([0o600, 0o600]);
});

test('the port that the system chose is told', async () => {
  const { address } = await listenAt({ host: '127.0.0.1', port: 0 });
  const socket = connect(address as { host: string; port: number });
  expect(`${await once(socket, 'data')}`).toBe('hello');
  socket.destroy();
});

test('a socket that a killed program left is replaced, one where somebody listens is not', async () => {
  const left = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  expect(() => execFileSync(process.execPath, ['-e', left])).toThrow();
  expect(existsSync(path)).toBe(true);
  await listenAt({ path });
  await expect(listenAt({ path })).rejects.toThrow(AddressInUse);
  await expect(listenAt({ path })).rejects.toThrow(`cannot listen at unix:${path}: address already in use`);
  expect(existsSync(path)).toBe(true);
});

test('a file stays as it is, and a folder that is not there is named', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'mine');
  await expect(listenAt({ path: file })).rejects.toThrow(`cannot listen at unix:${file}: `);
  expect(statSync(file).size).toBe(4);
  await expect(listenAt({ path: join(folder, 'none', 'x') })).rejects.toThrow(`there is no folder ${folder}/none`);
});

test.each(['80', '1e3', 'Infinity', ' ', '0x10'])(
  "the path '%s' is a file's, though Node takes it for a port",
  async (name) => {
    process.chdir(folder);
    const { address, stop } = await listenAt({ path: name });
    expect([address, statSync(join(folder, name)).isSocket()]).toEqual([{ path: name }, true]);
    const socket = connect(nodeAddress(address));
    expect(`${await once(socket, 'data')}`).toBe('hello');
    socket.destroy();
    await expect(listenAt({ path: name })).rejects.toThrow(AddressInUse);
    stop();
    expect(existsSync(join(folder, name))).toBe(false);
  },
);

test.each([
  [{ path: '' }, "the path of a Unix socket is ''; give the name of a file"],
  [{ path: 80 }, 'the path of a Unix socket is 80; give the name of a file'],
  [{ path: '\0abstract' }, "the path of a Unix socket is '\0abstract'; give the name of a file"],
  [{ host: '', port: 0 }, "the host of an address is ''; give its name or IP address, or a path"],
  [{ port: 0 }, 'the host of an address is undefined; give its name or IP address, or a path'],
  [{ host: '127.0.0.1', port: 65_536 }, 'the port of an address is 65536; it must be a whole number from 0 to 65535'],
  [{ host: '127.0.0.1', port: '80' }, "the port of an address is '80'; it must be a whole number from 0 to 65535"],
  [{ host: '127.0.0.1', prot: 80 }, "unknown 'prot' in an address; similar: port; it is one of: path, host, port"],
  [5, 'an address is 5; it must be an object with path, host, port'],
  [null, 'an address is null; it must be an object with path, host, port'],
])('%j is no address', async (given, message) => {
  const address = given as unknown as ListenAddress;
  await expect(listenAt(address)).rejects.toThrow(message);
  expect(() => nodeAddress(address)).toThrow(message);
});

test('a program that ends leaves no socket', () => {
  const program = `
    const { createServer } = await import('node:net');
    const { listen } = await import(${JSON.stringify(join(root, 'src/node/sockets/listen.ts'))});
    await listen(createServer(), { path: ${JSON.stringify(path)} });
    console.log((await import('node:fs')).existsSync(${JSON.stringify(path)}));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(said).toBe('true\n');
  expect(existsSync(path)).toBe(false);
});
