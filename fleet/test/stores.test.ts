import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutSnapshot } from '../src/cut.ts';
import { StoreError } from '../src/error.ts';
import { FolderStore } from '../src/folder-store.ts';
import { LEAST_AGE } from '../src/fossils.ts';
import { openStore } from '../src/open-store.ts';
import { listPieces, pieceKey, SnapshotStore } from '../src/pieces.ts';
import type { ObjectStore } from '../src/store.ts';
import { range, snapshotOf } from './support/block-snapshot.ts';
import { type S3Server, startS3Server } from './support/s3-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleet-store-'));
let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const stores: [string, (name: string) => ObjectStore][] = [
  ['a folder', (name) => new FolderStore(join(folder, name))],
  ['a bucket', (name) => openStore(`s3://${server.bucket}/${name}`, server.environment)],
];

describe.each(stores)('%s', (_, open) => {
  test('has objects by their names', async () => {
    const store = open('objects');
    expect(await store.get('none')).toBe(undefined);
    expect(await store.find('none')).toBe(undefined);
    expect(await store.list('')).toEqual([]);
    await store.put('a/one', new Uint8Array([1]));
    await store.put('a/one', new Uint8Array([1, 2]));
    await store.put('a/t+w@o.x', new Uint8Array());
    await store.put('ab/three', new Uint8Array(3));
    expect([...(await store.get('a/one'))!]).toEqual([1, 2]);
    expect((await store.get('a/t+w@o.x'))!.length).toBe(0);
    expect(await store.find('a/one')).toMatchObject({ key: 'a/one', bytes: 2 });
    expect((await store.find('a/one'))!.age).toBeLessThan(60_000);
    expect((await store.list('a/')).map(({ key, bytes }) => [key, bytes])).toEqual([
      ['a/one', 2],
      ['a/t+w@o.x', 0],
    ]);
    expect(await store.list('a')).toHaveLength(3);
    await store.remove('a/one');
    await store.remove('a/one');
    expect(await store.get('a/one')).toBe(undefined);
    await store.move('ab/three', 'a/t+w@o.x');
    await store.move('ab/three', 'other');
    expect((await store.list('')).map(({ key, bytes }) => [key, bytes])).toEqual([['a/t+w@o.x', 3]]);
    for (const name of ['../x', '', 'a//b', '/a', 'a b', 'x.unfinished', 'x'.repeat(201)])
      await expect(store.put(name, new Uint8Array())).rejects.toThrow(/is no name of an object/);
  });

  test('has many of them', async () => {
    const store = open('many');
    for (let n = 0; n < 1100; n++) await store.put(`x/${n}`, new Uint8Array());
    expect((await store.list('x/')).map(({ key }) => key)).toEqual(
      range(0, 1100)
        .map((n) => `x/${n}`)
        .sort(),
    );
  });
});

describe.each(stores)('%s of snapshots', (_, open) => {
  test('has what two of them have in common once', async () => {
    const store = open('snapshots');
    const [first, second] = [
      snapshotOf(1000, [...range(0, 2000), ...range(0, 100)]),
      // A longer header, one block of other contents, two that have come and one that is gone.
      snapshotOf(1004, [
        ...range(0, 700),
        9999,
        ...range(701, 1500),
        8000,
        8001,
        ...range(1501, 2000),
        ...range(0, 100),
      ]),
    ];
    const manifest = await new SnapshotStore(store).put(first);
    const before = (await store.list('pieces/')).length;
    const other = await new SnapshotStore(store).put(second);
    expect((await store.list('pieces/')).length - before).toBeLessThanOrEqual(6);
    expect(Buffer.from(await new SnapshotStore(store).get(manifest)).equals(first)).toBe(true);
    expect(Buffer.from(await new SnapshotStore(store).get(other)).equals(second)).toBe(true);
    expect(await new SnapshotStore(store).put(first)).toBe(manifest);
  });

  test('tells of pieces that are damaged or missing', async () => {
    const store = open('damaged');
    const manifest = await new SnapshotStore(store).put(snapshotOf(100, range(0, 300)));
    const key = pieceKey((await listPieces(store, manifest))[1]!);
    const piece = (await store.get(key))!;
    for (const bytes of [
      piece.slice(0, piece.length >> 1),
      piece.with(0, 7),
      piece.with(piece.length >> 1, 0x5a ^ piece[piece.length >> 1]!),
      new Uint8Array(),
    ]) {
      await store.put(key, bytes);
      await expect(new SnapshotStore(store).get(manifest)).rejects.toThrow(`${key} is damaged in the store`);
    }
    await store.remove(key);
    await expect(new SnapshotStore(store).get(manifest)).rejects.toThrow(`the store lacks ${key}`);
    await expect(new SnapshotStore(store).get('00'.repeat(32))).rejects.toThrow(/the store lacks manifests/);
  });
});

test('a piece that is about to be too old is written again by whoever needs it', async () => {
  const store = new FolderStore(join(folder, 'old'));
  const snapshot = snapshotOf(100, range(0, 10));
  const manifest = await new SnapshotStore(store).put(snapshot);
  const old = new Date(Date.now() - 0.6 * LEAST_AGE);
  for (const { key } of await store.list('')) await utimes(join(store.place, key), old, old);
  expect(await new SnapshotStore(store).put(snapshot)).toBe(manifest);
  for (const { age } of await store.list('')) expect(age).toBeLessThan(60_000);
});

test('what was had or written before is not asked for again', async () => {
  const store = new FolderStore(join(folder, 'asked'));
  const asked: string[] = [];
  const told = (act: string) => (key: string, bytes?: Uint8Array) => {
    asked.push(`${act} ${key.split('/')[0]}`);
    return act === 'get' ? store.get(key) : act === 'find' ? store.find(key) : store.put(key, bytes!);
  };
  const watched = { get: told('get'), find: told('find'), put: told('put') } as unknown as ObjectStore;
  const snapshots = new SnapshotStore(watched);
  const snapshot = snapshotOf(100, range(0, 10));
  const manifest = await snapshots.put(snapshot);
  await snapshots.get(manifest);
  asked.length = 0;
  await snapshots.put(snapshot);
  await snapshots.get(manifest);
  expect(asked).toEqual(['get manifests']);
});

test('pieces of what is no snapshot are its bytes', () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(5), new Uint8Array(40).fill(255), new Uint8Array(10_000)])
    expect(Buffer.concat(cutSnapshot(bytes)).equals(bytes)).toBe(true);
});

test.each([
  ['ftp://x', {}, /'ftp:\/\/x' is no store; give a folder, or s3:\/\/BUCKET\/PREFIX/],
  ['s3://', {}, /is no store/],
  ['s3://x', {}, /s3:\/\/x needs a key; set AWS_ACCESS_KEY_ID/],
  ['s3://x', { AWS_ACCESS_KEY_ID: 'a' }, /set AWS_SECRET_ACCESS_KEY/],
  ['s3://x', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: 'x' }, /AWS_ENDPOINT_URL is 'x'/],
])('%s is refused in words', (place, variables, message) => {
  expect(() => openStore(place, variables)).toThrow(message);
});

test('a bucket tells what is wrong with it', async () => {
  const open = (bucket: string, more: Record<string, string> = {}) =>
    openStore(`s3://${bucket}`, { ...server.environment, ...more });
  const put = (store: ObjectStore) => store.put('x', new Uint8Array());
  await expect(put(open('other'))).rejects.toThrow(/there is no bucket at http:.*\/other; make it first/);
  await expect(put(open('fleet', { AWS_SECRET_ACCESS_KEY: 'no' }))).rejects.toThrow(/PUT .*: status 403 /);
  await expect(put(open('fleet', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }))).rejects.toThrow(/does not answer/);
});

test('a bucket whose answer breaks off is away', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('the first part', () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const store = openStore('s3://bucket', keys);
  await expect(store.get('x')).rejects.toThrow(StoreError);
  await expect(store.get('x')).rejects.toThrow(/^http:\/\/127.0.0.1:\d+\/bucket does not answer: /);
  server.close();
});
