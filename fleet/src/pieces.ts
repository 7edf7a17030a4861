import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { cutSnapshot } from './cut.ts';
import { digestOf } from './digest.ts';
import { PermanentError } from './error.ts';
import { getKept, putKept } from './fossils.ts';
import type { ObjectStore } from './store.ts';

/** Pieces that are asked for, or written, at the same time. */
const LANES = 16;
/** How pieces are stored: their first byte. */
const [PLAIN, ZSTANDARD] = [0, 1];
const DIGEST_BYTES = 32;

/** Names of objects: pieces of snapshots by their digests, and lists of a snapshot's pieces. */
export const PIECES = 'pieces/';
export const MANIFESTS = 'manifests/';
export const pieceKey = (digest: string): string => `${PIECES}${digest.slice(0, 2)}/${digest}`;
export const manifestKey = (digest: string): string => `${MANIFESTS}${digest}`;

/** Bytes of pieces that are kept in memory, and names of objects that are known to be there. */
const [MOST_BYTES, MOST_KNOWN] = [256 << 20, 200_000];

/** The snapshots of a store, in pieces. What was had or written lately is not asked for again: machines of one image have most of their pieces in common. */
export class SnapshotStore {
  readonly #store: ObjectStore;
  /** Pieces by their digests, those that were not needed for the longest time first. */
  readonly #pieces = new Map<string, Uint8Array>();
  #bytes = 0;
  /** Until when objects need not be written again, by their names. */
  readonly #known = new Map<string, number>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /**
   * Stores a snapshot; each piece is there once, however many snapshots have it.
   * @returns the digest of the list of its pieces
   */
  async put(snapshot: Uint8Array): Promise<string> {
    const pieces = cutSnapshot(snapshot);
    const digests = pieces.map(digestOf);
    const firsts = new Map(digests.map((digest, n) => [digest, pieces[n]!]));
    await eachOf([...firsts], async ([digest, piece]) => {
      await this.#putNew(pieceKey(digest), () => packed(piece));
    });
    const list = new Uint8Array(Buffer.from(digests.join(''), 'hex'));
    const manifest = digestOf(list);
    await this.#putNew(manifestKey(manifest), () => list);
    return manifest;
  }

  /** @throws PermanentError if a piece is missing or damaged */
  async get(manifest: string): Promise<Uint8Array> {
    const digests = await listPieces(this.#store, manifest);
    const pieces = new Map<string, Uint8Array>();
    await eachOf([...new Set(digests)], async (digest) => {
      pieces.set(digest, await this.#piece(digest));
    });
    const bytes = digests.reduce((sum, digest) => sum + pieces.get(digest)!.length, 0);
    // A machine's thread takes its memory from there without a copy.
    const snapshot = new Uint8Array(new SharedArrayBuffer(bytes));
    let at = 0;
    for (const digest of digests) {
      snapshot.set(pieces.get(digest)!, at);
      at += pieces.get(digest)!.length;
    }
    return snapshot;
  }

  async #piece(digest: string): Promise<Uint8Array> {
    const piece = this.#pieces.get(digest) ?? unpacked(await getKept(this.#store, pieceKey(digest)), digest);
    if (!this.#pieces.delete(digest)) this.#bytes += piece.length;
    this.#pieces.set(digest, piece);
    for (const [oldest, { length }] of this.#pieces) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#pieces.delete(oldest);
      this.#bytes -= length;
    }
    return piece;
  }

  async #putNew(key: string, bytes: () => Uint8Array): Promise<void> {
    const now = performance.now();
    if ((this.#known.get(key) ?? 0) > now) return;
    const time = await putKept(this.#store, key, bytes);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, now + time);
  }
}

/**
 * The digests of a snapshot's pieces, in order.
 * @throws PermanentError if the list is missing or damaged
 */
export async function listPieces(store: ObjectStore, manifest: string): Promise<readonly string[]> {
  const list = await getKept(store, manifestKey(manifest));
  if (list === undefined) throw new PermanentError(`the store lacks ${manifestKey(manifest)}`);
  if (digestOf(list) !== manifest) throw new PermanentError(`${manifestKey(manifest)} is damaged in the store`);
  const digits = Buffer.from(list).toString('hex');
  return Array.from({ length: list.length / DIGEST_BYTES }, (_, n) =>
    digits.slice(2 * DIGEST_BYTES * n, 2 * DIGEST_BYTES * (n + 1)),
  );
}

/** A piece as it is stored: compressed where that pays. */
function packed(piece: Uint8Array): Uint8Array {
  const compressed = zstdCompressSync(piece, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const [method, bytes] = compressed.length < piece.length ? [ZSTANDARD, compressed] : [PLAIN, piece];
  return new Uint8Array(Buffer.concat([Uint8Array.of(method), bytes]));
}

function unpacked(stored: Uint8Array | undefined, digest: string): Uint8Array {
  if (stored === undefined) throw new PermanentError(`the store lacks ${pieceKey(digest)}`);
  const piece = plain(stored);
  if (piece === undefined || digestOf(piece) !== digest)
    throw new PermanentError(`${pieceKey(digest)} is damaged in the store`);
  return piece;
}

function plain(stored: Uint8Array): Uint8Array | undefined {
  if (stored[0] === PLAIN) return stored.subarray(1);
  try {
    if (stored[0] === ZSTANDARD) return zstdDecompressSync(stored.subarray(1));
  } catch {}
  return undefined;
}

/** Does something with each of them, with some at the same time. */
async function eachOf<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await act(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
