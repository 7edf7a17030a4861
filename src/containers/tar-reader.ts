import { concatenate, latin1Text } from '../util/bytes.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { TarHeader } from './layer.ts';
import type { Bytes } from './streams.ts';

// Archives as POSIX has them (pax, ustar), GNU tar, and their common ancestor. Names are bytes, kept as texts with a character for each.

/** A member of an archive, with its contents; what of them is not taken is passed over when the next member is asked for. */
export interface Member extends Bytes {
  readonly header: TarHeader;
  /** Where its contents begin in the archive, in bytes. */
  readonly at: number;
}

const BLOCK = 512;
/** Bytes at once of what is passed over. */
const PART = 1 << 20;
/** Bytes of records about one member, at most, as in Go's archive/tar (maxSpecialFileSize), which Docker reads layers with. */
const MOST_RECORDS = 1 << 20;

const types: Readonly<Record<string, string>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'contiguous-file',
};

/** Types whose members have contents; of the others the size says nothing. */
const hasContents = (type: string): boolean => !['1', '2', '3', '4', '5', '6'].includes(type);

/** Kinds of records about all that follows, at most: tools write one or two, and each further member looks at all of them. */
const MOST_GLOBAL = 100;

type Records = ReadonlyMap<string, string>;

/** Records that stand in front of a member, and say something about it. */
interface Told {
  readonly global: Records;
  readonly own: Records;
  /** GNU tar's way for long names. */
  readonly name: string | undefined;
  readonly link: string | undefined;
}

/**
 * The members of a tar archive. What goes wrong with its bytes is thrown as it is.
 * @throws ConfigurationError if it is none, or is damaged
 */
export async function* tarMembers(archive: Bytes, name: string): AsyncIterable<Member> {
  const source = new ByteSource(archive, (why) => {
    throw new ConfigurationError(`${name} is no archive that can be read: ${why}`);
  });
  try {
    let told: Told = { global: new Map(), own: new Map(), name: undefined, link: undefined };
    for (let block = await nextHeader(source); block !== undefined; block = await nextHeader(source)) {
      const { type, header } = headerIn(block, source);
      if ('xgLK'.includes(type)) {
        told = withRecords(told, type, await recordsOf(header.size!, source));
        checkGlobal(told.global, source);
        continue;
      }
      const member = new ReadMember(memberHeader(type, header, told, source), source);
      told = { global: told.global, own: new Map(), name: undefined, link: undefined };
      yield member;
      await member.pass();
    }
  } finally {
    await source.close();
  }
}

/** The next block that is a header. Two empty ones are the end; what follows them is read, and counts nothing. */
async function nextHeader(source: ByteSource): Promise<Uint8Array | undefined> {
  for (let empty = 0; empty < 2; empty++) {
    const block = await source.take(BLOCK);
    if (block.some((byte) => byte !== 0)) {
      if (block.length < BLOCK) source.fail('it ends in the middle of a header');
      return block;
    }
  }
  await source.end();
  return undefined;
}

interface Block {
  readonly type: string;
  readonly header: TarHeader;
}

function headerIn(block: Uint8Array, source: ByteSource): Block {
  const text = (at: number, length: number) => textOf(block.subarray(at, at + length));
  const number = (at: number, length: number) => numberOf(block.subarray(at, at + length));
  const sum = block.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (number(148, 8) !== sum) source.fail('a header has the wrong sum; it is damaged, or compressed in an unknown way');
  const isUstar = text(257, 6) === 'ustar' && block[262] === 0;
  const prefix = isUstar ? text(345, 155) : '';
  const name = `${prefix}${prefix && '/'}${text(0, 100)}`;
  const type = String.fromCharCode(block[156]!);
  return {
    type,
    header: {
      name,
      mode: number(100, 8),
      uid: number(108, 8),
      gid: number(116, 8),
      size: number(124, 12),
      mtime: new Date(1000 * number(136, 12)),
      linkname: text(157, 100),
      devmajor: number(329, 8),
      devminor: number(337, 8),
    },
  };
}

function memberHeader(typeByte: string, header: TarHeader, told: Told, source: ByteSource): TarHeader {
  const record = (key: string) => told.own.get(key) ?? told.global.get(key) ?? '';
  const numeric = (key: string, known: number | undefined) => (record(key) === '' ? known : Number(record(key)));
  const name = record('path') || told.name || header.name;
  // Before there was a type for it, a directory had a slash at its end.
  const type = (typeByte === '\0' || typeByte === '0') && name.endsWith('/') ? '5' : typeByte;
  const size = hasContents(type) ? numeric('size', header.size) : 0;
  if (!Number.isSafeInteger(size) || size! < 0) source.fail(`'${header.name}' has no size that a file can have`);
  const isSparse = [...told.own.keys(), ...told.global.keys()].some((key) => key.startsWith('GNU.sparse.'));
  const modified = numeric('mtime', header.mtime!.getTime() / 1000)!;
  return {
    ...header,
    name,
    linkname: record('linkpath') || told.link || header.linkname || undefined,
    type: isSparse ? 'sparse' : types[type],
    size,
    uid: numeric('uid', header.uid),
    gid: numeric('gid', header.gid),
    mtime: new Date(1000 * modified),
  };
}

/** Records about all that follows stay in memory, and more of them may come with each member. */
function checkGlobal(records: Records, source: ByteSource): void {
  if (records.size > MOST_GLOBAL) source.fail(`it has more than ${MOST_GLOBAL} global records`);
  const bytes = [...records].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (bytes > MOST_RECORDS) source.fail(`it has ${bytes} bytes of global records`);
}

async function recordsOf(size: number, source: ByteSource): Promise<Uint8Array> {
  if (!(size >= 0 && size <= MOST_RECORDS)) source.fail(`it has ${size} bytes about one file`);
  const bytes = await source.take(size);
  if (bytes.length < size) source.fail('it ends in the middle of a header');
  await source.take(-size & (BLOCK - 1));
  return bytes;
}

function withRecords(told: Told, type: string, bytes: Uint8Array): Told {
  if (type === 'L') return { ...told, name: textOf(bytes) };
  if (type === 'K') return { ...told, link: textOf(bytes) };
  const records = paxRecords(bytes);
  return type === 'g' ? { ...told, global: new Map([...told.global, ...records]) } : { ...told, own: records };
}

/** Records of pax: "LENGTH KEY=VALUE" and a line's end, of which the length counts all. */
function paxRecords(bytes: Uint8Array): Records {
  const text = latin1Text(bytes);
  const records = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(' ', at);
    const length = Number(text.slice(at, space));
    const end = at + length;
    if (space < 0 || !Number.isSafeInteger(length) || end <= space || end > text.length) break;
    const [, key = '', value = ''] = /^([^=]*)=(.*)\n$/s.exec(text.slice(space + 1, end)) ?? [];
    records.set(key, value);
    at = end;
  }
  return records;
}

function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return latin1Text(end < 0 ? field : field.subarray(0, end));
}

/** A number in octal digits; a large one in binary, which the first bit says. NaN: it is none. */
function numberOf(field: Uint8Array): number {
  if ((field[0]! & 0x80) !== 0) return binaryOf(field);
  const text = textOf(field).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : Number.NaN;
}

/** GNU tar's numbers: the bits behind the first one, in two's complement. */
function binaryOf(field: Uint8Array): number {
  const bits = field.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  return Number(BigInt.asIntN(field.length * 8 - 1, bits));
}

/** Bytes that come in parts, as many of them as are asked for. */
class ByteSource {
  readonly #bytes: Bytes;
  readonly #parts: AsyncIterator<Uint8Array>;
  /** Bytes that were taken, or passed over. */
  at = 0;
  #part: Uint8Array = new Uint8Array();
  /** Throws what is wrong with the archive. */
  readonly fail: (why: string) => never;

  constructor(bytes: Bytes, fail: (why: string) => never) {
    this.#bytes = bytes;
    this.#parts = bytes[Symbol.asyncIterator]();
    this.fail = fail;
  }

  /** The next bytes, as many as there are at once; undefined: there are none. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#part.length === 0) {
      const { value, done } = await this.#parts.next();
      if (done) return undefined;
      this.#part = value;
    }
    const taken = this.#part.subarray(0, most);
    this.#part = this.#part.subarray(taken.length);
    this.at += taken.length;
    return taken;
  }

  /** So many bytes, or fewer at the end. */
  async take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      const part = await this.some(left);
      if (part === undefined) break;
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 ? parts[0]! : concatenate(parts);
  }

  /** Passes over so many bytes, where the archive can do that. How many they were. */
  skip(count: number): number {
    if (this.#bytes.skip === undefined) return 0;
    const kept = Math.min(count, this.#part.length);
    this.#part = this.#part.subarray(kept);
    this.#bytes.skip(count - kept);
    this.at += count;
    return count;
  }

  /** Reads what is left, where the archive cannot pass over it: whoever computes its digest needs all of it. */
  async end(): Promise<void> {
    if (this.#bytes.skip === undefined) while (await this.some(PART)) {}
  }

  async close(): Promise<void> {
    await this.#parts.return?.();
  }
}

class ReadMember implements Member {
  readonly header: TarHeader;
  readonly at: number;
  readonly #source: ByteSource;
  #left: number;

  constructor(header: TarHeader, source: ByteSource) {
    this.header = header;
    this.at = source.at;
    this.#source = source;
    this.#left = header.size!;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    while (this.#left > 0) {
      const part = await this.#source.some(Math.min(this.#left, PART));
      if (part === undefined) return this.#source.fail(`it ends in the middle of '${this.header.name}'`);
      this.#left -= part.length;
      yield part;
    }
  }

  /** Passes over what is left, and what fills the last block; some programs leave that out at the archive's end. */
  async pass(): Promise<void> {
    this.#left -= this.#source.skip(this.#left);
    for await (const _ of this);
    await this.#source.take(-this.header.size! & (BLOCK - 1));
  }
}
