import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { ConfigurationError, Machine, type ShareOptions } from '../../../../src/index.ts';
import { NinepSession } from '../../../../src/ninep/session.ts';
import { addressOf, nodeStorage } from '../../../../src/node/storage.ts';
import { SharedFiles } from '../../../../src/shares/files.ts';
import { MemoryFolder } from '../../../../src/shares/memory/folder.ts';
import { filesOfServer } from '../../../../src/shares/server/server-folder.ts';
import { NinepClient } from '../../../support/ninep-client.ts';
import { FolderServer, indexOf } from './folder-server.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A folder of a server as a guest has it, and what the log says. */
async function shared(server: FolderServer, capacity = 1 << 20) {
  const log: string[] = [];
  const host = { addressOf, decompressor: nodeStorage.decompressor };
  const where = { index: server.address('fs.json'), contents: server.address('flat') };
  const folder = new MemoryFolder(capacity, await filesOfServer(where, host, (message) => log.push(message)));
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
  expect(server.asked.filter((path) => path === 'flat/one')).toHaveLength(2);
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

test('contents that cannot be had are an I/O error to the guest and a message to the user, and may come later', async () => {
  await using server = await FolderServer.start({
    'fs.json': indexOf([
      ['missing', 5, 'missing'],
      ['short', 5, 'short'],
      ['long', 5, 'long'],
      ['outside', 5, '../fs.json'],
      ['elsewhere', 5, 'http://127.0.0.2/a'],
    ]),
    'flat/short': '1234',
    'flat/long': '123456',
  });
  const { files, client, log } = await shared(server);
  for (const name of ['missing', 'short', 'long', 'outside', 'elsewhere'])
    await expect(opened(client, name)).rejects.toMatchObject({ errno: 5 });
  const what = [/404/, /has 4 bytes, the index says 5/, /has more than 5 bytes/, /not below/, /not below/];
  expect(log.every((message, n) => what[n]!.test(message) && message.startsWith('a file of the guest'))).toBe(true);
  expect(log).toHaveLength(5);
  server.files.set('flat/missing', '12345');
  expect(text(await files.readFile('missing'))).toBe('12345');
});

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
  ['a file', () => ({ index: 'fs.json', contents: 'flat' }), 'is no address of a web server'],
  ['a number', () => ({ index: 5, contents: 'flat' }), 'shares[0].server.index is 5; it must be an address'],
  ['something else', () => ({ index: 'x', contents: 'y', base: '' }), "unknown 'base' in shares[0].server"],
];

test.each(wrong)('refused: %s', async (_, where, message) => {
  await using server = await FolderServer.start({});
  const made = machineWith({ server: where(server) });
  await expect(made).rejects.toThrow(ConfigurationError);
  await expect(made).rejects.toThrow(message);
});
