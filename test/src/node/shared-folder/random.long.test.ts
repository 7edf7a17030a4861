import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NinepClient, T, u32 } from '../../../support/ninep-client.ts';
import { Random } from '../../../support/random.ts';
import { sendWild } from '../../ninep/wild.ts';
import { errnoOf, Share } from './share.ts';

const models = ['mapped-file', 'none'] as const;

test.each(models)('messages without sense get errors, and nothing happens outside: %s', async (model) => {
  await using share = await Share.open(model, {
    prepare: (folder, outside) => {
      writeFileSync(join(outside, 'x'), 'outside');
      symlinkSync('../x', join(folder, 'c'));
      symlinkSync('..', join(folder, 'deep'));
    },
  });
  const before = statSync(join(share.outside, 'x'));
  const { done, refused, broken } = await sendWild(share.session, new Random(18), 3000);
  expect(broken).toBe(0);
  expect(done).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(500);
  expect(readdirSync(share.outside).sort()).toEqual(['shared', 'x']);
  expect(readFileSync(join(share.outside, 'x'), 'utf8')).toBe('outside');
  const { mode, mtimeMs, uid, nlink } = statSync(join(share.outside, 'x'));
  expect([mode, mtimeMs, uid, nlink]).toEqual([before.mode, before.mtimeMs, before.uid, before.nlink]);
  const client = await NinepClient.mount(share.session);
  await client.clunk(await client.create('', 'after'));
  expect(await client.names('')).toContain('after');
});

test('so many fids and open files, and no more', async () => {
  await using share = await Share.open('none');
  const { client } = share;
  await client.clunk(await client.create('', 'file'));
  const fids = [];
  for (let n = 0; n < 1024; n++) fids.push(await client.open(await client.walk('file')));
  expect(await errnoOf(client.at('file', (fid) => client.open(fid)))).toBe(24);
  await client.clunk(fids[0]!);
  expect(await errnoOf(client.at('file', (fid) => client.open(fid)))).toBe(0);
  for (let n = fids.length; n < 1 << 16; n += 512)
    await Promise.all(Array.from({ length: 512 }, () => client.walk('').catch(() => 0)));
  expect(await errnoOf(client.walk(''))).toBe(12);
  await client.clunk(fids[1]!);
  expect(await errnoOf(client.walk(''))).toBe(0);
});

/** A way of so many directories named d in a new directory; the fid of the last one. */
async function deepWay(client: NinepClient, top: string, depth: number): Promise<number> {
  await client.makeDirectory('', top);
  let fid = await client.walk(top);
  for (let n = 1; n < depth; n++) {
    await client.ask(T.mkdir, u32(fid), 'd', u32(0o755), u32(0));
    const next = await client.walk('d', fid);
    await client.clunk(fid);
    fid = next;
  }
  return fid;
}

test('a deep way is as good as a short one', async () => {
  await using share = await Share.open('none');
  const { client } = share;
  const fid = await deepWay(client, 'd', 300);
  const file = await client.walk('', fid);
  await client.ask(T.lcreate, u32(file), 'file', u32(0o102), u32(0o644), u32(0));
  await client.write(file, 'deep');
  expect((await client.read(file)).toString()).toBe('deep');
  let up = fid;
  for (let n = 0; n < 299; n++) up = await client.walkNames(['..'], up);
  expect((await client.stat(up)).qid.path).toBe((await client.at('d', (top) => client.stat(top))).qid.path);
});

test('a deep way has an end, however it was made, and takes few files of the process', async () => {
  await using share = await Share.open('none');
  const { client } = share;
  const [upper, lower] = [await deepWay(client, 'upper', 1500), await deepWay(client, 'lower', 1500)];
  const root = await client.walk('');
  // A way of 3,000 names.
  expect(await errnoOf(client.ask(T.renameat, u32(root), 'lower', u32(upper), 'd'))).toBe(36);
  // What is open belongs to other ways now.
  for (let n = 0; n < 130; n++) {
    await client.makeDirectory('', `${n}`);
    await client.at(`${n}`, (fid) => client.ask(T.mkdir, u32(fid), 'd', u32(0o755), u32(0)));
  }
  const before = readdirSync('/proc/self/fd').length;
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, readdirSync('/proc/self/fd').length)));
  for (const fid of [upper, lower]) expect((await client.stat(fid)).mode & 0o40000).toBe(0o40000);
  clearInterval(timer);
  expect(most).toBeLessThan(before + 300);
});
