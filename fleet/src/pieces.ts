import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { cutSnapshot } from './cut.ts';
import { digestOf } from './digest.ts';
import { FleetError } from './error.ts';
import type { ObjectStore } from './store.ts';

/** Pieces that are asked for, or written, at the same time. */
const LANES = 16;
/** Milliseconds: a piece that nothing names is not removed before it is so old. */
export const LEAST_AGE = 24 * 3600_000;
/** How pieces are stored: their first byte. */
const [PLAIN, ZSTANDARD] = [0, 1];
const DIGEST_BYTES = 32;

/** Names of objects: pieces of snapshots by their digests, and lists of a snapshot's pieces. */
export const PIECES = 'pieces/';
export const MANIFESTS = 'manifests/';
export const pieceKey = (digest: string): string => `${PIECES}${digest.slice(0, 2)}/${digest}`;
export const manifestKey = (digest: string): string => `${MANIFESTS}${digest}`;

/**
 * Stores a snapshot in pieces, each of which is there once, however many snapshots have it.
 * @returns the digest of the list of its pieces
 */
export async function putSnapshot(store: ObjectStore, snapshot: Uint8Array): Promise<string> {
  const pieces = cutSnapshot(snapshot);
  const digests = pieces.map(digestOf);
  const firsts = new Map(digests.map((digest, n) => [digest, pieces[n]!]));
  await eachOf([...firsts], async ([digest, piece]) => await putNew(store, pieceKey(digest), () => packed(piece)));
  const list = new Uint8Array(Buffer.from(digests.join(''), 'hex'));
  const manifest = digestOf(list);
  await putNew(store, manifestKey(manifest), () => list);
  return manifest;
}

/** @throws FleetError if a piece is missing or damaged */
export async function getSnapshot(store: ObjectStore, manifest: string): Promise<Uint8Array> {
  const digests = await listPieces(store, manifest);
  const pieces = new Map<string, Uint8Array>();
  await eachOf([...new Set(digests)], async (digest) => {
    pieces.set(digest, unpacked(await store.get(pieceKey(digest)), digest));
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

/**
 * The digests of a snapshot's pieces, in order.
 * @throws FleetError if the list is missing or damaged
 */
export async function listPieces(store: ObjectStore, manifest: string): Promise<readonly string[]> {
  const list = await store.get(manifestKey(manifest));
  if (list === undefined) throw new FleetError(`the store lacks ${manifestKey(manifest)}`);
  if (digestOf(list) !== manifest) throw new FleetError(`${manifestKey(manifest)} is damaged in the store`);
  const digits = Buffer.from(list).toString('hex');
  return Array.from({ length: list.length / DIGEST_BYTES }, (_, n) =>
    digits.slice(2 * DIGEST_BYTES * n, 2 * DIGEST_BYTES * (n + 1)),
  );
}

/** Writes what is not there, and again what is so old that it may be about to be removed. */
async function putNew(store: ObjectStore, key: string, bytes: () => Uint8Array): Promise<void> {
  const found = await store.find(key);
  if (found === undefined || !(found.age < LEAST_AGE / 2)) await store.put(key, bytes());
}

/** A piece as it is stored: compressed where that pays. */
function packed(piece: Uint8Array): Uint8Array {
  const compressed = zstdCompressSync(piece, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const [method, bytes] = compressed.length < piece.length ? [ZSTANDARD, compressed] : [PLAIN, piece];
  return new Uint8Array(Buffer.concat([Uint8Array.of(method), bytes]));
}

function unpacked(stored: Uint8Array | undefined, digest: string): Uint8Array {
  if (stored === undefined) throw new FleetError(`the store lacks ${pieceKey(digest)}`);
  const piece = plain(stored);
  if (piece === undefined || digestOf(piece) !== digest)
    throw new FleetError(`${pieceKey(digest)} is damaged in the store`);
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
