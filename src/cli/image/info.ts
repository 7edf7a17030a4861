import { stat } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';
import { ConfigurationError } from '../../index.ts';
import { memberName } from '../../node/files/archive-member.ts';
import { nodeStorage } from '../../node/storage.ts';
import { BlockDisk } from '../../storage/blocks/disk.ts';
import { PlainMap } from '../../storage/blocks/plain-map.ts';
import { formatNamed, type ImageFormat } from '../../storage/formats.ts';
import { isHttp } from '../../storage/http/address.ts';
import { backingName, formatOf, openDisk, type StorageHost } from '../../storage/open.ts';
import { PartsDisk } from '../../storage/parts.ts';
import { filePath } from '../../storage/protocols.ts';
import { CORRUPT, DIRTY, EXTENDED_L2, LAZY_REFCOUNTS, RAW_DATA_FILE } from '../../storage/qcow2/extensions.ts';
import { describeHeader, type Header } from '../../storage/qcow2/header.ts';
import { ImageFile } from '../../storage/qcow2/image-file.ts';
import { type ImageSnapshot, readSnapshots } from '../../storage/qcow2/snapshots.ts';
import { sizeText } from '../../storage/size-text.ts';
import { snapshotLines } from '../../storage/snapshot-list.ts';
import type { ByteStore, Disk } from '../../storage/store.ts';
import { NO_PARENT } from '../../storage/vmdk/descriptor.ts';
import { descriptorOf } from '../../storage/vmdk/image.ts';
import { printable } from '../../util/printable.ts';
import { type Arguments, isJson } from './arguments.ts';
import { readingHost } from './host.ts';

/** The header and the snapshots of an image in qcow2 format. */
interface Qcow2Facts {
  readonly header: Header;
  readonly snapshots: readonly ImageSnapshot[];
}

/** The facts about an image of any format. */
interface Facts {
  readonly format: ImageFormat;
  /** Bytes of the disk. */
  readonly size: number;
  /** Bytes that are kept together; undefined: the format has no such. */
  readonly clusterSize: number | undefined;
  /** The files with the image's parts, other than its own. */
  readonly parts: readonly string[];
  readonly backing: Backing | undefined;
  readonly qcow2: Qcow2Facts | undefined;
  /** The facts that only this format has, by QEMU's names; undefined: it has none. */
  readonly details: object | undefined;
}

/** The image that an image stands on, as it says. */
interface Backing {
  readonly file: string;
  readonly format: string | undefined;
}

/** More images in a chain are a mistake. */
const MOST_IMAGES = 64;

/** `image info`: returns what it says, as text or as JSON with the names of qemu-img. */
export async function imageInfo({ values, words: [file] }: Arguments): Promise<string> {
  const { 'backing-chain': hasChain = false } = values;
  const hasJson = isJson(values.output);
  const images: Image[] = [];
  for (let next: Next | undefined = { name: file, format: values.format }; next; ) {
    if (images.length === MOST_IMAGES)
      throw new ConfigurationError(`${file}: stands on more than ${MOST_IMAGES} images`);
    const image: Image = await examined(next, readingHost(values));
    images.push(image);
    next = hasChain ? below(image) : undefined;
  }
  if (!hasJson) return images.map(({ text }) => text).join('\n');
  const objects = images.map(({ json }) => json);
  return `${JSON.stringify(hasChain ? objects : objects[0], null, 4)}\n`;
}

/** An image to look at. */
interface Next {
  readonly name: string;
  readonly format: string | undefined;
}

/** The facts about an image, as text and as data. */
interface Image {
  readonly text: string;
  readonly json: object;
  readonly store: ByteStore;
  readonly backing: Backing | undefined;
}

/** The image below this one in its backing chain; undefined if there is none. */
function below({ store, backing }: Image): Next | undefined {
  if (backing === undefined) return undefined;
  // Says what cannot be looked at.
  backingName(nodeStorage, store, backing.file);
  return { name: pathOf(store, backing.file), format: backing.format };
}

/** The folder in a name, with its last separator; elsewhere than on Windows a backslash is a character of names. */
const folderOf = sep === '\\' ? /^.*[/\\]/s : /^.*\//s;

/** A backing file's name with the folder of the image that has it, as QEMU's path_combine makes it. */
function pathOf({ name }: ByteStore, backingFile: string): string {
  const plain = filePath(backingFile);
  return isHttp(plain) || isHttp(name) || isAbsolute(plain)
    ? nodeStorage.resolve(name, plain)
    : `${folderOf.exec(name)?.[0] ?? ''}${plain}`;
}

async function examined({ name, format }: Next, host: StorageHost): Promise<Image> {
  const store = await host.open(name, 'read');
  try {
    const found = await formatOf(store, formatNamed(format));
    const facts = found === 'qcow2' ? await factsOf(store) : await plainFacts(host, store, found);
    const isFile = !isHttp(name) && memberName(name) === undefined;
    const used = isFile ? await bytesUsed([store.name, ...facts.parts]) : undefined;
    const { backing } = facts;
    return { text: textOf(store, facts, used), json: jsonOf(store, facts, used), store, backing };
  } finally {
    await store.close();
  }
}

/** Bytes that files take at the host. */
async function bytesUsed(files: readonly string[]): Promise<number> {
  const facts = await Promise.all(files.map((file) => stat(file)));
  return facts.reduce((sum, { blocks }) => sum + blocks * 512, 0);
}

async function factsOf(store: ByteStore): Promise<Facts> {
  const header = await describeHeader(store);
  const snapshots = await readSnapshots(new ImageFile(store, header));
  const { backingFile: file, extensions, size } = header;
  return {
    ...{ format: 'qcow2', size, clusterSize: 2 ** header.clusterBits, parts: [], details: detailsOf(header) },
    backing: file === undefined ? undefined : { file, format: extensions.backingFormat },
    qcow2: { header, snapshots },
  };
}

/** The facts about an image of a format that has no more of them. */
async function plainFacts(host: StorageHost, store: ByteStore, format: ImageFormat): Promise<Facts> {
  const disk = await openDisk(host, store.name, { format, access: 'read' });
  try {
    const parts = disk instanceof PartsDisk ? disk.disks.map(({ name }) => name) : [];
    const more = format === 'vmdk' ? await vmdkFacts(store) : { backing: undefined, details: undefined };
    return { format, size: disk.size, clusterSize: blockSizeOf(disk), parts, qcow2: undefined, ...more };
  } finally {
    await disk.close();
  }
}

/** The facts that the descriptor of a VMDK image has (ImageInfoSpecificVmdk of QEMU's schema, without its extents). */
async function vmdkFacts(store: ByteStore): Promise<Pick<Facts, 'backing' | 'details'>> {
  const descriptor = await descriptorOf(store);
  if (descriptor === undefined) return { backing: undefined, details: undefined };
  const { parent, type, contentId = 0 } = descriptor;
  const details = { cid: contentId, 'parent-cid': parent?.contentId ?? NO_PARENT, 'create-type': type };
  return { backing: parent && { file: parent.name, format: 'vmdk' }, details };
}

/** Bytes that are kept together; a disk in several parts has that of the first one. */
function blockSizeOf(disk: Disk | undefined): number | undefined {
  if (disk instanceof PartsDisk) return blockSizeOf(disk.partAt(0).disk);
  return disk instanceof BlockDisk && !(disk.map instanceof PlainMap) ? disk.map.blockSize : undefined;
}

function textOf(store: ByteStore, facts: Facts, used: number | undefined): string {
  const { format, size, clusterSize, qcow2, backing, details } = facts;
  const { snapshots = [] } = qcow2 ?? {};
  const lines = [
    `image: ${store.name}`,
    `file format: ${format}`,
    `virtual size: ${sizeText(size)} (${size} bytes)`,
    `disk size: ${used === undefined ? 'unavailable' : sizeText(used)}`,
    ...(clusterSize === undefined ? [] : [`cluster_size: ${clusterSize}`]),
    ...(qcow2 && isDirty(qcow2.header) ? ['cleanly shut down: no'] : []),
    ...(backing === undefined ? [] : [`backing file: ${backingText(store, backing.file)}`]),
    ...(backing?.format === undefined ? [] : [`backing file format: ${printable(backing.format)}`]),
    ...(snapshots.length > 0 ? [`Snapshot list:\n${snapshotLines(snapshots).slice(0, -1)}`] : []),
    ...(details === undefined ? [] : ['Format specific information:']),
    ...Object.entries(details ?? {}).map(
      ([name, value]) => `    ${name.replaceAll('-', ' ')}: ${printable(String(value))}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function backingText(store: ByteStore, backingFile: string): string {
  const path = pathOf(store, backingFile);
  return printable(path === backingFile ? path : `${backingFile} (actual path: ${path})`);
}

const isDirty = ({ incompatible }: Header): boolean => (incompatible & DIRTY) !== 0n;

/** The facts that only this format has, by QEMU's names (ImageInfoSpecificQCow2 of its schema). */
function detailsOf(header: Header): object {
  const isNew = header.version === 3;
  const { dataFile } = header.extensions;
  return {
    compat: isNew ? '1.1' : '0.10',
    'compression-type': header.compression === 'deflate' ? 'zlib' : 'zstd',
    ...(isNew && { 'lazy-refcounts': (header.compatible & LAZY_REFCOUNTS) !== 0n }),
    'refcount-bits': 2 ** header.refcountOrder,
    ...(dataFile !== undefined && {
      'data-file': dataFile,
      'data-file-raw': (header.autoclear & RAW_DATA_FILE) !== 0n,
    }),
    ...(isNew && {
      corrupt: (header.incompatible & CORRUPT) !== 0n,
      'extended-l2': (header.incompatible & EXTENDED_L2) !== 0n,
    }),
  };
}

/** Members stand in QEMU's order: programs compare outputs. */
function jsonOf(store: ByteStore, { qcow2, backing, details, ...facts }: Facts, used: number | undefined): object {
  const { snapshots = [], header } = qcow2 ?? {};
  return {
    'backing-filename-format': backing?.format,
    ...(snapshots.length > 0 && { snapshots: snapshots.map(snapshotJson) }),
    'virtual-size': facts.size,
    filename: store.name,
    'cluster-size': facts.clusterSize,
    format: facts.format,
    'actual-size': used,
    'format-specific': details && { type: facts.format, data: details },
    'full-backing-filename': backing && pathOf(store, backing.file),
    'backing-filename': backing?.file,
    'dirty-flag': header !== undefined && isDirty(header),
  };
}

const SECOND = 1_000_000_000n;

function snapshotJson({ id, name, stateBytes, date, clock, instructions }: ImageSnapshot): object {
  return {
    ...(instructions !== undefined && { icount: Number(instructions) }),
    'vm-clock-nsec': Number(clock % SECOND),
    name,
    'date-sec': Number(date / SECOND),
    'date-nsec': Number(date % SECOND),
    'vm-clock-sec': Number(clock / SECOND),
    id,
    'vm-state-size': stateBytes,
  };
}
