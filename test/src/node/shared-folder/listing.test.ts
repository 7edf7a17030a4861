import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NodeOpenDirectory } from '../../../../src/node/shared-folder/open-directory.ts';
import { T, u32, u64 } from '../../../support/ninep-client.ts';
import { errnoOf, Share } from './share.ts';

const EIO = 5;
const COUNT = 2000;
const never = new AbortController().signal;
let path: string;

beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'listing-'));
  fill(path);
});
afterAll(() => rmSync(path, { recursive: true }));

function fill(folder: string): void {
  for (let n = 0; n < COUNT; n++) writeFileSync(join(folder, `f${n}`), '');
}

/** The directory, with the names of it that were looked at. */
function opened() {
  const looked: string[] = [];
  const directory = new NodeOpenDirectory({
    path,
    look: async (names) => {
      looked.push(...names);
      return names.map(() => ({ id: 1n, kind: 0 }));
    },
    close: async () => {},
  });
  return { directory, looked };
}

/** Names from a place on, at most so many. */
async function list(directory: NodeOpenDirectory, from: number, most = Infinity) {
  const names: string[] = [];
  const take = ({ name, next }: { name: string; next: number }) => {
    if (names.length === most) return false;
    expect(next).toBe(from + names.length + 1);
    names.push(name);
    return true;
  };
  await directory.list(from, take, never);
  return names;
}

test('names in front of a place are passed over without a look at them', async () => {
  const { directory, looked } = opened();
  const all = await list(opened().directory, 0);
  expect([...all].sort()).toEqual(['.', '..', ...Array.from({ length: COUNT }, (_, n) => `f${n}`)].sort());
  expect(await list(directory, 1500, 10)).toEqual(all.slice(1500, 1510));
  expect(looked.length).toBeLessThan(100);
  // From the middle of what was looked at, farther on, and back.
  for (const from of [1505, 1508, 1700, 1, 0, 2, 100_000])
    expect(await list(directory, from, 10)).toEqual(all.slice(from, from + 10));
  expect(looked.length).toBeLessThan(800);
  await directory.close();
});

test('who passes over names ends when the folder is closed', async () => {
  const { directory } = opened();
  const closing = new AbortController();
  closing.abort(new Error('closed'));
  await expect(directory.list(1500, () => true, closing.signal)).rejects.toThrow('closed');
  await expect(directory.list(0, () => true, closing.signal)).rejects.toThrow('closed');
  await directory.close();
});

test('a reply has a part of a large directory, so that others get their turn', async () => {
  await using share = await Share.open('none', { prepare: fill });
  const { client } = share;
  const fid = await client.open(await client.walk(''));
  const reply = await client.ask(T.readdir, u32(fid), u64(0), u32(65000));
  let entries = 0;
  for (let at = 4; at < reply.length; at += 24 + reply.readUInt16LE(at + 22)) entries++;
  expect(entries).toBe(1024);
  expect((await client.list(fid, 65000)).length).toBe(COUNT + 2);
});

test('requests that wait are not done when the folder is closed', async () => {
  await using share = await Share.open('none');
  const { client, session } = share;
  const fid = await client.create('', 'file');
  const writes = Array.from({ length: 5 }, (_, n) => errnoOf(client.write(fid, 'x', n)));
  const closed = session.close();
  expect((await Promise.all(writes)).slice(1)).toEqual([EIO, EIO, EIO, EIO]);
  await closed;
  expect(await errnoOf(client.walk('file'))).toBe(EIO);
});
