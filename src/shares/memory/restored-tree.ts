import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { Kind, PERMISSIONS, SavedFolderError } from '../../ninep/folder.ts';
import { MOST_NAME } from '../../ninep/request.ts';
import { DirectoryNode, ENTRY_BYTES } from './directory-node.ts';
import type { FilePart } from './file-data.ts';
import {
  FileNode,
  LinkNode,
  type MemoryFile,
  type MemoryNode,
  type NodeTimes,
  type Origin,
  type OriginOf,
  SpecialNode,
  specialKinds,
} from './nodes.ts';
import type { Spaces } from './plant.ts';
import {
  MOST_TABLE,
  type SavedContent,
  type SavedEntry,
  type SavedNode,
  type SavedPart,
  type SavedTable,
} from './saved-tree.ts';
import type { Space } from './space.ts';

/** Owners and modes have 32 bits. */
const MOST_WORD = 0xffffffff;
/** Times that a guest may set: seconds of 64 bits. */
const TIME = /^-?\d{1,30}$/;
const DEVICE = /^\d{1,20}$/;

/** The parts that are needed to restore files. */
export interface RestoredIn extends Spaces {
  /** undefined: there is nowhere that contents could come from. */
  readonly originOf: OriginOf | undefined;
}

/** @throws SavedFolderError where a condition does not hold that saved folders fulfil */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new SavedFolderError(what);
}

/** A whole number from 0 up to a bound. */
export function checkedNumber(value: unknown, most: number, what: string): number {
  check(Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most, what);
  return value as number;
}

/** The table of a saved folder, of which only the lists are known to be such, and the contents of its files. */
export function checkedTable(saved: Saved): { readonly table: SavedTable; readonly contents: Uint8Array } {
  const { table, contents } = (saved ?? {}) as { readonly table?: Saved; readonly contents?: Saved };
  check(table instanceof Uint8Array && contents instanceof Uint8Array, 'it has no table');
  check(table.length <= MOST_TABLE, 'it has too many files');
  const parsed = parsedTable(table);
  for (const list of [parsed?.nodes, parsed?.places, parsed?.uses])
    check(Array.isArray(list) && list.every((one) => Array.isArray(one)), 'its table has no lists');
  return { table: parsed!, contents };
}

function parsedTable(bytes: Uint8Array): SavedTable | null {
  try {
    // A copy: what is unpacked may be in memory that threads share, which browsers decode no text from.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice()));
  } catch {
    throw new SavedFolderError('its table is no JSON');
  }
}

/**
 * The files of a saved folder, by their numbers in its table; the first one is its root. Anybody may have made the table.
 * @throws SavedFolderError if it is none
 * @throws FolderError if there is no room
 */
export function restoredNodes(table: SavedTable, contents: Uint8Array, made: RestoredIn): MemoryNode[] {
  return new TreeReader(table, contents, made).all();
}

/** A directory that is still to be filled, and the way to it. */
interface Unfilled {
  readonly directory: DirectoryNode;
  readonly number: number;
  readonly path: string;
}

class TreeReader {
  readonly #saved: readonly SavedNode[];
  readonly #made: RestoredIn;
  readonly #nodes: MemoryNode[] = [];
  /** Where the contents of each file begin. */
  readonly #starts: readonly number[];
  readonly #contents: Uint8Array;
  readonly #unfilled: Unfilled[] = [];

  constructor({ nodes, lastId }: SavedTable, contents: Uint8Array, made: RestoredIn) {
    this.#saved = nodes;
    this.#contents = contents;
    this.#made = made;
    this.#starts = startsOf(nodes, contents.length);
    made.space.lastId = BigInt(checkedNumber(lastId, Number.MAX_SAFE_INTEGER, 'its last number'));
  }

  all(): MemoryNode[] {
    const root = this.#node(0, '');
    check(root instanceof DirectoryNode, 'its root is no directory');
    root.names = 1;
    // Ways may be too long for recursion.
    for (let next = this.#unfilled.pop(); next !== undefined; next = this.#unfilled.pop()) this.#fill(next);
    // What no name leads to is open somewhere; a directory is empty then.
    for (const number of this.#saved.keys()) this.#node(number, '');
    for (const { directory, number } of this.#unfilled) {
      check(entriesOf(this.#saved[number]!).length === 0, 'files lead nowhere');
      this.#end(directory, number);
    }
    // What came into a directory has changed it.
    this.#nodes.forEach((node, number) => {
      node.setTimes(timesOf(this.#saved[number]!));
    });
    return this.#nodes;
  }

  /** A file that a name leads to, which is made when the first one does. */
  #node(number: number, path: string): MemoryNode {
    const known = this.#nodes[number];
    if (known !== undefined) return known;
    const saved = this.#saved[number];
    check(saved !== undefined, `${path || 'it'} leads to no file`);
    const node = this.#make(saved, number, path);
    this.#nodes[number] = node;
    if (node instanceof DirectoryNode) this.#unfilled.push({ directory: node, number, path });
    return node;
  }

  #fill({ directory, number, path }: Unfilled): void {
    for (const entry of entriesOf(this.#saved[number]!)) {
      check(Array.isArray(entry), `${path} has a file without a name`);
      const [name, target, position, room] = entry;
      checkName(name, path);
      check(directory.find(name) === undefined, `${path}/${name} is there twice`);
      checkedNumber(position, Number.MAX_SAFE_INTEGER, `the place of ${path}/${name}`);
      check(position > directory.lastPosition, `the place of ${path}/${name}`);
      const node = this.#node(checkedNumber(target, MOST_WORD, `the file of ${path}/${name}`), `${path}/${name}`);
      // No directory is in two others, nor in itself.
      check(!(node instanceof DirectoryNode && node.names > 0), `${path}/${name} is in itself`);
      directory.enter(name, { node, position, room: checkedRoom(room, ENTRY_BYTES, this.#made) });
    }
    this.#end(directory, number);
  }

  /**
   * Restores the last position that the directory ever gave. New entries come after it, so that a listing can go on from its
   * position.
   */
  #end(directory: DirectoryNode, number: number): void {
    const { last } = this.#saved[number]![5] as { readonly last?: number };
    const known = checkedNumber(last, Number.MAX_SAFE_INTEGER, 'the last place of a directory');
    directory.lastPosition = Math.max(directory.lastPosition, known);
  }

  #make(saved: SavedNode, number: number, path: string): MemoryNode {
    const [id, mode, user, group, , holds] = saved;
    for (const word of [mode, user, group]) checkedNumber(word, MOST_WORD, `the mode or owner of ${path}`);
    checkedNumber(id, Number.MAX_SAFE_INTEGER, `the number of ${path}`);
    check(typeof holds === 'object' && holds !== null, `it is not said what ${path} holds`);
    const file = { mode: mode & PERMISSIONS, user, group, id: BigInt(id) };
    const { space } = this.#made;
    switch (mode & Kind.mask) {
      case Kind.directory:
        return new DirectoryNode(file, space);
      case Kind.file:
        return this.#file(file, holds as SavedContent & { size: number }, { start: this.#starts[number]!, path });
      case Kind.symbolicLink:
        return linkOf(file, holds as SavedContent & { target: string }, this.#made);
      default:
        return specialOf(mode & Kind.mask, file, holds as { device?: unknown }, space);
    }
  }

  #file(file: MemoryFile, holds: { size: number }, { start, path }: { start: number; path: string }): FileNode {
    const { space, contents, originOf } = this.#made;
    const size = checkedNumber(holds.size, Number.MAX_SAFE_INTEGER, `the size of ${path}`);
    if ('origin' in holds) {
      check(typeof holds.origin === 'string', `the origin of ${path}`);
      if (originOf === undefined) throw new MissingOriginError();
      return new FileNode(file, space, { origin: originBy(originOf, holds.origin, size, path), space: contents });
    }
    const node = new FileNode(file, space);
    node.fill(size, this.#partsOf(holds as SavedContent, start, size));
    return node;
  }

  *#partsOf(holds: SavedContent, start: number, size: number): IterableIterator<FilePart> {
    let at = start;
    for (const [position, bytes] of partsOf(holds)) {
      check(position + bytes <= size, 'a file is longer than it is said');
      yield { position, bytes: this.#contents.subarray(at, at + bytes) };
      at += bytes;
    }
  }
}

function originBy(originOf: OriginOf, name: string, size: number, path: string): Origin {
  try {
    return originOf(name, size, path || 'a file that was removed');
  } catch (error) {
    throw new SavedFolderError((error as Error).message);
  }
}

/** Bytes that a name or a link counts: none where a server's folder has begun with it. */
function checkedRoom(room: unknown, usual: number, { originOf }: RestoredIn): number {
  check(room === usual || room === 0, 'the room of a name is wrong');
  if (room !== usual && originOf === undefined) throw new MissingOriginError();
  return room as number;
}

/** Files of a server are in it, and it is not said which. */
export class MissingOriginError extends SavedFolderError {}

function specialOf(kind: number, file: MemoryFile, { device }: { device?: unknown }, space: Space): SpecialNode {
  check(
    specialKinds.includes(kind) && typeof device === 'string' && DEVICE.test(device),
    'there is no such kind of file',
  );
  return new SpecialNode(kind, BigInt(device), file, space);
}

function linkOf(file: MemoryFile, holds: { target: string }, made: RestoredIn): LinkNode {
  const { target, room } = holds as { readonly target: string; readonly room?: number };
  check(typeof target === 'string' && isBytes(target), 'a link leads nowhere');
  return new LinkNode(target, file, made.space, checkedRoom(room, target.length, made));
}

/** Where the contents of each file begin among those of all. */
function startsOf(nodes: readonly SavedNode[], length: number): number[] {
  let at = 0;
  const starts = nodes.map(([, , , , , holds]) => {
    const start = at;
    for (const [, bytes] of partsOf(holds)) at += bytes;
    return start;
  });
  check(at === length, 'contents of files are missing');
  return starts;
}

/** The saved parts of a file; empty for other nodes. */
function partsOf(holds: SavedContent): readonly SavedPart[] {
  const { parts = [] } = (holds ?? {}) as { readonly parts?: readonly SavedPart[] };
  check(Array.isArray(parts), 'a file has no list of parts');
  for (const part of parts) {
    check(Array.isArray(part), 'a part of a file is none');
    for (const number of [part[0], part[1]]) checkedNumber(number, Number.MAX_SAFE_INTEGER, 'a part of a file is none');
  }
  return parts;
}

function entriesOf([, , , , , holds]: SavedNode): readonly SavedEntry[] {
  const { entries } = holds as { readonly entries?: readonly SavedEntry[] };
  check(Array.isArray(entries), 'a directory has no list of files');
  return entries;
}

function timesOf([, , , , times]: SavedNode): NodeTimes {
  check(
    Array.isArray(times) && times.length === 3 && times.every((time) => typeof time === 'string' && TIME.test(time)),
    'a time is none',
  );
  const [accessTime, modificationTime, changeTime] = times.map((time) => BigInt(time));
  return { accessTime: accessTime!, modificationTime: modificationTime!, changeTime: changeTime! };
}

/** The host's programs get names too: none may lead elsewhere. */
function checkName(name: unknown, path: string): void {
  const isName = typeof name === 'string' && name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
  check(isName && name.length <= MOST_NAME && isBytes(name), `${path} has a name that no file may have`);
}

/** A text with a character for each byte. */
function isBytes(text: string): boolean {
  return /^[\0-\xff]*$/.test(text);
}
