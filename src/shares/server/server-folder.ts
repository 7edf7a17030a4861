import type { Host } from '../../host.ts';
import { Errno, FolderError } from '../../ninep/errno.ts';
import { RemoteFile } from '../../storage/http/remote-file.ts';
import { hasZstdFrame } from '../../storage/zstd-frame.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';
import type { Origin, OriginOf, Origins } from '../memory/nodes.ts';
import type { Planted } from '../memory/plant.ts';
import { filesOf, IndexError } from './index-file.ts';
import { Waiting } from './waiting.ts';

/** A folder on a web server: its index, and where the contents of its files are. */
export interface ServerFolder {
  /** The address of the index, as v86's `basefs`: `npx rawiron pack` makes one, and v86's tools do. */
  readonly index: string;
  /** The address of the folder with the contents of files, as v86's `baseurl`. */
  readonly contents: string;
}

/** The functions that such a folder needs from the one who opens it. */
export interface ServerClient {
  readonly host: Pick<Host, 'addressOf' | 'decompressor'>;
  /** Hears once of each file whose contents could not be had, for which the guest gets an I/O error. */
  log(message: string): void;
}

/** Bytes of an index at most: a million files. */
const MOST_INDEX = 128 << 20;
/** Names of contents that are compressed. */
const ZSTD = /\.zst$/;

/** A folder of a server: what it has, and the contents of its files, which are asked for when the guest opens them. */
export class ServerContents implements Origins {
  readonly #server: ServerFolder;
  readonly #client: ServerClient;
  readonly #base: URL;
  readonly #waiting = new Waiting();

  /** @throws ConfigurationError if an address is none */
  constructor(server: ServerFolder, client: ServerClient) {
    this.#server = server;
    this.#client = client;
    this.#base = folderAt(client.host.addressOf(server.contents));
  }

  /**
   * The files that the index lists.
   * @throws ConfigurationError
   */
  async files(): Promise<Planted[]> {
    const file = new RemoteFile(this.#client.host.addressOf(this.#server.index));
    return filesOf(await whole(file, MOST_INDEX, this.#waiting.signal), file.name, this.originOf);
  }

  /** Throws IndexError where there can be none by that name. */
  readonly originOf: OriginOf = (name, size, path) =>
    new Contents(this.#client, this.#waiting, { name, size, path, address: addressWithin(this.#base, name) });

  interrupt(): void {
    this.#waiting.end();
  }

  afresh(): ServerContents {
    return new ServerContents(this.#server, this.#client);
  }
}

/** The address of a folder, as addresses are compared. */
function folderAt(address: string): URL {
  const { name } = new RemoteFile(address);
  const url = new URL(address);
  if (url.search !== '' || url.hash !== '')
    throw new ConfigurationError(`${name} is no address of a folder; leave out what begins with ? or #`);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** An index leads nowhere else. */
function addressWithin(base: URL, name: string): string {
  if (URL.canParse(name, base)) {
    const { href } = new URL(name, base);
    if (href.startsWith(base.href)) return href;
  }
  throw new IndexError(`its contents '${name}' are not below ${new RemoteFile(base.href).name}`);
}

async function whole(file: RemoteFile, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const close = () => file.close();
  signal.addEventListener('abort', close);
  try {
    return await file.whole(most);
  } finally {
    signal.removeEventListener('abort', close);
  }
}

/** Contents of a file. */
interface Content {
  readonly name: string;
  readonly size: number;
  /** In the guest's folder. */
  readonly path: string;
  readonly address: string;
}

/** The contents of a file on the server. */
class Contents implements Origin {
  readonly name: string;
  readonly size: number;
  readonly #client: ServerClient;
  readonly #waiting: Waiting;
  readonly #address: string;
  readonly #path: string;
  #isTold = false;

  constructor(client: ServerClient, waiting: Waiting, { name, size, path, address }: Content) {
    this.#client = client;
    this.#waiting = waiting;
    this.#address = address;
    this.name = name;
    this.size = size;
    this.#path = path;
  }

  async read(): Promise<Uint8Array> {
    const { signal } = this.#waiting;
    try {
      return this.size === 0 ? new Uint8Array() : await this.#all(signal);
    } catch (error) {
      const reason = signal.aborted ? 'it is not waited for any more' : messageOf(error);
      const problem = `cannot be read: ${reason}`;
      if (!this.#isTold && !signal.aborted) {
        this.#isTold = true;
        this.#client.log(`${this.#path} ${problem}`);
      }
      throw new FolderError(Errno.io, problem);
    }
  }

  async #all(signal: AbortSignal): Promise<Uint8Array> {
    const { size } = this;
    const file = new RemoteFile(this.#address);
    const isCompressed = ZSTD.test(new URL(this.#address).pathname);
    // What does not get smaller grows by some bytes a block (RFC 8878, 3.1.1.2).
    const most = isCompressed ? size + Math.ceil(size / 256) + 1024 : size;
    const bytes = await whole(file, most, signal);
    // What the server sent as one that is encoded so (Content-Encoding) has been decompressed on its way.
    const isUnpacked = bytes.length === size && !hasZstdFrame(bytes);
    const all = isCompressed && !isUnpacked ? await this.#unpacked(file.name, bytes) : bytes;
    if (all.length === size) return all;
    throw new ConfigurationError(`${file.name} has ${all.length} bytes, the index says ${size}`);
  }

  async #unpacked(name: string, bytes: Uint8Array): Promise<Uint8Array> {
    const { zstd } = this.#client.host.decompressor;
    if (zstd === undefined) throw new ConfigurationError(`${name} is compressed by zstd, which this host cannot read`);
    try {
      return await zstd(bytes, this.size);
    } catch (error) {
      throw new ConfigurationError(`${name} cannot be decompressed: ${messageOf(error)}`);
    }
  }
}
