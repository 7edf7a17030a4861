import { expect } from 'vitest';
import { NinepSession } from '../../../src/ninep/session.ts';
import { MemoryFolder } from '../../../src/shares/memory/folder.ts';
import type { Origins } from '../../../src/shares/memory/nodes.ts';
import { message, NinepClient, T, u32, u64 } from '../../support/ninep-client.ts';

const encoder = new TextEncoder();

/** Contents that are their names. */
export const ORIGINS: Origins = {
  originOf: (name, size) => ({ name, size, read: async () => encoder.encode(name) }),
  interrupt() {},
  afresh: () => ORIGINS,
};

const served = {
  name: 'served',
  file: { mode: 0o640, user: 1, group: 2 },
  modificationTime: 5_000_000_000n,
  holds: { origin: ORIGINS.originOf('contents', 8, '') },
};

/** Numbers of fids and requests. */
const [FILE, DIRECTORY, GONE, SERVED, MADE] = [1, 2, 3, 4, 1_000_000];
const make = () => message(T.mkdir, 9, u32(0), 'made', u32(0o755), u32(0));

/** A folder with all kinds of files, and much of it in use. */
export async function used(): Promise<NinepSession> {
  const session = new NinepSession(new MemoryFolder(1 << 20, { entries: [served], origins: ORIGINS }), false);
  const client = await NinepClient.mount(session);
  await client.write(await client.create('', 'file'), new Uint8Array(60_000).fill(5), 60_000);
  await client.open(await client.walk(''));
  await client.write(await client.create('', 'gone'), 'gone');
  await client.open(await client.walk('served'));
  await client.remove('', 'gone');
  await client.makeDirectory('', 'd');
  await client.symlink('', 'link', 'd/file');
  await client.ask(T.mknod, u32(0), 'pipe', u32(0o010600), u32(0), u32(0), u32(0));
  await session.exchange(make(), 8192, MADE);
  return session;
}

/** That the same is in a folder, and open. */
export async function checkUsed(session: NinepSession): Promise<void> {
  const read = async (fid: number, position: number): Promise<string> => {
    const reply = await session.exchange(message(T.read, 1, u32(fid), u64(position), u32(9)), 8192, MADE + 1);
    return reply[4] === T.read + 1 ? new TextDecoder().decode(reply.subarray(11)) : `error ${reply[7]}`;
  };
  expect([await read(FILE, 59_996), await read(GONE, 0), await read(SERVED, 0)]).toEqual([
    '\0\0\0\0\x05\x05\x05\x05\x05',
    'gone',
    'contents',
  ]);
  expect((await session.exchange(make(), 8192, MADE))[4]).toBe(T.mkdir + 1);
  const listed = await session.exchange(message(T.readdir, 1, u32(DIRECTORY), u64(0), u32(8000)), 8192, MADE + 2);
  expect(new TextDecoder('latin1').decode(listed)).toContain('file');
  // Its numbers of fids and requests are others.
  await session.reset();
  const client = await NinepClient.mount(session);
  const modes = ['d', 'link', 'pipe', 'served', 'made'].map((name) => client.at(name, (fid) => client.stat(fid)));
  const stats = await Promise.all(modes);
  expect(stats.map(({ mode }) => mode)).toEqual([0o040755, 0o120777, 0o010600, 0o100640, 0o040755]);
  expect(stats[3]).toMatchObject({ uid: 1, gid: 2, size: 8n, mtime: 5_000_000_000n });
}
