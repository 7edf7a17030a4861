import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { backingName, formatOf, openDisk } from '../../storage/open.ts';
import { commitToBacking } from '../../storage/qcow2/commit.ts';
import { Qcow2Disk } from '../../storage/qcow2/disk.ts';
import { type Header, readHeader } from '../../storage/qcow2/header.ts';
import type { ByteStore } from '../../storage/store.ts';
import { type Arguments, formatNamed } from './arguments.ts';
import { progressLine } from './progress.ts';
import { resizeFile } from './resize.ts';

/** `image commit`: puts what an image has of its own into its backing file, and empties it unless it is to be kept. */
export async function commitImage({ values, words: [file] }: Arguments): Promise<string> {
  const store = await nodeStorage.open(file, 'write');
  try {
    const below = await backingOf(store, values.format);
    // The backing file is opened below, to be written.
    const image = await Qcow2Disk.open(store, undefined, nodeStorage.decompressor);
    const progress = values.progress && !values.quiet ? progressLine(image.size) : undefined;
    await resizeFile(below.name, below.format, (old) => Math.max(old, image.size));
    const backing = await openDisk(nodeStorage, below.name, { format: below.format });
    await commitToBacking(image, backing, (done) => progress?.show(done)).finally(() => backing.close());
    if (!values.keep) await image.clear();
    await image.close();
    progress?.end();
  } finally {
    await store.close();
  }
  return 'Image committed.\n';
}

/** @throws ConfigurationError if an image stands on nothing */
async function backingOf(store: ByteStore, format: string | undefined) {
  const header: Header | undefined =
    (await formatOf(store, formatNamed(format))) === 'qcow2' ? await readHeader(store) : undefined;
  if (header?.backingFile === undefined)
    throw new ConfigurationError(`${store.name}: has no backing file to commit it to`);
  return {
    name: backingName(nodeStorage, store, header.backingFile),
    format: formatNamed(header.extensions.backingFormat),
  };
}
