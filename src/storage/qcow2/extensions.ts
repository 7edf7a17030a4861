import { type ByteStore, StorageError } from '../store.ts';

/** Extensions of the header that count here. QEMU's docs/interop/qcow2.txt, "Header extensions". */
export interface Extensions {
  readonly backingFormat: string | undefined;
  /** The name of the file that has the data. */
  readonly dataFile: string | undefined;
  /** Names of incompatible features, by bit. */
  readonly featureNames: ReadonlyMap<number, string>;
}

const END = 0;
export const BACKING_FORMAT = 0xe2792aca;
const DATA_FILE_NAME = 0x44415441;
const FEATURE_NAMES = 0x6803f857;
const FEATURE_NAME_SIZE = 48;

/** Bits of the incompatible features. */
export const DIRTY = 1n;
export const CORRUPT = 2n;
export const DATA_FILE = 4n;
export const COMPRESSION = 8n;
export const EXTENDED_L2 = 16n;
/** With these a disk can be read. */
export const READABLE = DIRTY | CORRUPT | COMPRESSION;
/** Bit of the compatible features. */
export const LAZY_REFCOUNTS = 1n;
/** Bit of the autoclear features: the external data file alone is the disk. */
export const RAW_DATA_FILE = 2n;
const knownNames: readonly string[] = [
  'dirty bit',
  'corrupt bit',
  'external data file',
  'compression type',
  'extended L2 entries',
];

/** @throws StorageError if an extension isn't within the first cluster */
export function readExtensions(store: ByteStore, head: Uint8Array, from: number, end: number): Extensions {
  let backingFormat: string | undefined;
  let dataFile: string | undefined;
  let featureNames: ReadonlyMap<number, string> = new Map();
  for (const { type, bytes } of eachExtension(store, head, from, end)) {
    if (type === BACKING_FORMAT) backingFormat = new TextDecoder().decode(bytes);
    if (type === DATA_FILE_NAME) dataFile = new TextDecoder().decode(bytes);
    if (type === FEATURE_NAMES) featureNames = readFeatureNames(bytes);
  }
  return { backingFormat, dataFile, featureNames };
}

/** The extensions between two places of the first cluster, up to their end. @throws StorageError if one isn't within that */
export function* eachExtension(
  store: ByteStore,
  head: Uint8Array,
  from: number,
  end: number,
): Generator<{ readonly type: number; readonly bytes: Uint8Array }> {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (let at = from; at + 8 <= end; ) {
    const type = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (type === END) return;
    if (at + 8 + length > end) throw new StorageError(store, 'a header extension goes beyond the first cluster');
    yield { type, bytes: head.subarray(at + 8, at + 8 + length) };
    at += 8 + Math.ceil(length / 8) * 8;
  }
}

function readFeatureNames(bytes: Uint8Array): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (let at = 0; at + FEATURE_NAME_SIZE <= bytes.length; at += FEATURE_NAME_SIZE) {
    const isIncompatible = bytes[at] === 0;
    const name = new TextDecoder().decode(bytes.subarray(at + 2, at + FEATURE_NAME_SIZE)).replace(/\0.*$/s, '');
    if (isIncompatible) names.set(bytes[at + 1], name);
  }
  return names;
}

/** @throws StorageError that names the features which an image needs and which aren't among the supported ones */
export function checkFeatures(
  store: ByteStore,
  incompatible: bigint,
  supported: bigint,
  names: ReadonlyMap<number, string>,
): void {
  const unsupported = incompatible & ~supported;
  if (unsupported === 0n) return;
  const bits = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (unsupported >> BigInt(bit)) & 1n);
  const list = bits.map((bit) => names.get(bit) ?? knownNames[bit] ?? `unknown feature of bit ${bit}`);
  throw new StorageError(store, `needs what is not supported: ${list.join(', ')}`);
}
