import type { ImageFile } from './image-file.ts';

/** Bytes of an entry before its extra data, and those of the extra data that version 3 has at least. */
const FIXED = 40;
const EXTRA = 24;
/** Bytes of extra data, of all of the table, and entries of an L1 table: QEMU's limits. */
const [MOST_EXTRA, MOST_TABLE] = [1024, 64 << 20];
const MOST_L1_ENTRIES = 4 << 20;
/** There is no count of instructions. */
const NO_COUNT = 2n ** 64n - 1n;

/** A snapshot that an image has within itself. QEMU's docs/interop/qcow2.txt, "Snapshots". */
export interface ImageSnapshot {
  /** Unique in the image; a number, mostly. */
  readonly id: string;
  /** As it was given; several may have the same. */
  readonly name: string;
  /** Where its L1 table is in the file, in bytes. */
  readonly l1Offset: number;
  /** Entries of its L1 table. */
  readonly l1Size: number;
  /** Bytes of the state of a machine that are kept with it; 0: none. */
  readonly stateBytes: number;
  /** When it was taken, in nanoseconds since 1970. */
  readonly date: bigint;
  /** The machine's own time then, in nanoseconds since it was turned on. */
  readonly clock: bigint;
  /** Bytes of the disk; undefined: as many as it has now. */
  readonly size: number | undefined;
  /** Instructions that the machine had executed; undefined: nobody has counted. */
  readonly instructions: bigint | undefined;
}

/** An entry of the table of snapshots, and its bytes: they may have more than is known here. */
export interface SnapshotEntry extends ImageSnapshot {
  readonly raw: Uint8Array;
}

/**
 * The snapshots of an image.
 * @throws StorageError if the table isn't within the file
 */
export async function readSnapshots(file: ImageFile): Promise<SnapshotEntry[]> {
  const entries: SnapshotEntry[] = [];
  let at = file.header.snapshotsOffset;
  for (let index = 0; index < file.header.snapshotCount; index++) {
    const entry = parse(file, await readEntry(file, at));
    checkL1(file, entry, index);
    entries.push(entry);
    at += entry.raw.length;
    if (at - file.header.snapshotsOffset > MOST_TABLE)
      throw file.error(`the snapshot table is larger than ${MOST_TABLE} bytes`);
  }
  return entries;
}

/** Which snapshot of an image: the one of an ID, or else of a name; or the one that has each that is given. */
export type SnapshotChoice = string | { readonly id?: string | undefined; readonly name?: string | undefined };

/**
 * The snapshot that is to be read. A text is an ID before it is a name, as for qemu-img.
 * @throws StorageError if there is none
 */
export async function chosenSnapshot(file: ImageFile, choice: SnapshotChoice): Promise<SnapshotEntry> {
  const entries = await readSnapshots(file);
  const found =
    typeof choice === 'string'
      ? (entries.find(({ id }) => id === choice) ?? entries.find(({ name }) => name === choice))
      : entries.find(({ id, name }) => (choice.id ?? id) === id && (choice.name ?? name) === name);
  if (found) return found;
  const wanted = typeof choice === 'string' ? `'${choice}'` : choiceText(choice);
  throw file.error(`has no snapshot ${wanted}; image snapshot -l lists those that it has`);
}

function choiceText({ id, name }: { readonly id?: string | undefined; readonly name?: string | undefined }): string {
  const parts = [
    id === undefined ? [] : [`with the ID '${id}'`],
    name === undefined ? [] : [`with the name '${name}'`],
  ];
  return parts.flat().join(' and ');
}

/** Bytes of a table with these entries. */
export function tableBytes(entries: readonly SnapshotEntry[]): number {
  return entries.reduce((bytes, { raw }) => bytes + raw.length, 0);
}

async function readEntry(file: ImageFile, at: number): Promise<Uint8Array> {
  const view = new DataView((await readBytes(file, at, FIXED)).buffer);
  const extra = view.getUint32(36);
  if (extra > MOST_EXTRA) throw file.error(`a snapshot has ${extra} bytes of extra data, more than can be`);
  return await readBytes(file, at, padded(FIXED + extra + view.getUint16(12) + view.getUint16(14)));
}

async function readBytes(file: ImageFile, at: number, length: number): Promise<Uint8Array> {
  if (at + FIXED > file.store.size) throw file.error('the snapshot table goes beyond the end of the file');
  const bytes = new Uint8Array(length);
  await file.readPadded(at, bytes);
  return bytes;
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

function parse(file: ImageFile, raw: Uint8Array): SnapshotEntry {
  const view = new DataView(raw.buffer);
  const [idLength, nameLength, extra] = [view.getUint16(12), view.getUint16(14), view.getUint32(36)];
  const idAt = FIXED + extra;
  const text = (from: number, length: number): string => new TextDecoder().decode(raw.subarray(from, from + length));
  const wide = (at: number): bigint | undefined => (extra >= at + 8 ? view.getBigUint64(FIXED + at) : undefined);
  const instructions = wide(16);
  return {
    id: text(idAt, idLength),
    name: text(idAt + idLength, nameLength),
    l1Offset: Number(view.getBigUint64(0)),
    l1Size: view.getUint32(8),
    stateBytes: sizeIn(file, wide(0)) ?? view.getUint32(32),
    date: BigInt(view.getUint32(16)) * 1_000_000_000n + BigInt(view.getUint32(20)),
    clock: view.getBigUint64(24),
    size: sizeIn(file, wide(8)),
    instructions: instructions === NO_COUNT ? undefined : instructions,
    raw,
  };
}

function sizeIn(file: ImageFile, value: bigint | undefined): number | undefined {
  if (value !== undefined && value > Number.MAX_SAFE_INTEGER) throw file.error('a snapshot is larger than can be');
  return value === undefined ? undefined : Number(value);
}

function checkL1(file: ImageFile, { l1Offset, l1Size }: ImageSnapshot, index: number): void {
  const fits = l1Size <= MOST_L1_ENTRIES && l1Offset + l1Size * 8 <= file.store.size;
  if (l1Offset % file.clusterSize === 0 && fits) return;
  throw file.error(`the L1 table of snapshot ${index + 1} cannot be where the image says`);
}

/** The entry of a new snapshot. */
export function snapshotEntry(snapshot: ImageSnapshot): SnapshotEntry {
  const [id, name] = [snapshot.id, snapshot.name].map((text) => new TextEncoder().encode(text));
  const raw = new Uint8Array(padded(FIXED + EXTRA + id.length + name.length));
  const view = new DataView(raw.buffer);
  view.setBigUint64(0, BigInt(snapshot.l1Offset));
  view.setUint32(8, snapshot.l1Size);
  view.setUint16(12, id.length);
  view.setUint16(14, name.length);
  view.setUint32(16, Number(snapshot.date / 1_000_000_000n));
  view.setUint32(20, Number(snapshot.date % 1_000_000_000n));
  view.setBigUint64(24, snapshot.clock);
  view.setUint32(32, Math.min(snapshot.stateBytes, 0xffffffff));
  view.setUint32(36, EXTRA);
  view.setBigUint64(FIXED, BigInt(snapshot.stateBytes));
  view.setBigUint64(FIXED + 8, BigInt(snapshot.size ?? 0));
  view.setBigUint64(FIXED + 16, snapshot.instructions ?? NO_COUNT);
  raw.set(id, FIXED + EXTRA);
  raw.set(name, FIXED + EXTRA + id.length);
  return { ...snapshot, raw };
}
