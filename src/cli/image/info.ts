import { stat } from 'node:fs/promises';
import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { printable } from '../../printable.ts';
import { isHttp } from '../../storage/http/store.ts';
import { formatOf } from '../../storage/open.ts';
import { CORRUPT, DIRTY } from '../../storage/qcow2/extensions.ts';
import { type Header, readHeader } from '../../storage/qcow2/header.ts';
import { RawDisk } from '../../storage/raw.ts';
import { sizeText } from '../../storage/size-text.ts';
import type { ByteStore } from '../../storage/store.ts';
import { type Arguments, formatNamed } from './arguments.ts';

/** `image info`: returns what it says, as text or as JSON with the names of qemu-img. */
export async function imageInfo({ values, words: [file] }: Arguments): Promise<string> {
  const { output = 'human' } = values;
  if (output !== 'human' && output !== 'json') throw new ConfigurationError('--output is human or json');
  const store = await nodeStorage.open(file, 'read');
  try {
    const header =
      (await formatOf(store, formatNamed(values.format))) === 'qcow2' ? await readHeader(store) : undefined;
    const used = isHttp(file) ? undefined : (await stat(file)).blocks * 512;
    return output === 'json'
      ? `${JSON.stringify(jsonOf(store, header, used), null, 4)}\n`
      : textOf(store, header, used);
  } finally {
    await store.close();
  }
}

const compatOf = ({ version }: Header): string => (version === 2 ? '0.10' : '1.1');
const compressionOf = ({ compression }: Header): string => (compression === 'deflate' ? 'zlib' : 'zstd');

/** Bytes of the disk that an image stands for. */
const sizeOf = (store: ByteStore, header: Header | undefined): number => header?.size ?? new RawDisk(store).size;

function textOf(store: ByteStore, header: Header | undefined, used: number | undefined): string {
  const size = sizeOf(store, header);
  const lines = [
    `image: ${store.name}`,
    `file format: ${header ? 'qcow2' : 'raw'}`,
    `virtual size: ${sizeText(size)} (${size} bytes)`,
    `disk size: ${used === undefined ? 'unavailable' : sizeText(used)}`,
    ...(header ? qcow2Lines(header) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function qcow2Lines(header: Header): string[] {
  const { backingFile, extensions, snapshotCount } = header;
  return [
    `cluster_size: ${2 ** header.clusterBits}`,
    ...(backingFile === undefined ? [] : [`backing file: ${printable(backingFile)}`]),
    ...(extensions.backingFormat === undefined ? [] : [`backing file format: ${printable(extensions.backingFormat)}`]),
    ...(snapshotCount > 0 ? [`snapshots: ${snapshotCount}`] : []),
    'Format specific information:',
    `    compat: ${compatOf(header)}`,
    `    compression type: ${compressionOf(header)}`,
    `    refcount bits: ${2 ** header.refcountOrder}`,
    `    dirty: ${(header.incompatible & DIRTY) !== 0n}`,
    `    corrupt: ${(header.incompatible & CORRUPT) !== 0n}`,
  ];
}

function jsonOf(store: ByteStore, header: Header | undefined, used: number | undefined): object {
  const common = {
    'virtual-size': sizeOf(store, header),
    filename: store.name,
    format: header ? 'qcow2' : 'raw',
    'actual-size': used,
  };
  if (!header) return { ...common, 'dirty-flag': false };
  const data = {
    compat: compatOf(header),
    'compression-type': compressionOf(header),
    'refcount-bits': 2 ** header.refcountOrder,
    corrupt: (header.incompatible & CORRUPT) !== 0n,
  };
  return {
    ...common,
    'cluster-size': 2 ** header.clusterBits,
    'backing-filename': header.backingFile,
    'backing-filename-format': header.extensions.backingFormat,
    'format-specific': { type: 'qcow2', data },
    'dirty-flag': (header.incompatible & DIRTY) !== 0n,
  };
}
