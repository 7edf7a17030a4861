import { ConfigurationError, messageOf } from '../../errors.ts';
import type { Host } from '../../host.ts';
import { Errno, FolderError } from '../../ninep/errno.ts';
import { RemoteFile } from '../../storage/http/remote-file.ts';
import type { Planted } from '../memory/plant.ts';
import { filesOf, type OriginOf } from './index-file.ts';

/** A folder on a web server: its index, and where the contents of its files are. */
export interface ServerFolder {
  /** The address of the index, as v86's `basefs`: `npx rawiron pack` makes one, and v86's tools do. */
  readonly index: string;
  /** The address of the folder with the contents of files, as v86's `baseurl`. */
  readonly contents: string;
}

/** What opens such a folder needs of its host. */
export type ServerHost = Pick<Host, 'addressOf' | 'decompressor'>;

/** Bytes of an index at most: some millions of files. */
const MOST_INDEX = 512 << 20;
/** Names of contents that are compressed. */
const ZSTD = /\.zst$/;

/**
 * What the folder has; contents are asked for when the guest opens a file.
 * @param log hears of contents that could not be had, for which the guest gets an I/O error
 * @throws ConfigurationError
 */
export async function filesOfServer(
  { index, contents }: ServerFolder,
  host: ServerHost,
  log: (message: string) => void,
): Promise<Planted[]> {
  const base = host.addressOf(contents.endsWith('/') ? contents : `${contents}/`);
  const address = host.addressOf(index);
  const { decompressor } = host;
  const originOf: OriginOf = (name, size) => ({
    size,
    read: async () => {
      if (size === 0) return new Uint8Array();
      try {
        return await contentsAt(addressWithin(base, name), size, decompressor);
      } catch (error) {
        log(`a file of the guest's folder cannot be read: ${messageOf(error)}`);
        throw new FolderError(Errno.io, messageOf(error));
      }
    },
  });
  const file = new RemoteFile(address);
  return filesOf(await file.whole(MOST_INDEX), file.name, originOf);
}

/** An index leads nowhere else. */
function addressWithin(base: string, name: string): string {
  const { href } = new URL(name, base);
  if (!href.startsWith(base))
    throw new ConfigurationError(`the index has contents '${name}', which are not below ${base}`);
  return href;
}

async function contentsAt(address: string, size: number, { zstd }: Host['decompressor']): Promise<Uint8Array> {
  const file = new RemoteFile(address);
  const isCompressed = ZSTD.test(address);
  // What does not get smaller grows by some bytes a block (RFC 8878, 3.1.1.2).
  const bytes = await file.whole(isCompressed ? size + (size >> 8) + 1024 : size);
  const whole = isCompressed ? await unpacked(file.name, bytes, size, zstd) : bytes;
  if (whole.length === size) return whole;
  throw new ConfigurationError(`${file.name} has ${whole.length} bytes, the index says ${size}`);
}

async function unpacked(
  name: string,
  bytes: Uint8Array,
  size: number,
  zstd: Host['decompressor']['zstd'],
): Promise<Uint8Array> {
  if (zstd === undefined) throw new ConfigurationError(`${name} is compressed by zstd, which this host cannot read`);
  try {
    return await zstd(bytes, size);
  } catch (error) {
    throw new ConfigurationError(`${name} cannot be decompressed: ${messageOf(error)}`);
  }
}
