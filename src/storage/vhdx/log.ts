import { type ByteStore, StorageError } from '../store.ts';
import { isWhole, seal } from './checksum.ts';
import { type Header, KB, MB, readPart } from './header.ts';

/** The log ([MS-VHDX], 2.3): changes of metadata that may not be in their places yet. */
export const LOG_SECTOR = 4 * KB;
const ENTRY_HEADER = 64;
const DESCRIPTOR = 32;
/** Bytes of a sector that its descriptor has, at its beginning and its end. */
const [LEADING, TRAILING] = [8, 4];
/** Hyper-V's has a megabyte. All of it is in memory, and its changes a second time. */
const MOST_LOG = 32 << 20;
/** How often entries that were written one after the other go round the log, at most, until no part of the older ones is left. */
const MOST_ROUNDS = 4;
const SIGNATURE = 'loge';

const field = {
  length: 8,
  tail: 12,
  sequence: 16,
  descriptors: 24,
  logId: 32,
  flushedBytes: 48,
  lastBytes: 56,
} as const;

/** A change of the file: bytes at an offset, or so many zeros. */
export interface Patch {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array | undefined;
}

/** An entry of the log without its changes, which may be many megabytes. */
interface Entry {
  /** Where it begins in the log. */
  readonly at: number;
  readonly length: number;
  readonly tail: number;
  readonly sequence: bigint;
  /** Bytes that the file must have for it. */
  readonly flushedBytes: number;
}

/**
 * The log of an image that is to be written, as the specification wants it (2.2.2): in whole megabytes behind the headers.
 * @throws StorageError if it is not so
 */
export function checkLogPlace(store: ByteStore, { logOffset, logLength }: Header): void {
  const isRound = logOffset % MB === 0 && logLength % MB === 0 && logLength >= MB;
  if (!isRound || logOffset < MB || logOffset + logLength > store.size)
    throw new StorageError(store, `has a log of ${logLength} bytes at byte ${logOffset}: not possible`);
}

/**
 * The changes that the log has, in their order; none if it has none.
 * @throws StorageError if the log is needed and damaged
 */
export async function readLog(store: ByteStore, { logId, logOffset, logLength }: Header): Promise<readonly Patch[]> {
  if (logId === undefined) return [];
  if (logLength > MOST_LOG || logLength % LOG_SECTOR !== 0)
    throw new StorageError(store, `has a log of ${logLength} bytes: not possible`);
  const bytes = new Uint8Array(logLength);
  await readPart(store, logOffset, bytes, 'log');
  const entries = activeEntries(bytes, logId);
  if (entries.length === 0) throw new StorageError(store, 'was not closed, and its log is damaged');
  const needed = entries.at(-1)!.flushedBytes;
  if (needed > store.size)
    throw new StorageError(store, `has ${store.size} bytes; its log says that there were ${needed}`);
  return entries.flatMap(({ at, length }) => patchesOf(partOf(bytes, at, length)) ?? []);
}

/** The newest sequence of entries that is whole: each follows the one before, from the tail that the last one names. */
function activeEntries(log: Uint8Array, logId: Uint8Array): readonly Entry[] {
  const entryAt = entryFinder(log, logId);
  const seen = new Set<number>();
  let best: readonly Entry[] = [];
  for (let start = 0; start < log.length; start += LOG_SECTOR) {
    // What begins within a sequence ends as that does.
    if (seen.has(start)) continue;
    const entries = sequenceFrom(start, log.length, entryAt);
    for (const { at } of entries) seen.add(at);
    const newest = entries.at(-1);
    if (newest === undefined || newest.sequence <= (best.at(-1)?.sequence ?? -1n)) continue;
    const tail = entries.findIndex(({ at }) => at === newest.tail);
    if (tail >= 0) best = entries.slice(tail);
  }
  return best;
}

/** Finds the entry at a place of the log; undefined: there is none that is whole. */
type FindEntry = (at: number) => Entry | undefined;

function sequenceFrom(start: number, logLength: number, entryAt: FindEntry): Entry[] {
  const entries: Entry[] = [];
  for (let at = start; entries.length === 0 || at !== start; ) {
    const entry = entryAt(at);
    const last = entries.at(-1);
    if (entry === undefined || (last !== undefined && entry.sequence !== last.sequence + 1n)) break;
    entries.push(entry);
    at = (at + entry.length) % logLength;
  }
  return entries;
}

/** Looks at each place once, and at no more bytes than entries that were written one after the other can have. */
function entryFinder(log: Uint8Array, logId: Uint8Array): FindEntry {
  const found = new Map<number, Entry | undefined>();
  let left = MOST_ROUNDS * log.length;
  const look = (at: number): Entry | undefined => {
    const length = lengthAt(log, at, logId);
    left -= length;
    return length === 0 || left < 0 ? undefined : wholeEntry(partOf(log, at, length), at);
  };
  return (at) => {
    if (!found.has(at)) found.set(at, look(at));
    return found.get(at);
  };
}

/** Bytes of the entry that a place of the log begins like; 0: like none. */
function lengthAt(log: Uint8Array, at: number, logId: Uint8Array): number {
  const length = new DataView(log.buffer, log.byteOffset + at, LOG_SECTOR).getUint32(field.length, true);
  const isOne = String.fromCharCode(...log.subarray(at, at + SIGNATURE.length)) === SIGNATURE;
  const isOfLog = logId.every((byte, n) => log[at + field.logId + n] === byte);
  return isOne && isOfLog && length % LOG_SECTOR === 0 && length <= log.length ? length : 0;
}

/** A part of the log, which may go over its end, to its beginning. */
function partOf(log: Uint8Array, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const first = log.subarray(at, at + length);
  bytes.set(first);
  bytes.set(log.subarray(0, length - first.length), first.length);
  return bytes;
}

function wholeEntry(bytes: Uint8Array, at: number): Entry | undefined {
  if (!isWhole(bytes, SIGNATURE) || patchesOf(bytes) === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  return {
    ...{ at, length: bytes.length },
    tail: view.getUint32(field.tail, true),
    sequence: view.getBigUint64(field.sequence, true),
    flushedBytes: Number(view.getBigUint64(field.flushedBytes, true)),
  };
}

/** The changes of an entry; undefined: it is none. */
function patchesOf(bytes: Uint8Array): readonly Patch[] | undefined {
  const view = new DataView(bytes.buffer);
  const count = view.getUint32(field.descriptors, true);
  let sector = sectorsFor(count);
  if (sector > bytes.length) return undefined;
  const patches: Patch[] = [];
  for (let n = 0; n < count; n++) {
    const at = ENTRY_HEADER + n * DESCRIPTOR;
    const kind = String.fromCharCode(...bytes.subarray(at, at + 4));
    const offset = Number(view.getBigUint64(at + 16, true));
    if (kind === 'zero') {
      patches.push({ offset, length: Number(view.getBigUint64(at + 8, true)), bytes: undefined });
      continue;
    }
    if (kind !== 'desc' || sector + LOG_SECTOR > bytes.length) return undefined;
    const content = bytes.slice(sector, sector + LOG_SECTOR);
    content.set(bytes.subarray(at + 8, at + 8 + LEADING));
    content.set(bytes.subarray(at + 4, at + 4 + TRAILING), LOG_SECTOR - TRAILING);
    patches.push({ offset, length: LOG_SECTOR, bytes: content });
    sector += LOG_SECTOR;
  }
  return patches;
}

/** Bytes of an entry's header and descriptors. */
const sectorsFor = (descriptors: number): number =>
  Math.ceil((ENTRY_HEADER + descriptors * DESCRIPTOR) / LOG_SECTOR) * LOG_SECTOR;

/** How many sectors one entry of a log can change. */
export function mostPatches(logLength: number): number {
  let most = Math.floor(logLength / LOG_SECTOR) - 1;
  while (most > 0 && sectorsFor(most) + most * LOG_SECTOR > logLength) most--;
  return most;
}

/** An entry that is alone in the log: the file gets these sectors. @param fileBytes of the file, all of which must be there */
export function logEntry(logId: Uint8Array, patches: readonly Required<Patch>[], fileBytes: number): Uint8Array {
  const start = sectorsFor(patches.length);
  const bytes = new Uint8Array(start + patches.length * LOG_SECTOR);
  const view = new DataView(bytes.buffer);
  view.setUint32(field.length, bytes.length, true);
  view.setBigUint64(field.sequence, 1n, true);
  view.setUint32(field.descriptors, patches.length, true);
  bytes.set(logId, field.logId);
  view.setBigUint64(field.flushedBytes, BigInt(fileBytes), true);
  view.setBigUint64(field.lastBytes, BigInt(fileBytes), true);
  for (const [n, { offset, bytes: content }] of patches.entries()) {
    const [at, sector] = [ENTRY_HEADER + n * DESCRIPTOR, start + n * LOG_SECTOR];
    putText(bytes, at, 'desc');
    bytes.set(content!.subarray(LOG_SECTOR - TRAILING), at + 4);
    bytes.set(content!.subarray(0, LEADING), at + 8);
    view.setBigUint64(at + 16, BigInt(offset), true);
    view.setBigUint64(at + 24, 1n, true);
    bytes.set(content!, sector);
    putText(bytes, sector, 'data');
    view.setUint32(sector + 4, 0, true);
    view.setUint32(sector + LOG_SECTOR - TRAILING, 1, true);
  }
  seal(bytes, SIGNATURE);
  return bytes;
}

function putText(bytes: Uint8Array, at: number, text: string): void {
  for (let n = 0; n < text.length; n++) bytes[at + n] = text.charCodeAt(n);
}
