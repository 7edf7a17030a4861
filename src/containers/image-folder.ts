import { Errno, FolderError } from '../ninep/errno.ts';
import {
  type Attributes,
  type DirectoryEntry,
  type FolderStatistics,
  Kind,
  type OpenDirectory,
  type OpenFile,
  type SharedFolder,
} from '../ninep/folder.ts';
import { type FolderPlace, Places } from '../ninep/places.ts';
import { OpenFlag } from '../ninep/protocol.ts';
import type { ImageNode, ImageTree } from './tree.ts';

/** Where the contents of an image's files are kept. */
export interface LayerContents {
  /** Fills `target` from the contents of a layer on. Rejects if it can't. */
  read(layer: number, target: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
}

const BLOCK_BYTES = 4096;
const UNIT_BYTES = 512;
/** The kind of file system that it tells it is: 9P, by Linux's include/uapi/linux/magic.h. */
const V9FS_MAGIC = 0x01021997n;
const DOTS = 2;

/** The files of an image as a guest mounts them: none of them changes. */
export class ImageFolder implements SharedFolder {
  readonly states = null;
  readonly #tree: ImageTree;
  readonly #contents: LayerContents;
  readonly #places = new Places(() => {});

  constructor(tree: ImageTree, contents: LayerContents) {
    this.#tree = tree;
    this.#contents = contents;
  }

  root(): FolderPlace {
    return this.#places.root;
  }

  retain(place: FolderPlace): void {
    place.keepers++;
  }

  release(place: FolderPlace): void {
    this.#places.release(place);
  }

  #node(place: FolderPlace): ImageNode {
    return place.way.names.reduceRight((node, name) => childOf(node, name), this.#tree.root);
  }

  async walk(directory: FolderPlace, name: string): Promise<FolderPlace> {
    childOf(this.#node(directory), name);
    return this.#places.at(directory, name);
  }

  async attributes(place: FolderPlace): Promise<Attributes> {
    return attributesOf(this.#node(place));
  }

  async open(place: FolderPlace, flags: number): Promise<OpenFile | OpenDirectory> {
    if ((flags & OpenFlag.access) !== OpenFlag.readOnly || (flags & OpenFlag.truncate) !== 0) return await refused();
    const node = this.#node(place);
    if (node.children) return new OpenImageDirectory(node, place.parent ? this.#node(place.parent) : node);
    if ((flags & OpenFlag.directory) !== 0) throw new FolderError(Errno.notDirectory, 'it is no directory');
    if ((node.mode & Kind.mask) !== Kind.file) throw new FolderError(Errno.notPermitted, 'it is a special file');
    return new OpenImageFile(node, this.#contents);
  }

  async readLink(place: FolderPlace): Promise<string> {
    const { target } = this.#node(place);
    if (target === undefined) throw new FolderError(Errno.invalid, 'it is no symbolic link');
    return target;
  }

  async statistics(): Promise<FolderStatistics> {
    const files = BigInt(this.#tree.count);
    return {
      type: V9FS_MAGIC,
      blockSize: BigInt(BLOCK_BYTES),
      blocks: files,
      free: 0n,
      available: 0n,
      files,
      freeFiles: 0n,
    };
  }

  readonly create = refused;
  readonly makeDirectory = refused;
  readonly makeSymbolicLink = refused;
  readonly makeNode = refused;
  readonly link = refused;
  readonly rename = refused;
  readonly remove = refused;
  readonly change = refused;

  interrupt(): void {}

  async settle(): Promise<void> {}

  /** The contents stay open: they are those of whoever opened them, and a machine that could not be restored may be followed by another. */
  async close(): Promise<void> {}
}

async function refused(): Promise<never> {
  throw new FolderError(Errno.readOnly, 'an image does not change');
}

function childOf(node: ImageNode, name: string): ImageNode {
  if (!node.children) throw new FolderError(Errno.notDirectory, 'it is no directory');
  const child = node.children.get(name);
  if (child === undefined) throw new FolderError(Errno.noEntry, 'there is no such file');
  return child;
}

function attributesOf(node: ImageNode): Attributes {
  const time = BigInt(node.modified) * 1_000_000_000n;
  const size = node.children ? BLOCK_BYTES : node.size;
  return {
    mode: node.mode,
    user: node.user,
    group: node.group,
    links: BigInt(node.links),
    device: BigInt(node.device),
    size: BigInt(size),
    blockSize: BigInt(BLOCK_BYTES),
    blocks: BigInt(Math.ceil(size / UNIT_BYTES)),
    accessTime: time,
    modificationTime: time,
    changeTime: time,
    id: node.id,
  };
}

/** A file of an image, open for reading. */
class OpenImageFile implements OpenFile {
  readonly kind = 'file';
  readonly #node: ImageNode;
  readonly #contents: LayerContents;

  constructor(node: ImageNode, contents: LayerContents) {
    this.#node = node;
    this.#contents = contents;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    const { size, contents } = this.#node;
    const length = Math.max(0, Math.min(target.length, size - position));
    if (length === 0 || contents === undefined) return 0;
    await this.#contents.read(contents.layer, target.subarray(0, length), contents.offset + position);
    return length;
  }

  readonly write = refused;

  async sync(): Promise<void> {}

  async close(): Promise<void> {}
}

/** A directory of an image, open. Positions count its entries, "." and ".." first. */
class OpenImageDirectory implements OpenDirectory {
  readonly kind = 'directory';
  readonly #entries: readonly (readonly [name: string, node: ImageNode])[];

  constructor(node: ImageNode, parent: ImageNode) {
    this.#entries = [['.', node], ['..', parent], ...node.children!];
  }

  async list(from: number, take: (entry: DirectoryEntry) => boolean, closing: AbortSignal): Promise<void> {
    closing.throwIfAborted();
    for (let n = Math.max(0, from); n < this.#entries.length; n++) {
      const [name, { id, mode }] = this.#entries[n]!;
      if (!take({ name, next: n + 1, id, kind: n < DOTS ? Kind.directory : mode & Kind.mask })) return;
    }
  }

  async close(): Promise<void> {}
}
