import { type ByteStore, StorageError } from '../store.ts';
import { isWhole, seal } from './checksum.ts';
import { type Header, KB, readPart } from './header.ts';

/** The log ([MS-VHDX], 2.3): changes of metadata that may not be in their places yet. */
export const LOG_SECTOR = 4 * KB;
const ENTRY_HEADER = 64;
const DESCRIPTOR = 32;
/** Bytes of a sector that its descriptor has, at its beginning and its end. */
const [LEADING, TRAILING] = [8, 4];
const MOST_LOG = 256 << 20;

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

interface Entry {
  /** Where it begins in the log. */
  readonly at: number;
  readonly length: number;
  readonly tail: number;
  readonly sequence: bigint;
  /** Bytes that the file must have for it. */
  readonly flushedBytes: number;
  readonly patches: readonly Patch[];
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
  return entries.flatMap(({ patches }) => patches);
}

/** The newest sequence of entries that is whole: each follows the one before, from the tail that the last one names. */
function activeEntries(log: Uint8Array, logId: Uint8Array): readonly Entry[] {
  let best: readonly Entry[] = [];
  for (let start = 0; start < log.length; start += LOG_SECTOR) {
    const entries: Entry[] = [];
    for (let at = start; entries.length === 0 || at !== start; ) {
      const entry = entryAt(log, at, logId);
      const last = entries.at(-1);
      if (entry === undefined || (last !== undefined && entry.sequence !== last.sequence + 1n)) break;
      entries.push(entry);
      at = (at + entry.length) % log.length;
    }
    const newest = entries.at(-1);
    if (newest === undefined || newest.sequence <= (best.at(-1)?.sequence ?? -1n)) continue;
    const tail = entries.findIndex(({ at }) => at === newest.tail);
    if (tail >= 0) best = entries.slice(tail);
  }
  return best;
}

function entryAt(log: Uint8Array, at: number, logId: Uint8Array): Entry | undefined {
  const head = new DataView(log.buffer, log.byteOffset + at, LOG_SECTOR);
  const length = head.getUint32(field.length, true);
  if (length === 0 || length % LOG_SECTOR !== 0 || length > log.length) return undefined;
  // It may go over the end of the log, to its beginning.
  const bytes = new Uint8Array(length);
  const first = log.subarray(at, at + length);
  bytes.set(first);
  bytes.set(log.subarray(0, length - first.length), first.length);
  if (!isWhole(bytes, 'loge') || logId.some((byte, n) => bytes[field.logId + n] !== byte)) return undefined;
  const view = new DataView(bytes.buffer);
  const patches = patchesOf(bytes, view);
  return (
    patches && {
      ...{ at, length, patches },
      tail: view.getUint32(field.tail, true),
      sequence: view.getBigUint64(field.sequence, true),
      flushedBytes: Number(view.getBigUint64(field.flushedBytes, true)),
    }
  );
}

function patchesOf(bytes: Uint8Array, view: DataView): readonly Patch[] | undefined {
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
  seal(bytes, 'loge');
  return bytes;
}

function putText(bytes: Uint8Array, at: number, text: string): void {
  for (let n = 0; n < text.length; n++) bytes[at + n] = text.charCodeAt(n);
}
