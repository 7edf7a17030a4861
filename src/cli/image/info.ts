import { stat } from 'node:fs/promises';
import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { printable } from '../../printable.ts';
import { isHttp } from '../../storage/http/store.ts';
import { backingName, formatOf, type StorageHost } from '../../storage/open.ts';
import { CORRUPT, DIRTY } from '../../storage/qcow2/extensions.ts';
import { type Header, readHeader } from '../../storage/qcow2/header.ts';
import { ImageFile } from '../../storage/qcow2/image-file.ts';
import { type ImageSnapshot, readSnapshots } from '../../storage/qcow2/snapshots.ts';
import { RawDisk } from '../../storage/raw.ts';
import { sizeText } from '../../storage/size-text.ts';
import { snapshotLines } from '../../storage/snapshot-list.ts';
import type { ByteStore } from '../../storage/store.ts';
import { type Arguments, formatNamed, isJson } from './arguments.ts';
import { readingHost } from './host.ts';

/** What is told of an image in a format that has a header. */
interface Qcow2Facts {
  readonly header: Header;
  readonly snapshots: readonly ImageSnapshot[];
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

/** What is told of an image. */
interface Image {
  readonly text: string;
  readonly json: object;
  readonly store: ByteStore;
  readonly header: Header | undefined;
}

/** What an image stands on. */
function below({ store, header }: Image): Next | undefined {
  if (header?.backingFile === undefined) return undefined;
  return { name: backingName(nodeStorage, store, header.backingFile), format: header.extensions.backingFormat };
}

async function examined({ name, format }: Next, host: StorageHost): Promise<Image> {
  const store = await host.open(name, 'read');
  try {
    const isQcow2 = (await formatOf(store, formatNamed(format))) === 'qcow2';
    const facts = isQcow2 ? await factsOf(store) : undefined;
    const used = isHttp(name) ? undefined : (await stat(name)).blocks * 512;
    return { text: textOf(store, facts, used), json: jsonOf(store, facts, used), store, header: facts?.header };
  } finally {
    await store.close();
  }
}

async function factsOf(store: ByteStore): Promise<Qcow2Facts> {
  const header = await readHeader(store);
  return { header, snapshots: await readSnapshots(new ImageFile(store, header)) };
}

const compatOf = ({ version }: Header): string => (version === 2 ? '0.10' : '1.1');
const compressionOf = ({ compression }: Header): string => (compression === 'deflate' ? 'zlib' : 'zstd');

/** Bytes of the disk that an image stands for. */
const sizeOf = (store: ByteStore, facts: Qcow2Facts | undefined): number =>
  facts?.header.size ?? new RawDisk(store).size;

function textOf(store: ByteStore, facts: Qcow2Facts | undefined, used: number | undefined): string {
  const size = sizeOf(store, facts);
  const lines = [
    `image: ${store.name}`,
    `file format: ${facts ? 'qcow2' : 'raw'}`,
    `virtual size: ${sizeText(size)} (${size} bytes)`,
    `disk size: ${used === undefined ? 'unavailable' : sizeText(used)}`,
    ...(facts ? qcow2Lines(facts) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function qcow2Lines({ header, snapshots }: Qcow2Facts): string[] {
  const { backingFile, extensions } = header;
  return [
    `cluster_size: ${2 ** header.clusterBits}`,
    ...(backingFile === undefined ? [] : [`backing file: ${printable(backingFile)}`]),
    ...(extensions.backingFormat === undefined ? [] : [`backing file format: ${printable(extensions.backingFormat)}`]),
    ...(snapshots.length > 0 ? [`Snapshot list:\n${snapshotLines(snapshots).slice(0, -1)}`] : []),
    'Format specific information:',
    `    compat: ${compatOf(header)}`,
    `    compression type: ${compressionOf(header)}`,
    `    refcount bits: ${2 ** header.refcountOrder}`,
    `    dirty: ${(header.incompatible & DIRTY) !== 0n}`,
    `    corrupt: ${(header.incompatible & CORRUPT) !== 0n}`,
  ];
}

function jsonOf(store: ByteStore, facts: Qcow2Facts | undefined, used: number | undefined): object {
  const common = {
    'virtual-size': sizeOf(store, facts),
    filename: store.name,
    format: facts ? 'qcow2' : 'raw',
    'actual-size': used,
  };
  if (!facts) return { ...common, 'dirty-flag': false };
  const { header, snapshots } = facts;
  const data = {
    compat: compatOf(header),
    'compression-type': compressionOf(header),
    'refcount-bits': 2 ** header.refcountOrder,
    corrupt: (header.incompatible & CORRUPT) !== 0n,
  };
  return {
    ...(snapshots.length > 0 && { snapshots: snapshots.map(snapshotJson) }),
    ...common,
    'cluster-size': 2 ** header.clusterBits,
    'backing-filename': header.backingFile,
    'backing-filename-format': header.extensions.backingFormat,
    'format-specific': { type: 'qcow2', data },
    'dirty-flag': (header.incompatible & DIRTY) !== 0n,
  };
}

const SECOND = 1_000_000_000n;

function snapshotJson({ id, name, stateBytes, date, clock, instructions }: ImageSnapshot): object {
  return {
    id,
    name,
    'vm-state-size': stateBytes,
    'date-sec': Number(date / SECOND),
    'date-nsec': Number(date % SECOND),
    'vm-clock-sec': Number(clock / SECOND),
    'vm-clock-nsec': Number(clock % SECOND),
    ...(instructions !== undefined && { icount: Number(instructions) }),
  };
}
