import { crc32 } from '../../runtime/crc32.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { Host } from '../host.ts';
import type { Compressor } from '../snapshot/compression.ts';
import { isSnapshot, SnapshotError } from '../snapshot/layout.ts';
import { readSnapshot } from '../snapshot/read.ts';
import { writeSnapshot } from '../snapshot/write.ts';
import { InOrder } from '../storage/in-order.ts';
import { OVERLAY_PAGE } from '../storage/overlay-pages.ts';
import type { Decompressor } from '../storage/qcow2/compressed.ts';
import { concatenate } from '../util/bytes.ts';
import type { MigrationChannel } from './channel.ts';
import { inTime } from './patience.ts';

/** The name of the stream in messages. */
export const NAME = 'the migration';
const MAGIC = new TextEncoder().encode('RAWMOVE\n');
/** Version of the stream. A newer one cannot be read. 1 had no `whole`, 2 no `ping`, 3 no `disk`. */
const VERSION = 4;
const START_BYTES = 16;
const HEAD_BYTES = 12;
/** Bytes that are handed to the channel at once: whether it goes on is seen from one part to the next. */
const PART_BYTES = 256 << 10;

/** How long nothing may come of a record that has begun, in milliseconds. Between two there is no limit: bandwidth may be little. */
const SILENCE_LIMIT = 30_000;

/** Kinds of records, by their numbers in the stream (docs/internals/snapshot-format.md). */
const kinds = {
  machine: 1,
  memory: 2,
  state: 3,
  loaded: 4,
  released: 5,
  taken: 6,
  end: 7,
  failed: 8,
  cancelled: 9,
  whole: 10,
  ping: 11,
  pong: 12,
  disk: 13,
} as const;
export type Kind = keyof typeof kinds;

/** Frames in a record of memory. */
export const MOST_FRAMES = 512;
const MEMORY_BYTES = MOST_FRAMES * (4096 + 4) + 4096;
/** Blocks in a record of a disk. */
export const MOST_BLOCKS = 64;
const DISK_BYTES = MOST_BLOCKS * (OVERLAY_PAGE + 4) + 4096;
const MESSAGE_BYTES = 64 << 10;

/** Bounds of what a record may hold, in bytes: in the stream, and when it is unpacked. Others are words, without any. */
const bounds: { readonly [kind in Kind]?: { readonly packed: number; readonly unpacked: number } } = {
  machine: { packed: 1 << 30, unpacked: 1 << 30 },
  memory: { packed: 2 * MEMORY_BYTES, unpacked: MEMORY_BYTES },
  disk: { packed: 2 * DISK_BYTES, unpacked: DISK_BYTES },
  state: { packed: 2 ** 31, unpacked: 2 ** 32 },
  failed: { packed: MESSAGE_BYTES, unpacked: MESSAGE_BYTES },
};

/** How a stream begins. */
export interface StreamStart {
  /** Whether the sender waits for answers. */
  readonly isAnswered: boolean;
  /** It says when all of the machine has been sent, by a word of its own. */
  readonly saysWhole: boolean;
}

/** Bytes of a stream by which it is known that a machine comes. */
export const KNOWN_BYTES = START_BYTES + HEAD_BYTES;

/** Whether a stream with a machine begins with these bytes, as far as they go. */
export function isStart(bytes: Uint8Array): boolean {
  if (!MAGIC.every((byte, n) => n >= bytes.length || bytes[n] === byte)) return false;
  if (bytes.length < KNOWN_BYTES) return true;
  const { number, isWhole } = headOf(bytes.subarray(START_BYTES, KNOWN_BYTES));
  return isWhole && number === kinds.machine;
}

/** A record; one without a value is a word. */
export interface StreamRecord {
  readonly kind: Kind;
  readonly value: { readonly [name: string]: Saved | undefined };
}

/** One end of a migration's stream: records whose values are written as snapshots are. */
export class RecordStream {
  readonly #channel: MigrationChannel;
  readonly #compressor: Compressor;
  readonly #decompressor: Decompressor;
  readonly #order = new InOrder();
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  /** Bytes that were sent. */
  sent = 0;
  /** How long the channel may take for the next part of what is sent, in milliseconds. */
  limit = Infinity;

  constructor(channel: MigrationChannel, host: Pick<Host, 'compressor' | 'portableCompressor' | 'decompressor'>) {
    this.#channel = channel;
    this.#compressor = channel.isForPages ? host.portableCompressor : host.compressor;
    this.#decompressor = host.decompressor;
  }

  /** Begins a stream. */
  async start(): Promise<void> {
    const bytes = new Uint8Array(START_BYTES);
    bytes.set(MAGIC);
    const view = new DataView(bytes.buffer);
    view.setUint32(MAGIC.length, VERSION, true);
    view.setUint32(MAGIC.length + 4, Number(this.#channel.answers), true);
    await this.#write(bytes);
  }

  /**
   * How the stream begins.
   * @throws SnapshotError if it is no such stream, or too new
   */
  async readStart(): Promise<StreamStart> {
    const bytes = await this.#take(START_BYTES);
    if (bytes === null || MAGIC.some((byte, n) => bytes[n] !== byte))
      throw new SnapshotError(NAME, 'what arrives is no machine');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const version = view.getUint32(MAGIC.length, true);
    if (version < 1 || version > VERSION)
      throw new SnapshotError(NAME, `it has version ${version} of the stream; this rawiron reads 1 to ${VERSION}`);
    return { isAnswered: view.getUint32(MAGIC.length + 4, true) !== 0, saysWhole: version > 1 };
  }

  /** Sends a record when those before it have gone. */
  write(kind: Kind, value: Saved = {}): Promise<void> {
    return this.#order.run(() => this.#writeRecord(kind, value));
  }

  async #writeRecord(kind: Kind, value: Saved): Promise<void> {
    const isWord = typeof value === 'object' && Object.keys(value).length === 0;
    const bytes = isWord ? new Uint8Array(0) : await writeSnapshot(value, this.#compressor);
    const head = new Uint8Array(HEAD_BYTES);
    const view = new DataView(head.buffer);
    view.setUint32(0, kinds[kind], true);
    view.setUint32(4, bytes.length, true);
    view.setUint32(8, crc32(head.subarray(0, 8)), true);
    await this.#write(concatenate([head, bytes]));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PART_BYTES) {
      const part = bytes.subarray(at, at + PART_BYTES);
      await inTime(this.#channel.write(part), this.limit, 'takes nothing');
      this.sent += part.length;
    }
  }

  /**
   * The next record; null: there is none, the other end has ended.
   * @throws SnapshotError if what arrives is damaged, or more than there can be; ChannelError, also where a record does not go on
   */
  async read(): Promise<StreamRecord | null> {
    const head = await this.#take(HEAD_BYTES);
    if (head === null) return null;
    const { kind, length } = checkedHead(head);
    const bytes = length === 0 ? new Uint8Array(0) : await this.#take(length, SILENCE_LIMIT);
    if (bytes === null) throw cut();
    if (length === 0) return { kind, value: {} };
    if (!isSnapshot(bytes)) throw noRecord();
    const most = bounds[kind]?.unpacked ?? 0;
    return { kind, value: checkedValue(await readSnapshot(NAME, bytes, this.#decompressor, most)) };
  }

  /**
   * Takes a number of bytes; null: there are none at all.
   * @param limit how long to wait for the first of them, in milliseconds
   */
  async #take(length: number, limit = Infinity): Promise<Uint8Array | null> {
    while (this.#length < length) {
      const patience = this.#length === 0 ? limit : SILENCE_LIMIT;
      const part = await inTime(this.#channel.read(), patience, 'sends nothing');
      if (part === null) {
        if (this.#length > 0) throw cut();
        return null;
      }
      this.#parts.push(part);
      this.#length += part.length;
    }
    const all = concatenate(this.#parts.splice(0));
    this.#length -= length;
    if (this.#length > 0) this.#parts.push(all.subarray(length));
    return all.subarray(0, length);
  }
}

function headOf(head: Uint8Array): { number: number; length: number; isWhole: boolean } {
  const view = new DataView(head.buffer, head.byteOffset);
  const [number, length, checksum] = [0, 4, 8].map((at) => view.getUint32(at, true));
  return { number, length, isWhole: checksum === crc32(head.subarray(0, 8)) };
}

function checkedHead(head: Uint8Array): { kind: Kind; length: number } {
  const { number, length, isWhole } = headOf(head);
  const kind = (Object.keys(kinds) as Kind[]).find((kind) => kinds[kind] === number);
  if (!isWhole || kind === undefined) throw new SnapshotError(NAME, 'it is damaged: a checksum is wrong');
  if (length > (bounds[kind]?.packed ?? 0))
    throw new SnapshotError(NAME, `it claims to have ${length} bytes of '${kind}'`);
  return { kind, length };
}

function checkedValue(value: Saved): StreamRecord['value'] {
  if (typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array))
    return value as StreamRecord['value'];
  throw noRecord();
}

function noRecord(): SnapshotError {
  return new SnapshotError(NAME, 'it is damaged: a record is none');
}

function cut(): SnapshotError {
  return new SnapshotError(NAME, 'it ends too early');
}
