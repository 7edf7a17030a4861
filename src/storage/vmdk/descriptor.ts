import { latin1, latin1Text } from '../../util/bytes.ts';
import { type ByteStore, StorageError } from '../store.ts';

/** The first line of a descriptor (VMware's "Virtual Disk Format", 5.0, "The Descriptor File"). */
export const DESCRIPTOR_START = '# Disk DescriptorFile';
/** The content identifier of a parent that there is not. */
export const NO_PARENT = 0xffffffff;
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
  /** A number that is another one after each use in which the disk was written; undefined: it doesn't say. */
  readonly contentId: number | undefined;
  /** The name of the image that this one stands on, and the content identifier that it had. */
  readonly parent: { readonly name: string; readonly contentId: number } | undefined;
  readonly extents: readonly DescribedExtent[];
}

const kinds: ReadonlyMap<string, DescribedExtent['kind']> = new Map([
  ['FLAT', 'flat'],
  ['VMFS', 'flat'],
  ['SPARSE', 'sparse'],
  ['VMFSSPARSE', 'sparse'],
  ['ZERO', 'zero'],
]);

/** Where a descriptor is in its file, in bytes. */
export interface DescriptorPlace {
  readonly offset: number;
  readonly length: number;
}

/** @throws StorageError if it is too long, or says what is not supported */
export async function readDescriptor(store: ByteStore, place: DescriptorPlace): Promise<Descriptor> {
  return parseDescriptor(new TextDecoder().decode(await bytesOf(store, place)), store);
}

async function bytesOf(store: ByteStore, { offset, length }: DescriptorPlace): Promise<Uint8Array> {
  if (length > MOST_BYTES || offset + length > store.size)
    throw new StorageError(store, `has a descriptor of ${length} bytes: not possible`);
  const bytes = new Uint8Array(length);
  await store.read(offset, bytes);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Gives the image another content identifier, and returns when it is there: images that stand on it as it was see that it has changed. */
export async function changeContentId(store: ByteStore, place: DescriptorPlace): Promise<void> {
  const text = latin1Text(await bytesOf(store, place));
  const [line, name] = /^(CID=)[0-9a-f]{8}/im.exec(text) ?? [];
  if (line === undefined) return;
  await store.write(place.offset + text.indexOf(line) + name!.length, latin1(newContentId()));
  await store.flush();
}

function newContentId(): string {
  return crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16).padStart(8, '0');
}

/** @throws StorageError if it says what is not supported */
function parseDescriptor(text: string, store: { readonly name: string }): Descriptor {
  const lines = text.split('\n').map((line) => line.trim());
  const values = lines.map(assignment);
  const value = (name: string) => values.find((entry) => entry?.name === name.toLowerCase())?.value;
  const number = (name: string) => (value(name) === undefined ? undefined : Number.parseInt(value(name)!, 16));
  const contentId = number('parentCID') ?? NO_PARENT;
  const name = value('parentFileNameHint');
  if (contentId !== NO_PARENT && !name)
    throw new StorageError(store, 'stands on another image, whose name it does not say');
  const extents = lines.filter((line) => /^(RW|RDONLY|NOACCESS)\s/.test(line)).map((line) => extentOf(line, store));
  const parent = contentId === NO_PARENT ? undefined : { name: name!, contentId };
  return { type: value('createType') ?? '', contentId: number('CID'), parent, extents };
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
  const cylinders = Math.min(16383, Math.floor(sectors / 16 / 63));
  return `${[
    DESCRIPTOR_START,
    'version=1',
    `CID=${newContentId()}`,
    `parentCID=${NO_PARENT.toString(16)}`,
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
