import type { Saved } from '../../runtime/snapshot/describe.ts';
import { PIECE_BYTES, type PieceList } from './pieces.ts';

/** A saved state as JSON: in the place of bytes there is where they are, `{ "bytes": [length, piece, count, …] }`. */
export type Tree = number | boolean | string | readonly Tree[] | { readonly [name: string]: Tree };

/** Bytes are given to `keep`. */
export function treeOf(saved: Saved, keep: (bytes: Uint8Array) => PieceList): Tree {
  if (saved instanceof Uint8Array) {
    const { bytes, runs } = keep(saved);
    return { [BYTES]: [bytes, ...runs] };
  }
  if (Array.isArray(saved)) return saved.map((element) => treeOf(element, keep));
  if (typeof saved !== 'object') return saved as Tree;
  return Object.fromEntries(Object.entries(saved).map(([name, value]) => [name, treeOf(value, keep)]));
}

/** No field of a state has this name. */
const BYTES = '<bytes>';

/** The other way round. Throws an Error where the tree is none. */
export function savedOf(tree: Tree, fetch: (list: PieceList) => Uint8Array): Saved {
  if (tree === null) throw new Error('a value is missing');
  if (typeof tree !== 'object') return tree;
  if (Array.isArray(tree)) return tree.map((element) => savedOf(element, fetch));
  const entries = Object.entries(tree);
  if (entries.length !== 1 || entries[0][0] !== BYTES) {
    return Object.fromEntries(entries.map(([name, value]) => [name, savedOf(value, fetch)]));
  }
  return fetch(checkedList(entries[0][1]));
}

function checkedList(list: Tree): PieceList {
  const isList = Array.isArray(list) && list.length % 2 === 1 && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isList) throw new Error('a list of pieces is none');
  const [bytes, ...runs] = list as number[];
  // Whoever goes through the runs has then as much to do as there are pieces, whatever the file says.
  const counts = runs.filter((_, n) => n % 2 === 1);
  const pieces = counts.reduce((sum, count) => sum + count, 0);
  if (counts.includes(0) || pieces !== Math.ceil(bytes! / PIECE_BYTES))
    throw new Error(`a list of pieces has ${pieces} for ${bytes} bytes`);
  return { bytes: bytes!, runs };
}
