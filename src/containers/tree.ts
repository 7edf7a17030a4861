import { Kind } from '../ninep/folder.ts';
import { hostName } from '../shares/paths.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { LayerEntry } from './layer.ts';

/** A file of an image, whatever names it has. */
export interface ImageNode {
  readonly id: bigint;
  /** Kind and permissions, as in stat(2). */
  mode: number;
  user: number;
  group: number;
  /** Seconds since 1970. */
  modified: number;
  /** Names that lead to it; a directory: 2, and one for each directory in it. */
  links: number;
  readonly size: number;
  /** For a device: its number. */
  readonly device: number;
  /** For a file: the place of its contents. */
  readonly contents: { readonly layer: number; readonly offset: number } | undefined;
  /** For a symbolic link: its target. */
  readonly target: string | undefined;
  /** For a directory: its entries. */
  readonly children: Map<string, ImageNode> | undefined;
}

/** Symbolic links on the way to a file, at most: Linux's bound. */
const MOST_LINKS = 40;
/** Names on the ways to all files of an image, those of links' targets included, at most: some 20 seconds. */
const MOST_STEPS = 200_000_000;

type NodeFields = Partial<Omit<ImageNode, 'id' | 'links'>>;

/** Largest extent of an image's tree. */
interface TreeLimits {
  /** Names that may be looked up while layers are applied: a small layer could have links that take hours. */
  readonly steps: number;
  /** Files of all kinds, directories that no layer names included: a path can have two thousand of them. */
  readonly files: number;
}

/** The files of an image: its layers, each applied on top of those below it. */
export class ImageTree {
  #nodes = 0n;
  /** Names on the ways that were looked up. */
  #steps = 0;
  readonly #limits: TreeLimits;
  readonly root: ImageNode = this.#node({ mode: Kind.directory | 0o755, children: new Map() });

  constructor(limits: Partial<TreeLimits> = {}) {
    this.#limits = { steps: MOST_STEPS, files: Number.POSITIVE_INFINITY, ...limits };
  }

  /**
   * Applies the next layer.
   * @param layer its number, for the places of contents
   * @param name what messages call it
   * @throws ConfigurationError that names a member which fits nothing below it
   */
  apply(layer: number, name: string, entries: readonly LayerEntry[]): void {
    const fail = (path: string, why: string): never => {
      throw new ConfigurationError(`${name}: '${hostName(path)}': ${why}`);
    };
    // Whiteouts hide what is below, never what the same layer has: they are done first.
    const isWhiteout = ({ kind }: LayerEntry) => kind === 'whiteout' || kind === 'opaque';
    for (const entry of [...entries.filter(isWhiteout), ...entries.filter((one) => !isWhiteout(one))]) {
      if (entry.kind === 'whiteout' || entry.kind === 'opaque') this.#hide(entry);
      else this.#add(entry, layer, fail);
      if (this.#steps > this.#limits.steps) fail(entry.path, 'the ways to the files of the image are too long');
      if (this.count > this.#limits.files) fail(entry.path, `${this.#limits.files} files are possible in an image`);
    }
  }

  #hide({ kind, path }: LayerEntry & { kind: 'whiteout' | 'opaque' }): void {
    if (kind === 'opaque') {
      const directory = this.find(path);
      for (const name of [...(directory?.children?.keys() ?? [])]) this.#remove(directory!, name);
      return;
    }
    const [directory, name] = split(path);
    const parent = this.find(directory);
    if (parent?.children?.has(name)) this.#remove(parent, name);
  }

  #add(entry: Exclude<LayerEntry, { kind: 'whiteout' | 'opaque' }>, layer: number, fail: Fail): void {
    if (entry.path === '') {
      if (entry.kind !== 'directory') fail('/', 'the root can be a directory only');
      else Object.assign(this.root, ownedBy(entry));
      return;
    }
    const [path, name] = split(entry.path);
    const parent = this.#makeDirectory(path, () => fail(entry.path, 'it is in a file that is no directory'));
    const there = parent.children!.get(name);
    if (entry.kind === 'directory' && there?.children) {
      Object.assign(there, ownedBy(entry));
      return;
    }
    const node = entry.kind === 'link' ? this.#linked(entry, fail) : this.#node(fieldsOf(entry, layer));
    if (node === there) return;
    if (there !== undefined) this.#remove(parent, name);
    parent.children!.set(name, node);
    if (node.children) parent.links++;
    else node.links++;
  }

  #linked({ path, target }: LayerEntry & { kind: 'link' }, fail: Fail): ImageNode {
    const [directory, name] = split(target);
    const node = this.find(directory)?.children?.get(name);
    if (node === undefined) return fail(path, `it is a hard link to '${hostName(target)}', which is not in the image`);
    return node.children ? fail(path, `it is a hard link to '${hostName(target)}', which is a directory`) : node;
  }

  #node(fields: NodeFields): ImageNode {
    const { mode = 0, user = 0, group = 0, modified = 0, size = 0, device = 0 } = fields;
    const { contents, target, children } = fields;
    const links = children ? 2 : 0;
    return { id: ++this.#nodes, mode, user, group, modified, links, size, device, contents, target, children };
  }

  #remove(parent: ImageNode, name: string): void {
    const node = parent.children!.get(name)!;
    parent.children!.delete(name);
    if (node.children) parent.links--;
    else node.links--;
  }

  /** A directory, which is made where there is none; links of the image are followed within it. */
  #makeDirectory(path: string, fail: () => never): ImageNode {
    const known = this.find(path);
    if (known?.children) return known;
    if (known !== undefined) return fail();
    const [above, name] = split(path);
    const parent = this.#makeDirectory(above, fail);
    // A link that leads nowhere is no directory.
    if (parent.children!.has(name)) return fail();
    const made = this.#node({ mode: Kind.directory | 0o755, children: new Map() });
    parent.children!.set(name, made);
    parent.links++;
    return made;
  }

  /** The node that a path leads to, with all links followed, as in a chroot: nothing leads out of the root. */
  find(path: string): ImageNode | undefined {
    const names = path.split('/').reverse();
    const way: ImageNode[] = [this.root];
    let links = 0;
    // Taking a long path apart is work too, wherever its way ends.
    this.#steps += names.length;
    while (names.length > 0) {
      const name = names.pop()!;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        if (way.length > 1) way.pop();
        continue;
      }
      const node = way.at(-1)!.children?.get(name);
      if (node === undefined) return undefined;
      if (node.target === undefined) {
        way.push(node);
        continue;
      }
      if (++links > MOST_LINKS) return undefined;
      if (node.target.startsWith('/')) way.length = 1;
      const target = node.target.split('/').reverse();
      this.#steps += target.length;
      names.push(...target);
    }
    return way.at(-1);
  }

  /** Files of all kinds, and the root. */
  get count(): number {
    return Number(this.#nodes);
  }
}

type Fail = (path: string, why: string) => never;

function split(path: string): [directory: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
}

function ownedBy({ mode, user, group, modified }: LayerEntry & { kind: 'directory' }) {
  return { mode, user, group, modified };
}

function fieldsOf(entry: Exclude<LayerEntry, { kind: 'whiteout' | 'opaque' | 'link' }>, layer: number): NodeFields {
  const { mode, user, group, modified } = entry;
  const owned = { mode, user, group, modified };
  switch (entry.kind) {
    case 'directory':
      return { ...owned, children: new Map() };
    case 'file':
      return { ...owned, size: entry.size, contents: { layer, offset: entry.offset } };
    case 'symlink':
      return { ...owned, target: entry.target, size: entry.target.length };
    case 'node':
      return { ...owned, device: entry.device };
  }
}
