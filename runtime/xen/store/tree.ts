/** An error of the store, by its name as answers have it (xenstored's). */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Most nodes, and bytes of a path and of a value, as xenstored allows a guest. */
const MOST_NODES = 1000;
const LONGEST_PATH = 3072;
const LONGEST_VALUE = 2048;

/** Absolute paths with their values: characters stand for bytes. A parent of each is there. */
export type Nodes = ReadonlyMap<string, string>;

/** A path as a guest of this home directory gives it: absolute. Throws StoreError for what is none. */
export function absolutePath(path: string, home: string): string {
  const absolute = path.startsWith('/') ? path : `${home}/${path}`;
  const isPath = absolute === '/' || /^(\/[\w@:.-]+)+$/.test(absolute);
  if (!isPath || absolute.length > LONGEST_PATH) throw new StoreError('EINVAL');
  return absolute;
}

/** The tree of the store: nodes with values, and nodes below them. */
export class Tree {
  #nodes: Map<string, string>;

  constructor(nodes: Nodes = new Map([['/', '']])) {
    this.#nodes = new Map(nodes);
  }

  get nodes(): Nodes {
    return this.#nodes;
  }

  get(path: string): string | undefined {
    return this.#nodes.get(path);
  }

  /** Names of the nodes below one, in the order in which they were made. */
  children(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.#nodes.keys()].flatMap((at) => {
      const rest = at.startsWith(prefix) ? at.slice(prefix.length) : '';
      return rest === '' || rest.includes('/') ? [] : [rest];
    });
  }

  /** Sets a value; the node and its parents are made if they are not there. Throws StoreError for more than may be. */
  set(path: string, value: string): void {
    const missing = [...parentsOf(path), path].filter((at) => !this.#nodes.has(at));
    const isRoom = this.#nodes.size + missing.length <= MOST_NODES;
    if (value.length > LONGEST_VALUE || !isRoom) throw new StoreError('ENOSPC');
    for (const at of missing) this.#nodes.set(at, '');
    this.#nodes.set(path, value);
  }

  /** Removes a node and all below it; their paths. */
  remove(path: string): string[] {
    const gone = [...this.#nodes.keys()].filter((at) => at === path || at.startsWith(`${path}/`));
    for (const at of gone) this.#nodes.delete(at);
    return gone;
  }
}

/** From the root to the last one. */
function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return ['/', ...parts.map((_, n) => `/${parts.slice(0, n + 1).join('/')}`)];
}
