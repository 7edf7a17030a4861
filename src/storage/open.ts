import { formatNames, type ImageFormat, isImageFormat, type OpenImage } from './formats.ts';
import { OverlayDisk } from './overlay.ts';
import { OverlayPages, type Scratch } from './overlay-pages.ts';
import { formatOfBytes, PROBE_BYTES } from './probe.ts';
import { ProbedRawDisk } from './probed-raw.ts';
import { filePath } from './protocols.ts';
import type { Decompressor } from './qcow2/compressed.ts';
import type { SnapshotChoice } from './qcow2/snapshots.ts';
import { RawDisk } from './raw.ts';
import { type ByteStore, type Disk, InUseError, StorageError } from './store.ts';
import { TableMemory } from './table-memory.ts';

/** The services of a host for images. */
export interface StorageHost {
  readonly decompressor: Decompressor;
  /** Where changes go that memory is not to hold. Missing: memory holds all. */
  readonly scratch?: Scratch;
  /** @throws StorageError */
  open(name: string, access: 'read' | 'write'): Promise<ByteStore>;
  /**
   * Opens a file for reading while others may write to it. Missing: `open` does it.
   * @throws StorageError
   */
  peek?(name: string): Promise<ByteStore>;
  /**
   * The {@link ByteStore.identity} that the store will have.
   * @throws StorageError
   */
  identify(name: string): Promise<string>;
  /**
   * The name of a backing file, which stands in the image `from`, as this host takes it.
   * @throws StorageError if it takes none such
   */
  resolve(from: string, name: string): string;
}

export interface OpenOptions {
  /** Found out from the first bytes where it is missing. A raw image then refuses writes that would change what it looks like. */
  readonly format?: ImageFormat | undefined;
  /** Default: write. */
  readonly access?: 'read' | 'write';
  /** The image is only read; changes are forgotten when the disk is closed. */
  readonly snapshot?: boolean;
  /** A snapshot that the image has within itself is seen in the place of what it has now; it is only read. */
  readonly internalSnapshot?: SnapshotChoice | undefined;
}

/** Images in a chain; more are a mistake or an attack. */
const MOST_IMAGES = 64;

/** Opens an image with all images that it stands on. Those are only read. */
export async function openDisk(host: StorageHost, name: string, options: OpenOptions = {}): Promise<Disk> {
  const { format, access = 'write', snapshot = false, internalSnapshot } = options;
  const isOnlyRead = snapshot || internalSnapshot !== undefined;
  const layer = { format, access: isOnlyRead ? 'read' : access, internalSnapshot } as const;
  const disk = await openLayer(host, name, layer, { names: [], tables: new TableMemory() });
  return snapshot ? new OverlayDisk(disk, new OverlayPages(host.scratch)) : disk;
}

/** How an image of a chain is opened. */
interface LayerOptions {
  readonly format: string | undefined;
  readonly access: 'read' | 'write';
  readonly internalSnapshot?: SnapshotChoice | undefined;
}

/** The images that an image is opened for: their identities, and the memory for the tables of all of them. */
interface Chain {
  readonly names: readonly string[];
  readonly tables: TableMemory;
}

async function openLayer(
  host: StorageHost,
  name: string,
  { format, access, internalSnapshot }: LayerOptions,
  { names: above, tables }: Chain,
): Promise<Disk> {
  // An image that is being written cannot be opened once more.
  if (above.includes(await host.identify(name)))
    throw new StorageError({ name }, 'is its own backing file, by way of others or not');
  const store = await host.open(name, access);
  try {
    if (above.length >= MOST_IMAGES)
      throw new StorageError(store, `stands below ${MOST_IMAGES} other images: too many`);
    const found = await formatOf(store, format);
    if (found !== 'qcow2' && internalSnapshot) throw new StorageError(store, `a ${found} image has no snapshots`);
    if (found === 'raw') return format === 'raw' ? new RawDisk(store) : await ProbedRawDisk.open(store);
    const open = await openers[found]();
    const chain: Chain = { names: [...above, store.identity], tables };
    return await open({
      ...{ store, internalSnapshot, tables, decompressor: host.decompressor },
      openBacking: (backing, backingFormat) => openBacking(host, store, backing, backingFormat, chain),
      openPart: (part) => openPart(host, store, part, access),
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens images of each format that has a header. A page loads the code of one with the first such image. */
const openers: Readonly<Record<Exclude<ImageFormat, 'raw'>, () => Promise<OpenImage>>> = {
  qcow2: async () => (await import('./qcow2/open.ts')).openQcow2,
  vdi: async () => (await import('./vdi/image.ts')).openVdi,
  vhdx: async () => (await import('./vhdx/image.ts')).openVhdx,
  vmdk: async () => (await import('./vmdk/image.ts')).openVmdk,
  vpc: async () => (await import('./vhd/image.ts')).openVhd,
};

async function openBacking(
  host: StorageHost,
  store: ByteStore,
  backingFile: string,
  format: string | undefined,
  chain: Chain,
): Promise<Disk> {
  const name = backingName(host, store, backingFile);
  await host.identify(name).catch((error: Error) => {
    throw notFound(store, error);
  });
  return openLayer(host, name, { format, access: 'read' }, chain);
}

/**
 * Opens a file with a part of an image, beside it: an image that came from elsewhere names no other file of the host.
 * @throws StorageError
 */
async function openPart(
  host: StorageHost,
  store: ByteStore,
  name: string,
  access: 'read' | 'write',
): Promise<ByteStore> {
  if (!/^[^/\\:]+$/.test(name) || name === '.' || name === '..')
    throw new StorageError(store, `its part "${name}" is not a file beside it, which is not supported`);
  const found = resolved(host, store, name);
  return await host.open(found, access).catch((error: Error) => {
    // Whoever has the part has the image.
    if (error instanceof InUseError) throw error;
    throw new StorageError(store, `its part cannot be opened, which must be beside it: ${error.message}`, {
      cause: error,
    });
  });
}

/**
 * The name by which a host opens the backing file that an image names.
 * @throws StorageError if the image names something other than a file, here or on a web server
 */
export function backingName(host: StorageHost, store: ByteStore, name: string): string {
  const plain = filePath(name);
  const found = isPlain(plain) ? resolved(host, store, plain) : plain;
  // Beside an address a name is read as browsers do, which find a protocol where there seemed to be none.
  if (isPlain(found)) return found;
  throw new StorageError(
    store,
    `its backing file "${name}" is neither a plain file nor on a web server, which is not supported`,
  );
}

function resolved(host: StorageHost, store: ByteStore, plain: string): string {
  try {
    return host.resolve(store.name, plain);
  } catch (error) {
    throw notFound(store, error as Error);
  }
}

function notFound(store: ByteStore, { message, cause }: Error): StorageError {
  return new StorageError(store, `its backing file cannot be found: ${message}`, { cause });
}

/** Whether a name has no protocol, or that of web servers. One letter is a drive of Windows. */
function isPlain(name: string): boolean {
  const protocol = /^([a-z][\w+.-]+):/i.exec(name)?.[1];
  return protocol === undefined || /^https?$/i.test(protocol);
}

/**
 * The format of an image.
 * @throws StorageError if it is one that isn't supported, or not the one that was asked for
 */
export async function formatOf(store: ByteStore, format?: string): Promise<ImageFormat> {
  if (format !== undefined && !isImageFormat(format))
    throw new StorageError(store, `the format ${format} is not supported; there are ${formatNames}`);
  const found = format ?? (await foundFormat(store));
  if (isImageFormat(found)) return found;
  throw new StorageError(store, `is a ${found} image, which is not supported; there are ${formatNames}`);
}

async function foundFormat(store: ByteStore): Promise<string> {
  const start = new Uint8Array(Math.min(store.size, PROBE_BYTES));
  await store.read(0, start);
  return formatOfBytes(start);
}
