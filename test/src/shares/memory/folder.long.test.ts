import { expect, test } from 'vitest';
import { NinepSession } from '../../../../src/ninep/session.ts';
import { SharedFiles } from '../../../../src/shares/files.ts';
import { MemoryFolder } from '../../../../src/shares/memory/folder.ts';
import { NinepClient, T, u32, u64 } from '../../../support/ninep-client.ts';
import { Random } from '../../../support/random.ts';
import { sendWild } from '../../ninep/wild.ts';
import { errnoOf } from '../../node/shared-folder/share.ts';

const [EBADF, ENOSPC, ENAMETOOLONG] = [9, 28, 36];

/** A folder in memory with its client, and the host's end. */
async function shared(capacity = 1 << 20) {
  const folder = new MemoryFolder(capacity);
  const session = new NinepSession(folder, false);
  return { folder, session, client: await NinepClient.mount(session), files: new SharedFiles('t', session) };
}

const free = async (folder: MemoryFolder): Promise<number> => Number((await folder.statistics()).free);

test('a guest that stores more than is allowed finds the disk full, and room again where it removes something', async () => {
  const { client, folder } = await shared();
  const fid = await client.create('', 'file');
  const block = new Uint8Array(50_000).fill(7);
  let written = 0;
  for (;;) {
    const failure = await errnoOf(client.write(fid, block, written).then((count) => (written += count)));
    if (failure === 0) continue;
    expect(failure).toBe(ENOSPC);
    break;
  }
  expect(written).toBeGreaterThan(1_000_000);
  expect(written).toBeGreaterThan(1_040_000);
  expect(await free(folder)).toBe(0);
  // What is there can be written once more.
  expect(await client.write(fid, block, 5)).toBe(50_000);
  expect((await client.read(fid, 54_000, 10)).every((byte) => byte === 7)).toBe(true);
  expect((await client.stat(fid)).size).toBe(BigInt(written));
  await client.rename('', 'file', '', 'another-name');
  await client.remove('', 'another-name');
  expect(await free(folder)).toBe(0);
  await client.clunk(fid);
  expect(await free(folder)).toBe(256);
});

test('a write that there is no room for takes none', async () => {
  const { client, folder } = await shared(1024 + 50_000);
  for (const position of [60_000, 3 * 65_536 + 60_000]) {
    const fid = await client.create('', 'file');
    await client.write(fid, 'some text');
    expect(await errnoOf(client.write(fid, new Uint8Array(100), position))).toBe(ENOSPC);
    await client.clunk(fid);
    await client.remove('', 'file');
    expect(await free(folder)).toBe(Math.floor((1024 + 50_000) / 4096));
  }
});

test('empty files, directories and links take room too', async () => {
  const { client, folder } = await shared(64 << 10);
  const make: readonly ((name: string) => Promise<unknown>)[] = [
    async (name) => client.clunk(await client.create('', name)),
    (name) => client.makeDirectory('', name),
    (name) => client.symlink('', name, 'x'.repeat(3000)),
    (name) => client.ask(T.mknod, u32(0), name, u32(0o010600), u32(0), u32(0), u32(0)),
  ];
  for (const [kind, one] of make.entries()) {
    let count = 0;
    while ((await errnoOf(one(`${kind}-${count}`))) === 0) count++;
    expect(await errnoOf(one('more'))).toBe(ENOSPC);
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThanOrEqual(64);
    for (let n = 0; n < count; n++) await client.remove('', `${kind}-${n}`, kind === 1 ? 0x200 : 0);
    expect(await free(folder)).toBe(16);
  }
});

test('holes take no room, wherever they are', async () => {
  const { client, folder } = await shared();
  const fid = await client.create('', 'file');
  const far = 2 ** 52;
  await client.write(fid, 'end', far);
  expect((await client.read(fid, far - 5)).toString()).toBe('\0\0\0\0\0end');
  expect((await client.stat(fid)).size).toBe(BigInt(far + 3));
  expect(await free(folder)).toBeGreaterThan(235);
  await client.change(fid, { size: Number.MAX_SAFE_INTEGER });
  expect(await errnoOf(client.write(fid, 'xx', Number.MAX_SAFE_INTEGER))).toBe(27);
  await client.change(fid, { size: 3 });
  await client.change(fid, { size: 100_000 });
  expect((await client.read(fid, 0, 60_000)).every((byte) => byte === 0)).toBe(true);
});

test('parts of a file are what an array has after the same writes and cuts', async () => {
  const { client, folder } = await shared(8 << 20);
  const random = new Random(4);
  const fid = await client.create('', 'file');
  let expected = new Uint8Array(0);
  for (let n = 0; n < 400; n++) {
    const [at, length] = [random.below(300_000), random.below(60_000)];
    const grown = new Uint8Array(random.chance(30) ? at : Math.max(expected.length, at + length));
    grown.set(expected.subarray(0, grown.length));
    if (grown.length === at) await client.change(fid, { size: at });
    else {
      const bytes = Uint8Array.from({ length }, () => random.word());
      grown.set(bytes, at);
      if (length > 0) expect(await client.write(fid, bytes, at)).toBe(length);
      else await client.change(fid, { size: grown.length });
    }
    expected = grown;
    const from = random.below(300_000);
    expect(Buffer.compare(await client.read(fid, from, 60_000), expected.subarray(from, from + 60_000))).toBe(0);
  }
  await client.remove('', 'file');
  await client.clunk(fid);
  expect(await free(folder)).toBe(2048);
});

test('a directory is listed while names come and go: those that stay are there, each once', async () => {
  const { client } = await shared();
  for (let n = 0; n < 300; n++) await client.clunk(await client.create('', `file-${n}`));
  const fid = await client.open(await client.walk(''));
  const seen: string[] = [];
  for (let from = 0n, round = 0; ; round++) {
    const reply = await client.ask(T.readdir, u32(fid), u64(from), u32(1000));
    if (reply.readUInt32LE(0) === 0) break;
    for (let at = 4; at < reply.length; at += 24 + reply.readUInt16LE(at + 22)) {
      const name = reply.toString('latin1', at + 24, at + 24 + reply.readUInt16LE(at + 22));
      from = reply.readBigUInt64LE(at + 13);
      seen.push(name);
      // As rm -r does it.
      if (/^file-/.test(name)) await client.remove('', name);
    }
    if (round < 5) await client.clunk(await client.create('', `new-${round}`));
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((name) => name.startsWith('file-')).length).toBe(300);
  expect(await client.names('')).toEqual(['.', '..', 'new-0', 'new-1', 'new-2', 'new-3', 'new-4']);
});

test('devices, pipes and sockets are kept for the guest, and not opened', async () => {
  const { client } = await shared();
  await client.ask(T.mknod, u32(0), 'disk', u32(0o060660), u32(8), u32(17), u32(4));
  expect(await client.at('disk', (fid) => client.stat(fid))).toMatchObject({ mode: 0o060660, rdev: 2065n, gid: 4 });
  expect(await errnoOf(client.at('disk', (fid) => client.open(fid)))).toBe(1);
  expect(await errnoOf(client.at('disk', (fid) => client.change(fid, { size: 1 })))).toBe(22);
  expect(await errnoOf(client.ask(T.mknod, u32(0), 'd', u32(0o040755), u32(0), u32(0), u32(0)))).toBe(1);
  expect(await errnoOf(client.ask(T.mknod, u32(0), 'd', u32(0o170755), u32(0), u32(0), u32(0)))).toBe(22);
  expect(await errnoOf(client.symlink('', 'l', 'x'.repeat(4096)))).toBe(ENAMETOOLONG);
});

test('a file does what it was opened for', async () => {
  const { client } = await shared();
  const fid = await client.create('', 'file', { flags: 1 });
  await client.write(fid, 'text');
  expect(await errnoOf(client.read(fid))).toBe(EBADF);
  const reading = await client.open(await client.walk('file'));
  expect(await errnoOf(client.write(reading, 'x'))).toBe(EBADF);
  expect((await client.read(reading)).toString()).toBe('text');
});

test('a directory that was removed while it was open is empty, and its links are gone', async () => {
  const { client } = await shared();
  await client.makeDirectory('', 'd');
  expect((await client.stat(0)).nlink).toBe(3n);
  const fid = await client.open(await client.walk('d'));
  await client.remove('', 'd', 0x200);
  expect((await client.list(fid)).map(({ name }) => name)).toEqual(['.', '..']);
  expect((await client.stat(fid)).nlink).toBe(0n);
  expect((await client.stat(0)).nlink).toBe(2n);
  expect(await errnoOf(client.ask(T.mkdir, u32(fid), 'x', u32(0), u32(0)))).toBe(2);
});

test('ways of two thousand names are gone, and no longer ones', async () => {
  const { client, files } = await shared(8 << 20);
  let fid = await client.walk('');
  for (let n = 0; n < 2047; n++) {
    await client.ask(T.mkdir, u32(fid), 'd', u32(0o755), u32(0));
    const next = await client.walk('d', fid);
    await client.clunk(fid);
    fid = next;
  }
  expect((await client.stat(fid)).mode).toBe(0o040755);
  await client.ask(T.mkdir, u32(fid), 'd', u32(0o755), u32(0));
  const last = await client.walk('d', fid);
  expect(await errnoOf(client.ask(T.mkdir, u32(last), 'd', u32(0o755), u32(0)))).toBe(ENAMETOOLONG);
  expect((await client.list(await client.open(last))).length).toBe(2);
  await files.remove('d');
  expect(await files.list()).toEqual([]);
});

test.each([1, 2, 3])('messages without sense get errors, and leave nothing behind: run %i', async (seed) => {
  const { session, folder, files } = await shared(256 << 10);
  const { done, refused, broken } = await sendWild(session, new Random(seed), 4000);
  expect(broken).toBe(0);
  expect(done).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(500);
  await session.reset();
  for (const { name } of await files.list()) await files.remove(name);
  expect(await free(folder)).toBe(64);
  expect((await folder.attributes(folder.root())).links).toBe(2n);
});
