import type { NinepSession } from '../../src/ninep/session.ts';

/** Types of requests, by their names in the Linux kernel's include/net/9p/9p.h. */
export const T = {
  lerror: 6,
  statfs: 8,
  lopen: 12,
  lcreate: 14,
  symlink: 16,
  mknod: 18,
  rename: 20,
  readlink: 22,
  getattr: 24,
  setattr: 26,
  xattrwalk: 30,
  xattrcreate: 32,
  readdir: 40,
  fsync: 50,
  lock: 52,
  getlock: 54,
  link: 70,
  mkdir: 72,
  renameat: 74,
  unlinkat: 76,
  version: 100,
  auth: 102,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;

/** A field of a message: a number of so many bytes, a text, or bytes as they are. */
export type Field = readonly [size: 1 | 2 | 4 | 8, value: number | bigint] | string | Uint8Array;

export const u8 = (value: number): Field => [1, value];
export const u16 = (value: number): Field => [2, value];
export const u32 = (value: number): Field => [4, value];
export const u64 = (value: number | bigint): Field => [8, value];

function fieldBytes(field: Field): Uint8Array {
  if (field instanceof Uint8Array) return field;
  if (typeof field === 'string') {
    const text = Buffer.from(field, 'latin1');
    return Buffer.concat([fieldBytes(u16(text.length)), text]);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(field[1])));
  return bytes.subarray(0, field[0]);
}

/** A whole message. */
export function message(type: number, tag: number, ...fields: readonly Field[]): Uint8Array {
  const body = Buffer.concat(fields.map(fieldBytes));
  const header = Buffer.alloc(7);
  header.writeUInt32LE(7 + body.length);
  header[4] = type;
  header.writeUInt16LE(tag, 5);
  return Buffer.concat([header, body]);
}

/** The error that the host answered with. */
export class NinepError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

/** The part of getattr's reply that tests look at. */
export interface Stat {
  readonly qid: { readonly type: number; readonly path: bigint };
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: bigint;
  readonly rdev: bigint;
  readonly size: bigint;
  readonly atime: bigint;
  readonly mtime: bigint;
}

const ROOT = 0;
const MSIZE = 65536;

let lastNumber = 0;

/** The number of one more request, whichever client sends it. */
export function nextNumber(): number {
  return ++lastNumber;
}

/** A client of 9P2000.L, as Linux is one. Fid 0 is the folder. */
export class NinepClient {
  readonly #session: Pick<NinepSession, 'exchange'>;
  #lastFid = 0;
  #tag = 0;

  constructor(session: Pick<NinepSession, 'exchange'>) {
    this.#session = session;
  }

  static async mount(session: Pick<NinepSession, 'exchange'>, uid = 0): Promise<NinepClient> {
    const client = new NinepClient(session);
    await client.ask(T.version, u32(MSIZE), '9P2000.L');
    await client.ask(T.attach, u32(ROOT), u32(0xffffffff), 'root', '', u32(uid));
    return client;
  }

  /** The reply without its header; throws NinepError. */
  async ask(type: number, ...fields: readonly Field[]): Promise<Buffer> {
    this.#tag = (this.#tag + 1) & 0x7fff;
    const tag = this.#tag;
    const reply = Buffer.from(await this.#session.exchange(message(type, tag, ...fields), MSIZE, nextNumber()));
    if (reply.readUInt32LE(0) !== reply.length || reply.readUInt16LE(5) !== tag)
      throw new Error(`a broken reply: ${reply.toString('hex')}`);
    if (reply[4] === T.lerror + 1) throw new NinepError(reply.readUInt32LE(7));
    if (reply[4] !== type + 1) throw new Error(`a reply of type ${reply[4]} to ${type}`);
    return reply.subarray(7);
  }

  newFid(): number {
    return ++this.#lastFid;
  }

  /** A fid for names below another one, as many as a path has between its slashes. */
  async walk(path: string, from = ROOT): Promise<number> {
    const names = path === '' ? [] : path.split('/');
    return await this.walkNames(names, from);
  }

  async walkNames(names: readonly string[], from = ROOT): Promise<number> {
    const fid = this.newFid();
    const reply = await this.ask(T.walk, u32(from), u32(fid), u16(names.length), ...names);
    if (reply.readUInt16LE(0) !== names.length) throw new NinepError(2);
    return fid;
  }

  async clunk(fid: number): Promise<void> {
    await this.ask(T.clunk, u32(fid));
  }

  /** Does something with the fid of a path. */
  async at<Result>(path: string, act: (fid: number) => Promise<Result>): Promise<Result> {
    const fid = await this.walk(path);
    try {
      return await act(fid);
    } finally {
      await this.clunk(fid);
    }
  }

  async open(fid: number, flags = 0): Promise<number> {
    await this.ask(T.lopen, u32(fid), u32(flags));
    return fid;
  }

  /** Makes a file in the directory that the path names; the fid is open. */
  async create(folder: string, name: string, { flags = 2, mode = 0o644, gid = 0 } = {}): Promise<number> {
    const fid = await this.walk(folder);
    await this.ask(T.lcreate, u32(fid), name, u32(flags | 0o100), u32(mode), u32(gid));
    return fid;
  }

  async read(fid: number, offset = 0, count = 4096): Promise<Buffer> {
    const reply = await this.ask(T.read, u32(fid), u64(offset), u32(count));
    return reply.subarray(4);
  }

  async write(fid: number, data: string | Uint8Array, offset = 0): Promise<number> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    return (await this.ask(T.write, u32(fid), u64(offset), u32(bytes.length), bytes)).readUInt32LE(0);
  }

  async stat(fid: number): Promise<Stat> {
    const reply = await this.ask(T.getattr, u32(fid), u64(0x7ff));
    const time = (at: number) => reply.readBigInt64LE(at) * 1_000_000_000n + reply.readBigUInt64LE(at + 8);
    return {
      qid: { type: reply[8]!, path: reply.readBigUInt64LE(13) },
      mode: reply.readUInt32LE(21),
      uid: reply.readUInt32LE(25),
      gid: reply.readUInt32LE(29),
      nlink: reply.readBigUInt64LE(33),
      rdev: reply.readBigUInt64LE(41),
      size: reply.readBigUInt64LE(49),
      atime: time(73),
      mtime: time(89),
    };
  }

  /** Sends setattr with the fields that `change` gives. */
  async change(
    fid: number,
    {
      mode,
      uid,
      gid,
      size,
      atime,
      mtime,
    }: Partial<Record<'mode' | 'uid' | 'gid' | 'size', number>> & {
      atime?: bigint;
      mtime?: bigint;
    },
  ): Promise<void> {
    const given = [mode, uid, gid, size, atime, mtime];
    const bits = [0x1, 0x2, 0x4, 0x8, 0x10 | 0x80, 0x20 | 0x100];
    const valid = bits.reduce((all, bit, n) => (given[n] === undefined ? all : all | bit), 0);
    const time = (value = 0n) => [u64(value / 1_000_000_000n), u64(value % 1_000_000_000n)];
    const numbers = [u32(fid), u32(valid), u32(mode ?? 0), u32(uid ?? 0), u32(gid ?? 0), u64(size ?? 0)];
    await this.ask(T.setattr, ...numbers, ...time(atime), ...time(mtime));
  }

  /** Names of a directory that is open, in their order, so many bytes at a time. */
  async list(fid: number, count = 4096): Promise<{ name: string; path: bigint; kind: number; next: bigint }[]> {
    const found = [];
    for (let from = 0n; ; ) {
      const reply = await this.ask(T.readdir, u32(fid), u64(from), u32(count));
      if (reply.readUInt32LE(0) === 0) return found;
      for (let at = 4; at < reply.length; ) {
        const length = reply.readUInt16LE(at + 22);
        const name = reply.toString('latin1', at + 24, at + 24 + length);
        from = reply.readBigUInt64LE(at + 13);
        found.push({ name, path: reply.readBigUInt64LE(at + 5), kind: reply[at + 21]!, next: from });
        at += 24 + length;
      }
    }
  }

  async names(path: string): Promise<string[]> {
    return await this.at(path, async (fid) => (await this.list(await this.open(fid))).map(({ name }) => name).sort());
  }

  async readLink(path: string): Promise<string> {
    return await this.at(path, async (fid) => {
      const reply = await this.ask(T.readlink, u32(fid));
      return reply.toString('latin1', 2);
    });
  }

  async remove(folder: string, name: string, flags = 0): Promise<void> {
    await this.at(folder, (fid) => this.ask(T.unlinkat, u32(fid), name, u32(flags)));
  }

  async makeDirectory(folder: string, name: string, mode = 0o755): Promise<void> {
    await this.at(folder, (fid) => this.ask(T.mkdir, u32(fid), name, u32(mode), u32(0)));
  }

  async symlink(folder: string, name: string, target: string): Promise<void> {
    await this.at(folder, (fid) => this.ask(T.symlink, u32(fid), name, target, u32(0)));
  }

  async rename(from: string, name: string, to: string, newName: string): Promise<void> {
    await this.at(from, (fid) => this.at(to, (other) => this.ask(T.renameat, u32(fid), name, u32(other), newName)));
  }
}
