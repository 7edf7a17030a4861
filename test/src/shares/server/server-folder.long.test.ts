import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { ConfigurationError, Machine, type ServerFolder, type ShareOptions } from '../../../../src/index.ts';
import { NinepSession } from '../../../../src/ninep/session.ts';
import { addressOf, nodeStorage } from '../../../../src/node/storage.ts';
import { SharedFiles } from '../../../../src/shares/files.ts';
import { MemoryFolder } from '../../../../src/shares/memory/folder.ts';
import { planShares } from '../../../../src/shares/options.ts';
import { ServerContents } from '../../../../src/shares/server/server-folder.ts';
import { MachineShare } from '../../../../src/shares/share.ts';
import { FolderServer, indexOf } from '../../../support/folder-server.ts';
import { type Field, message, NinepClient, T, u16, u32, u64 } from '../../../support/ninep-client.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A folder of a server as a guest has it, and what the log says. */
async function shared(server: FolderServer, capacity = 1 << 20, contents = 'flat') {
  const log: string[] = [];
  const host = { addressOf, decompressor: nodeStorage.decompressor };
  const where = { index: server.address('fs.json'), contents: server.address(contents) };
  const served = new ServerContents(where, { host, log: (message: string) => log.push(message) });
  const folder = new MemoryFolder(capacity, { entries: await served.files(), origins: served });
  const session = new NinepSession(folder, false);
  return { log, folder, client: await NinepClient.mount(session), files: new SharedFiles('t', session) };
}

const opened = async (client: NinepClient, name: string, flags = 0): Promise<number> =>
  client.open(await client.walk(name), flags);

test('contents come when a file is opened, once while there is room for them', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([
      ['a', 5, 'a.bin'],
      ['b', 3, 'b.bin'],
    ]),
    'flat/a.bin': 'first',
  });
  const { files } = await shared(server);
  expect((await files.list()).map(({ name, size, modified }) => [name, size, modified.getTime()])).toEqual([
    ['a', 5, 1e12],
    ['b', 3, 1e12],
  ]);
  expect(server.asked).toEqual(['fs.json']);
  expect(text(await files.readFile('a'))).toBe('first');
  expect(text(await files.readFile('a'))).toBe('first');
  expect(server.asked).toEqual(['fs.json', 'flat/a.bin']);
});

test('what takes all the room is dropped for another one, and comes anew', async () => {
  const [one, two] = [1, 2].map((byte) => new Uint8Array(150_000).fill(byte));
  await using server = await FolderServer.start({
    'fs.json': indexOf([
      ['one', 150_000, 'one'],
      ['two', 150_000, 'two'],
    ]),
    'flat/one': one!,
    'flat/two': two!,
  });
  const { client, folder } = await shared(server, 200_000);
  const free = async () => Number((await folder.statistics()).free) * 4096;
  const before = await free();
  for (const name of ['one', 'two', 'one']) {
    const fid = await opened(client, name);
    expect(new Set(await client.read(fid, 149_000, 1000))).toEqual(new Set([name === 'one' ? 1 : 2]));
    // An open file has its room.
    if (name === 'one') await expect(opened(client, 'two')).rejects.toMatchObject({ errno: 28 });
    await client.clunk(fid);
  }
  expect(await free()).toBe(before);
  // What there is no room for is not asked for.
  expect(server.asked).toEqual(['fs.json', 'flat/one', 'flat/two', 'flat/one']);
});

test('a guest changes what is its own from then on', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([
      ['a', 5, 'a'],
      ['b', 5, 'a'],
      ['c', 5, 'a'],
      ['d', 5, 'a'],
    ]),
    'flat/a': 'first',
  });
  const { files, client } = await shared(server);
  const fid = await opened(client, 'a', 2);
  await client.write(fid, new TextEncoder().encode('W'), 1);
  await client.clunk(fid);
  expect(text(await files.readFile('a'))).toBe('fWrst');
  await client.at('b', (file) => client.change(file, { size: 3 }));
  await files.remove('c');
  await files.writeFile('d', 'anew');
  server.files.clear();
  expect(text(await files.readFile('a'))).toBe('fWrst');
  expect(text(await files.readFile('b'))).toBe('fir');
  expect(text(await files.readFile('d'))).toBe('anew');
  expect((await files.list()).map(({ name }) => name)).toEqual(['a', 'b', 'd']);
});

test('contents may be compressed', async () => {
  const content = 'text '.repeat(1000);
  await using server = await FolderServer.start({
    'fs.json': indexOf([
      ['a', content.length, 'a.bin.zst'],
      ['b', 3, 'bad.zst'],
      ['c', 3, 'a.bin.zst'],
    ]),
    'flat/a.bin.zst': zlib.zstdCompressSync(content),
    'flat/bad.zst': 'no zstd',
  });
  const { files, log } = await shared(server);
  expect(text(await files.readFile('a'))).toBe(content);
  await expect(files.readFile('b')).rejects.toThrow('bad.zst cannot be decompressed');
  await expect(files.readFile('c')).rejects.toThrow('a.bin.zst');
  expect(log).toHaveLength(2);
});

test('contents may have been decompressed on their way: a server may say that they are encoded so', async () => {
  const content = 'text '.repeat(1000);
  await using server = await FolderServer.start({
    'fs.json': indexOf([['a', content.length, 'a.bin.zst']]),
    'flat/a.bin.zst': content,
  });
  const { files, log } = await shared(server);
  expect(text(await files.readFile('a'))).toBe(content);
  expect(log).toEqual([]);
});

test('what is removed, replaced or emptied while its contents are kept gives their room back', async () => {
  const names = ['a', 'b', 'c', 'd'];
  await using server = await FolderServer.start({
    'fs.json': indexOf(names.map((name) => [name, 100_000, 'x'] as const)),
    'flat/x': new Uint8Array(100_000),
  });
  const { files, client, folder } = await shared(server);
  const free = async () => Number((await folder.statistics()).free);
  const before = await free();
  for (const name of names) await files.readFile(name);
  expect(await free()).toBe(before);
  await files.remove('a');
  await client.clunk(await opened(client, 'b', 0o1002));
  await client.rename('', 'b', '', 'c');
  const block = new Uint8Array(50_000);
  const fid = await client.create('', 'new');
  let written = 0;
  for (let count = 1; count > 0; written += count) count = await client.write(fid, block, written).catch(() => 0);
  // All that there is for the guest, with the names that have gone.
  expect(written).toBeGreaterThan((1 << 20) - 8192);
  expect(written).toBeLessThan((1 << 20) + 2048);
  expect(await free()).toBe(0);
});

test('what the guest has filled does not keep it from reading, and a file becomes its own only where there is room', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([['a', 100_000, 'x']]),
    'flat/x': new Uint8Array(100_000).fill(7),
  });
  const { files, client } = await shared(server, 120_000);
  const fid = await client.create('', 'zeros');
  await client.write(fid, new Uint8Array(60_000));
  expect((await files.readFile('a')).every((byte) => byte === 7)).toBe(true);
  const other = await opened(client, 'a', 2);
  await expect(client.write(other, 'text', 10)).rejects.toMatchObject({ errno: 28 });
  expect((await client.read(other, 10, 4)).every((byte) => byte === 7)).toBe(true);
  await client.clunk(fid);
  await client.remove('', 'zeros');
  expect(await client.write(other, 'text', 10)).toBe(4);
  server.files.clear();
  expect(text((await files.readFile('a')).subarray(9, 15))).toBe('\u0007text\u0007');
});

test('contents that were got for a change which there is no room for are dropped for others', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([
      ['a', 100_000, 'x'],
      ['b', 100_000, 'x'],
    ]),
    'flat/x': new Uint8Array(100_000),
  });
  const { files, client } = await shared(server, 120_000);
  const fid = await client.create('', 'zeros');
  await client.write(fid, new Uint8Array(60_000));
  await expect(client.at('a', (file) => client.change(file, { size: 99_000 }))).rejects.toMatchObject({ errno: 28 });
  expect((await files.readFile('b')).length).toBe(100_000);
});

test('files may be pages', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([['a', 15, 'a.html']]),
    'flat/a.html': '<!doctype html>',
  });
  const { files } = await shared(server);
  expect(text(await files.readFile('a'))).toBe('<!doctype html>');
});

test('a file with more bytes than there may be is not asked for', async () => {
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 2 ** 40, 'x']]), 'flat/x': 'x' });
  const { client, log } = await shared(server);
  await expect(opened(client, 'a')).rejects.toMatchObject({ errno: 28 });
  expect([server.asked, log]).toEqual([['fs.json'], []]);
});

test('addresses are compared as they are asked for', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([['a', 1, 'a']]),
    'my%20flat/a': 'x',
  });
  const { files } = await shared(server, 1 << 20, 'other/../my flat');
  expect(text(await files.readFile('a'))).toBe('x');
});

test('contents that cannot be had are an I/O error to the guest and one message to the user, and may come later', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([
      ['missing', 5, 'missing'],
      ['short', 5, 'short'],
      ['long', 5, 'long'],
    ]),
    'flat/short': '1234',
    'flat/long': '123456',
  });
  const { files, client, log } = await shared(server);
  for (const name of ['missing', 'short', 'long', 'missing'])
    await expect(opened(client, name)).rejects.toMatchObject({ errno: 5 });
  const what = [/^\/missing cannot be read: .*404/, /has 4 bytes, the index says 5/, /has more than 5 bytes/];
  expect(log.map((message, n) => what[n]?.test(message))).toEqual([true, true, true]);
  server.files.set('flat/missing', '12345');
  expect(text(await files.readFile('missing'))).toBe('12345');
});

test.each(['../fs.json', 'http://127.0.0.2/a', '//', 'http://['])('an index does not lead to %s', async (contents) => {
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 5, contents]]) });
  await expect(shared(server)).rejects.toThrow(
    `fs.json is no index of a folder: its contents '${contents}' are not below`,
  );
});

/** A server that begins an answer and does not go on. */
async function silentServer() {
  const silent = createServer((_, response) => void response.writeHead(200).flushHeaders());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`,
    asked: () => new Promise((resolve) => silent.once('request', resolve)),
    async [Symbol.asyncDispose]() {
      silent.closeAllConnections();
      await new Promise((resolve) => silent.close(resolve));
    },
  };
}

test('a machine ends while a server does not answer, and nobody waits any more', async () => {
  await using silent = await silentServer();
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 5, 'a']]) });
  const machine = await machineWith({ server: { index: server.address('fs.json'), contents: silent.address } });
  const asked = silent.asked();
  const files = machine.shares.get('t')!;
  const told = [1, 2, 3].map(() => expect(files.readFile('a')).rejects.toMatchObject({ code: 'EIO' }));
  await asked;
  await machine.stop();
  await Promise.all(told);
});

test('a guest that starts again does not wait for what it had asked for', async () => {
  await using silent = await silentServer();
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 5, 'a']]) });
  const client = { host: { addressOf, decompressor: nodeStorage.decompressor }, log: () => {} };
  const where = { index: server.address('fs.json'), contents: silent.address };
  const served = new ServerContents(where, client);
  const folder = new MemoryFolder(1 << 20, { entries: await served.files(), origins: served });
  const session = new NinepSession(folder, false);
  const ninep = await NinepClient.mount(session);
  const asked = silent.asked();
  const fids = [await ninep.walk('a'), await ninep.walk('a')];
  const told = fids.map((fid) => expect(ninep.open(fid)).rejects.toMatchObject({ errno: 5 }));
  await asked;
  folder.interrupt();
  await session.reset();
  await Promise.all(told);
  expect(session.isMounted).toBe(false);
});

test('a state is saved while the guest waits for a server: what it waits for is asked for again', async () => {
  await using silent = await silentServer();
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 5, 'a']]), 'flat/a': 'first' });
  const share = await openShare({ index: server.address('fs.json'), contents: silent.address });
  const ask = (type: number, number: number, ...fields: readonly Field[]) => askFor(share, type, number, ...fields);
  await ask(T.version, 1, u32(8192), '9P2000.L');
  await ask(T.attach, 2, u32(0), u32(0xffffffff), 'root', '', u32(0));
  await ask(T.walk, 3, u32(0), u32(1), u16(1), 'a');
  const asked = silent.asked();
  const waits = ask(T.lopen, 4, u32(1), u32(0));
  await asked;
  expect(share.isBusy).toBe(true);
  const saved = structuredClone(share.save()!);
  await share.close();
  await waits;
  const other = await openShare({ index: server.address('none'), contents: server.address('flat') }, true);
  const staged = await other.stage(saved);
  other.expect(staged);
  other.loaded(staged);
  const again = (type: number, number: number, ...fields: readonly Field[]) => askFor(other, type, number, ...fields);
  expect((await again(T.lopen, 4, u32(1), u32(0)))![4]).toBe(T.lopen + 1);
  expect(text((await again(T.read, 5, u32(1), u64(0), u32(9)))!.subarray(11))).toBe('first');
  expect(server.asked).toEqual(['fs.json', 'flat/a']);
});

test('what a loaded state waits for goes on, and what the former waited for ends', async () => {
  await using slow = await slowServer('first');
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 5, 'a']]) });
  const share = await openShare({ index: server.address('fs.json'), contents: slow.address });
  await askFor(share, T.version, 1, u32(8192), '9P2000.L');
  await askFor(share, T.attach, 2, u32(0), u32(0xffffffff), 'root', '', u32(0));
  for (const fid of [1, 2]) await askFor(share, T.walk, 2 + fid, u32(0), u32(fid), u16(1), 'a');
  const saved = structuredClone(share.save()!);
  const former = [1, 2].map((fid) => askFor(share, T.lopen, 4 + fid, u32(fid), u32(0)));
  const staged = await share.stage(saved);
  share.expect(staged);
  // Until the machine has the state it asks for what the former needs.
  expect((await askFor(share, T.mkdir, 9, u32(0), 'of-the-former', u32(0o755), u32(0)))![4]).toBe(T.mkdir + 1);
  await share.answer({ type: 'restart' });
  const again = [1, 2].map((fid) => askFor(share, T.lopen, 4 + fid, u32(fid), u32(0)));
  share.loaded(staged);
  expect((await Promise.all(again)).map((reply) => reply![4])).toEqual([T.lopen + 1, T.lopen + 1]);
  await Promise.all(former);
  expect((await share.files!.list()).map(({ name }) => name)).toEqual(['a']);
});

test('a load that fails leaves all as it was', async () => {
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 5, 'a']]), 'flat/a': 'first' });
  const share = await openShare({ index: server.address('fs.json'), contents: server.address('flat') });
  const staged = await share.stage(structuredClone(share.save()!));
  await share.files!.writeFile('b', '');
  share.expect(staged);
  share.expect(undefined);
  await share.answer({ type: 'restart' });
  expect((await share.files!.list()).map(({ name }) => name)).toEqual(['a', 'b']);
});

/** Answers a request with a content after a moment. */
async function slowServer(content: string) {
  const slow = createServer((_, response) => void setTimeout(() => response.writeHead(200).end(content), 50));
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void slow.close(() => resolve())),
  };
}

const askFor = (share: MachineShare, type: number, number: number, ...fields: readonly Field[]) =>
  share.answer({ type: 'message', number, bytes: message(type, 0, ...fields), room: 8192 });

async function openShare(server: ServerFolder, awaitsState = false): Promise<MachineShare> {
  const [plan] = planShares([{ tag: 't', server }]);
  const host = { addressOf, decompressor: nodeStorage.decompressor, openFolder: () => Promise.reject(new Error()) };
  const share = new MachineShare(plan!, host, () => {});
  await share.open(awaitsState);
  return share;
}

async function machineWith(share: object): Promise<Machine> {
  const shares = [{ tag: 't', ...share } as ShareOptions];
  return await Machine.create({ memory: 4, boot: { demo: true }, isolate: 'caller', shares });
}

test('a machine has a folder of a server, and files besides', async () => {
  await using server = await FolderServer.start({ 'fs.json': indexOf([['a', 1, 'a']]), 'flat/a': 'x' });
  const where = { index: server.address('fs.json'), contents: server.address('flat/') };
  await using machine = await machineWith({ server: where, files: { 'b/c': 'y' } });
  const files = machine.shares.get('t')!;
  expect([text(await files.readFile('a')), text(await files.readFile('b/c'))]).toEqual(['x', 'y']);
});

const wrong: readonly (readonly [string, (server: FolderServer) => object, string])[] = [
  ['no index', (server) => ({ index: server.address('none'), contents: server.address('') }), 'the server answers 404'],
  ['a file', () => ({ index: 'fs.json', contents: 'flat' }), 'shares[0].server: flat: is no address of a web server'],
  ['a number', () => ({ index: 5, contents: 'flat' }), 'shares[0].server.index is 5; it must be an address'],
  [
    'what is no folder',
    (server) => ({ index: server.address('fs.json'), contents: server.address('flat?a=b') }),
    'is no address of a folder; leave out what begins with ? or #',
  ],
  ['no address', () => ({ index: 'http://', contents: 'http://' }), 'http://: is not an address of a web server'],
  ['an empty text', () => ({ index: 'http://a/', contents: '' }), "shares[0].server.contents is ''"],
  ['a password that is none', () => ({ index: 'http://u:%zz@a/', contents: 'http://a/' }), 'write %25'],
  ['something else', () => ({ index: 'x', contents: 'y', base: '' }), "unknown 'base' in shares[0].server"],
];

test.each(wrong)('refused: %s', async (_, where, message) => {
  await using server = await FolderServer.start({});
  const made = machineWith({ server: where(server) });
  await expect(made).rejects.toThrow(ConfigurationError);
  await expect(made).rejects.toThrow(message);
});
