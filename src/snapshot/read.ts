import { crc32 } from '../../runtime/crc32.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { Decompressor } from '../storage/qcow2/compressed.ts';
import type { Method } from './compression.ts';
import { CHUNK_PIECES, damaged, FIXED_BYTES, readFixedPart, SnapshotError, VERSION } from './layout.ts';
import { isRecord } from './options.ts';
import { joinPieces, PIECE_BYTES, type PieceList, ZERO_PIECE } from './pieces.ts';
import { savedOf, type Tree } from './tree.ts';
import { upgraded } from './upgrades.ts';
import type { Header } from './write.ts';

/** Largest amount of data in a file: the largest memory, other state, and images of kernels. */
const MOST_BYTES = 2 ** 32;

/**
 * Reads the value that a snapshot was made of. `name` is for messages, `most` a bound on the bytes that it may claim to hold.
 * @throws SnapshotError if it is damaged, no snapshot, or too new
 */
export async function readSnapshot(
  name: string,
  file: Uint8Array,
  decompressor: Decompressor,
  most = MOST_BYTES,
): Promise<Saved> {
  return await (await SnapshotReader.open(name, file, decompressor, most)).whole();
}

/** Chunks that are unpacked at a time, so that the thread does other things in between: each is checked in it first. */
const AT_A_TIME = 8;

/** Reads a snapshot part by part: chunks are unpacked when what is in them is asked for. */
export class SnapshotReader {
  readonly #name: string;
  readonly #most: number;
  readonly #version: number;
  readonly #header: Header;
  /** One for each chunk. */
  readonly #unpack: readonly (() => Promise<Uint8Array>)[];
  readonly #unpacked: Uint8Array[] = [];
  /** All pieces, one after the other, where they are not compressed and other threads see them. */
  readonly #stored: Uint8Array | undefined;
  /** Bytes that it has claimed to hold so far. */
  #claimed = 0;
  #whole: Promise<Saved> | undefined;

  private constructor(fixed: FixedFields, header: Header, unpack: Unpacking[]) {
    this.#name = fixed.name;
    this.#most = fixed.most;
    this.#version = fixed.version;
    this.#stored = fixed.stored;
    this.#header = header;
    this.#unpack = unpack;
  }

  /** @throws SnapshotError if it is no snapshot, too new, or its header is damaged */
  static async open(
    name: string,
    file: Uint8Array,
    decompressor: Decompressor,
    most = MOST_BYTES,
  ): Promise<SnapshotReader> {
    const { version, method, headerBytes, jsonBytes, headerChecksum } = readFixedPart(name, file);
    if (jsonBytes > most) throw damaged(name);
    const unpack = unpackerOf(name, decompressor, method);
    const start = FIXED_BYTES + headerBytes;
    const json = await unpack(file.subarray(FIXED_BYTES, start), jsonBytes, headerChecksum);
    try {
      const header = checkedHeader(JSON.parse(new TextDecoder().decode(json)), most);
      const rest = file.subarray(start);
      const chunks = chunksOf(rest, header);
      return new SnapshotReader(
        { name, most, version, stored: method === 'none' && isShared(rest) ? rest : undefined },
        header,
        chunks.map((chunk) => () => unpack(...chunk)),
      );
    } catch (error) {
      throw asSnapshotError(name, error);
    }
  }

  /**
   * A part of the snapshot by its name; undefined if there is none. Each can be read once.
   * @param bytes whether these are copies of their own, or may be in the file, which must not change then
   * @throws SnapshotError if it is damaged
   */
  async part(name: string, bytes: 'copied' | 'in place' = 'copied'): Promise<Saved | undefined> {
    const { tree } = this.#header;
    // What earlier versions have depends on all of it.
    if (this.#version === VERSION && isBranch(tree)) {
      return name in tree ? await this.#take(tree[name], bytes) : undefined;
    }
    const whole = await this.whole();
    return isRecord(whole) ? whole[name] : undefined;
  }

  /**
   * All that it holds.
   * @throws SnapshotError if any of it is damaged
   */
  async whole(): Promise<Saved> {
    this.#whole ??= this.check().then(async () =>
      upgraded(await this.#take(this.#header.tree, 'copied'), this.#version),
    );
    return await this.#whole;
  }

  /**
   * Unpacks all that nobody has asked for yet.
   * @throws SnapshotError if any of it is damaged
   */
  async check(): Promise<void> {
    await this.#unpackAll(this.#unpack.keys());
  }

  async #take(tree: Tree, bytes: 'copied' | 'in place'): Promise<Saved> {
    try {
      await this.#unpackAll(this.#chunksFor(tree));
      return savedOf(tree, (list) => (bytes === 'in place' ? this.#found(list) : undefined) ?? this.#joined(list));
    } catch (error) {
      throw asSnapshotError(this.#name, error);
    }
  }

  #chunksFor(tree: Tree): Set<number> {
    const found = new Set<number>();
    savedOf(tree, ({ bytes, runs }) => {
      this.#claim(bytes);
      for (let n = 0; n < runs.length; n += 2) {
        const [first, last] = [runs[n], Math.min(runs[n] + runs[n + 1] - 1, this.#header.pieces)];
        for (let piece = first; first !== ZERO_PIECE && piece <= last; piece += CHUNK_PIECES) found.add(chunkOf(piece));
        if (first !== ZERO_PIECE && first <= last) found.add(chunkOf(last));
      }
      return new Uint8Array(0);
    });
    return found;
  }

  async #unpackAll(chunks: Iterable<number>): Promise<void> {
    const waiting = [...chunks].filter((chunk) => this.#unpacked[chunk] === undefined).values();
    const unpackSome = async (): Promise<void> => {
      for (const chunk of waiting) this.#unpacked[chunk] = await this.#unpack[chunk]();
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, unpackSome)).catch((error: unknown) => {
      throw asSnapshotError(this.#name, error);
    });
  }

  #claim(bytes: number): void {
    this.#claimed += bytes;
    if (this.#claimed > this.#most) throw new Error(`it claims to hold more than ${this.#most} bytes`);
  }

  /** Bytes that are one run of pieces in the file; undefined if they are not. */
  #found({ bytes, runs: [first, count] }: PieceList): Uint8Array | undefined {
    const isRun = count === Math.ceil(bytes / PIECE_BYTES) && first !== ZERO_PIECE;
    if (this.#stored === undefined || !isRun || first! + count - 1 > this.#header.pieces) return undefined;
    const at = (first! - 1) * PIECE_BYTES;
    return this.#stored.subarray(at, at + bytes);
  }

  #joined(list: PieceList): Uint8Array {
    return joinPieces(list, this.#header.pieces, (number, most) => {
      const at = ((number - 1) % CHUNK_PIECES) * PIECE_BYTES;
      return this.#unpacked[chunkOf(number)].subarray(at, at + most * PIECE_BYTES);
    });
  }
}

interface FixedFields {
  readonly name: string;
  readonly most: number;
  readonly version: number;
  readonly stored: Uint8Array | undefined;
}

function isShared({ buffer }: Uint8Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

type Unpacking = () => Promise<Uint8Array>;

function unpackerOf(name: string, decompressor: Decompressor, method: Method) {
  const { checksum: checksumOf = crc32 } = decompressor;
  const decompress = method === 'none' ? async (bytes: Uint8Array) => bytes : decompressor[method];
  if (decompress === undefined) {
    throw new SnapshotError(name, `is compressed by ${method}, which this host doesn't know`);
  }
  return async (bytes: Uint8Array, length: number, checksum: number): Promise<Uint8Array> => {
    if (checksumOf(bytes) !== checksum) throw damaged(name);
    const unpacked = await decompress(bytes, length);
    if (unpacked.length !== length) throw damaged(name);
    return unpacked;
  };
}

function asSnapshotError(name: string, error: unknown): SnapshotError {
  return error instanceof SnapshotError ? error : new SnapshotError(name, `is damaged: ${(error as Error).message}`);
}

/** The number of the chunk that a piece is in. */
function chunkOf(piece: number): number {
  return Math.floor((piece - 1) / CHUNK_PIECES);
}

function isBranch(tree: Tree): tree is { readonly [name: string]: Tree } {
  return typeof tree === 'object' && !Array.isArray(tree);
}

function checkedHeader(header: Header, most: number): Header {
  const { tree, pieces, chunks } = header;
  if (tree === undefined) throw new Error('it holds no state');
  if (!(Number.isSafeInteger(pieces) && pieces >= 0 && pieces * PIECE_BYTES <= most))
    throw new Error(`it claims to have ${pieces} pieces`);
  const isTable = Array.isArray(chunks) && chunks.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isTable || chunks.length !== 2 * Math.ceil(pieces / CHUNK_PIECES))
    throw new Error('its table of chunks is wrong');
  return header;
}

/** The chunks of a file: for each its bytes, the number of bytes that it was made of, and a checksum. */
function chunksOf(file: Uint8Array, { pieces, chunks }: Header): [Uint8Array, number, number][] {
  let at = 0;
  return Array.from({ length: chunks.length / 2 }, (_, n) => {
    const bytes = file.subarray(at, at + chunks[2 * n]);
    at += chunks[2 * n];
    const count = Math.min(CHUNK_PIECES, pieces - n * CHUNK_PIECES);
    return [bytes, count * PIECE_BYTES, chunks[2 * n + 1]];
  });
}
