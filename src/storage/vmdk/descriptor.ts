import { type ByteStore, StorageError } from '../store.ts';

/** The first line of a descriptor (VMware's "Virtual Disk Format", 5.0, "The Descriptor File"). */
export const DESCRIPTOR_START = '# Disk DescriptorFile';
/** The content identifier of a parent that there is not. */
const NO_PARENT = 'ffffffff';
/** Bytes of a descriptor; more are a mistake. */
const MOST_BYTES = 1 << 20;
const SECTOR = 512;

/** A part of the disk, as the descriptor has it. */
export interface DescribedExtent {
  /** Bytes. */
  readonly size: number;
  readonly kind: 'flat' | 'sparse' | 'zero';
  /** Undefined for zeros. */
  readonly file: string | undefined;
  /** Where it begins in its file, in bytes. */
  readonly offset: number;
}

export interface Descriptor {
  /** By VMware's names, such as "monolithicSparse". */
  readonly type: string;
  readonly contentId: string;
  /** The name of the image that this one stands on. */
  readonly parent: string | undefined;
  readonly extents: readonly DescribedExtent[];
}

const kinds: ReadonlyMap<string, DescribedExtent['kind']> = new Map([
  ['FLAT', 'flat'],
  ['VMFS', 'flat'],
  ['SPARSE', 'sparse'],
  ['VMFSSPARSE', 'sparse'],
  ['ZERO', 'zero'],
]);

/** @throws StorageError if it is too long */
export async function readDescriptor(store: ByteStore, offset = 0, length = store.size): Promise<Descriptor> {
  if (length > MOST_BYTES || offset + length > store.size)
    throw new StorageError(store, `has a descriptor of ${length} bytes: not possible`);
  const bytes = new Uint8Array(length);
  await store.read(offset, bytes);
  const end = bytes.indexOf(0);
  return parseDescriptor(new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)), store);
}

/** @throws StorageError if it says what is not supported */
function parseDescriptor(text: string, store: { readonly name: string }): Descriptor {
  const lines = text.split('\n').map((line) => line.trim());
  const values = lines.map(assignment);
  const value = (name: string) => values.find((entry) => entry?.name === name.toLowerCase())?.value;
  const hasParent = (value('parentCID') ?? NO_PARENT).toLowerCase() !== NO_PARENT;
  const parent = hasParent ? value('parentFileNameHint') : undefined;
  if (hasParent && !parent) throw new StorageError(store, 'stands on another image, whose name it does not say');
  const extents = lines.filter((line) => /^(RW|RDONLY|NOACCESS)\s/.test(line)).map((line) => extentOf(line, store));
  return { type: value('createType') ?? '', contentId: value('CID') ?? '', parent, extents };
}

/** A line NAME=VALUE or NAME="VALUE", its name in lower case; undefined: another line. A long one must not take long. */
function assignment(line: string): { readonly name: string; readonly value: string } | undefined {
  const at = line.indexOf('=');
  const name = line.slice(0, at).trimEnd().toLowerCase();
  const quoted = line.slice(at + 1).trimStart();
  const value = quoted.slice(
    quoted.startsWith('"') ? 1 : 0,
    quoted.length > 1 && quoted.endsWith('"') ? -1 : undefined,
  );
  return at < 0 || !/^\w+$/.test(name) || value.includes('"') ? undefined : { name, value };
}

function extentOf(line: string, store: { readonly name: string }): DescribedExtent {
  const [, access, sectors, name = '', file, offset = '0'] =
    /^(\w+)\s+(\d+)\s+(\w+)(?:\s+"([^"]*)"(?:\s+(\d+))?)?/.exec(line) ?? [];
  const kind = kinds.get(name);
  if (kind === undefined || access !== 'RW' || (kind !== 'zero' && !file))
    throw new StorageError(store, `has a part that is not supported: ${line}`);
  const [size, start] = [Number(sectors) * SECTOR, Number(offset) * SECTOR];
  if (!Number.isSafeInteger(size + start)) throw new StorageError(store, `has a part that is too large: ${line}`);
  return { size, kind, file: kind === 'zero' ? undefined : file, offset: start };
}

/** The text of a new image in one file. */
export function newDescriptor(file: string, size: number): string {
  const sectors = size / SECTOR;
  const contentId = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16).padStart(8, '0');
  const cylinders = Math.min(16383, Math.floor(sectors / 16 / 63));
  return `${[
    DESCRIPTOR_START,
    'version=1',
    `CID=${contentId}`,
    `parentCID=${NO_PARENT}`,
    'createType="monolithicSparse"',
    '',
    '# Extent description',
    `RW ${sectors} SPARSE "${file.replaceAll(/["\n\r]/g, '_')}"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    'ddb.virtualHWVersion = "4"',
    `ddb.geometry.cylinders = "${cylinders}"`,
    'ddb.geometry.heads = "16"',
    'ddb.geometry.sectors = "63"',
    'ddb.adapterType = "ide"',
  ].join('\n')}\n`;
}
