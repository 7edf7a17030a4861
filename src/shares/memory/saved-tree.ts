import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { Errno, FolderError } from '../../ninep/errno.ts';
import type { FolderUse } from '../../ninep/folder.ts';
import type { FolderPlace } from '../../ninep/places.ts';
import { concatenate } from '../../util/bytes.ts';
import { DirectoryNode } from './directory-node.ts';
import { FileNode, LinkNode, type MemoryNode } from './nodes.ts';
import { MemoryOpenDirectory, MemoryOpenFile } from './open.ts';

/** The contents of a file in a saved folder. Nodes are numbers in the table's list. */
export type SavedContent =
  | { readonly entries: readonly SavedEntry[]; readonly last: number }
  | { readonly size: number; readonly parts: readonly SavedPart[] }
  | { readonly size: number; readonly origin: string }
  | { readonly target: string; readonly room: number }
  /** The number of a device file. */
  | { readonly device: string };

export type SavedEntry = readonly [name: string, node: number, position: number, room: number];
/** Bytes of a file; they follow those of the part before in the contents of all. */
export type SavedPart = readonly [position: number, bytes: number];

/** A file: its mode as in stat(2), and access, modification and change in nanoseconds since 1970. */
export type SavedNode = readonly [
  id: number,
  mode: number,
  user: number,
  group: number,
  times: readonly [string, string, string],
  holds: SavedContent,
];

/** A name in a place, by its number in the table's list; GONE: it was removed. The first one is the folder itself. */
export type SavedPlace = readonly [directory: number, name: string];
export const GONE = -1;

/** A client's use of the folder: a place, and the node that is open there with its flags. */
export type SavedUse = readonly [place: number] | readonly [place: number, node: number, flags: number];

/** A folder in memory. The first of its nodes is its root. */
export interface SavedTable {
  readonly lastId: number;
  readonly nodes: readonly SavedNode[];
  readonly places: readonly SavedPlace[];
  readonly uses: readonly SavedUse[];
}

/** Bytes of a table at most, for some 300,000 files: parsed, it may take thirty times as much memory, and anybody may have made it. */
export const MOST_TABLE = 32 << 20;

/** The contents of a folder. */
export interface Tree {
  readonly root: DirectoryNode;
  readonly lastId: bigint;
  readonly rootPlace: FolderPlace;
}

/**
 * A folder with what is in use of it. Throws FolderError if it has too many files.
 * @returns a table as JSON, and the contents of files one after the other
 */
export function savedTree(tree: Tree, uses: readonly FolderUse[]): Saved {
  const writer = new TreeWriter();
  writer.addTree(tree.root);
  const places = new PlaceWriter(tree.rootPlace);
  const savedUses = uses.map(({ place, open }): SavedUse => {
    const number = places.add(place as FolderPlace);
    if (!(open instanceof MemoryOpenFile || open instanceof MemoryOpenDirectory)) return [number];
    return [number, writer.numberOf(open.node), open instanceof MemoryOpenFile ? open.flags : 0];
  });
  const nodes = writer.nodes();
  const table: SavedTable = { lastId: Number(tree.lastId), nodes, places: places.all, uses: savedUses };
  return { table: tableBytes(table), contents: concatenate(writer.contents) };
}

function tableBytes(table: SavedTable): Uint8Array {
  try {
    const bytes = new TextEncoder().encode(JSON.stringify(table));
    if (bytes.length <= MOST_TABLE) return bytes;
  } catch (error) {
    // A text that is longer than any can be.
    if (!(error instanceof RangeError)) throw error;
  }
  throw new FolderError(Errno.tooLarge, 'it has too many files, or too long links, for a snapshot');
}

class TreeWriter {
  readonly contents: Uint8Array[] = [];
  readonly #numbers = new Map<MemoryNode, number>();

  /** Its number; what no name leads to any more gets one now. */
  numberOf(node: MemoryNode): number {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    return number;
  }

  /** Ways may be too long for recursion: directories that are met are gone through later. */
  addTree(root: DirectoryNode): void {
    const waiting = [root];
    this.numberOf(root);
    for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop())
      for (const [, { node }] of directory.entries()) {
        this.numberOf(node);
        if (node instanceof DirectoryNode) waiting.push(node);
      }
  }

  nodes(): SavedNode[] {
    return [...this.#numbers.keys()].map((node) => {
      const { id, mode, user, group, accessTime, modificationTime, changeTime } = node.attributes;
      const times = [`${accessTime}`, `${modificationTime}`, `${changeTime}`] as const;
      return [Number(id), mode, user, group, times, this.#contentOf(node)];
    });
  }

  #contentOf(node: MemoryNode): SavedContent {
    if (node instanceof DirectoryNode) {
      const entries = [...node.entries()].map(
        ([name, { node, position, room }]): SavedEntry => [name, this.numberOf(node), position, room],
      );
      return { entries, last: node.lastPosition };
    }
    if (node instanceof FileNode) return this.#fileContentOf(node);
    if (node instanceof LinkNode) return { target: node.target, room: node.room };
    return { device: `${node.device}` };
  }

  /** The contents of a file to be saved; for a file with an origin only its name, as the origin can give them again. */
  #fileContentOf(node: FileNode): SavedContent {
    const { size, origin } = node;
    if (origin !== null) return { size, origin: origin.name };
    return { size, parts: [...node.parts()].map(({ position, bytes }): SavedPart => [position, this.#keep(bytes)]) };
  }

  #keep(bytes: Uint8Array): number {
    this.contents.push(bytes);
    return bytes.length;
  }
}

class PlaceWriter {
  readonly all: SavedPlace[] = [];
  readonly #numbers = new Map<FolderPlace, number>();

  constructor(root: FolderPlace) {
    this.#enter(root);
  }

  #enter(place: FolderPlace): number {
    const { parent, name } = place;
    const number = this.all.push([parent === null ? GONE : this.#numbers.get(parent)!, name]) - 1;
    this.#numbers.set(place, number);
    return number;
  }

  /** Its number. The places that it is in come before it. */
  add(place: FolderPlace): number {
    const way: FolderPlace[] = [];
    for (let at: FolderPlace | null = place; at !== null && !this.#numbers.has(at); at = at.parent) way.push(at);
    return way.reduceRight((_, one) => this.#enter(one), this.#numbers.get(place) ?? 0);
  }
}
