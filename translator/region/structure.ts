/** Number of a block in its region; the entry is 0. */
export type BlockIndex = number;

/** How a branch between two blocks of a region is written. */
export type EdgeKind =
  /** To the head of a loop that the source is in: `continue`. */
  | 'continue'
  /** To a block that several branches lead to: `break` out of the labelled block in front of it. */
  | 'break'
  /** To a block that only this branch leads to: its code stands here. */
  | 'inline'
  /** Into a loop past its head: by way of the dispatch, with the number of the block to go on at. */
  | 'dispatch'
  /** To no block of the region that may be gone to: the region is left. */
  | 'exit';

/** The control flow of a region as nested labelled blocks and loops. */
export interface Structure {
  /** Where its code begins: at block 0, or at the dispatch. */
  readonly root: BlockIndex;
  /** Blocks that the dispatch leads to, by which the region is entered first; none if it has no dispatch. */
  readonly dispatched: readonly BlockIndex[];
  /** Whether the block is the head of a loop. */
  isLoop(block: BlockIndex): boolean;
  /** Blocks that follow this one's code, each after a labelled block that ends before it; innermost first. */
  merges(block: BlockIndex): readonly BlockIndex[];
  edge(from: BlockIndex, to: BlockIndex): EdgeKind;
}

/**
 * Structures a control-flow graph by its dominator tree (Ramsey, Beyond Relooper, ICFP 2022). `successors` lists every
 * branch of a block, the same target twice if two branches lead there. A graph with several entries, or with a loop that is come
 * to past its head, gets one more block, the dispatch, in front of all: it leads to the entries and to where such branches go.
 */
export function structureRegion(
  successors: readonly (readonly BlockIndex[])[],
  entries: readonly BlockIndex[] = [0],
): Structure {
  const dispatch = successors.length;
  const dispatched = new Set(entries);
  let edges = successors;
  for (;;) {
    const root = dispatched.size > 1 ? dispatch : entries[0];
    const graph = root === dispatch ? [...edges, [...dispatched]] : edges;
    const order = reversePostorder(graph, root);
    const dominators = immediateDominators(graph, order);
    const isIrreducible = (from: BlockIndex, to: BlockIndex): boolean =>
      order.number[from] >= 0 && order.number[to] <= order.number[from] && !dominates(dominators, to, from, root);
    const irreducible = edges.flatMap((targets, from) => targets.filter((to) => isIrreducible(from, to)));
    if (irreducible.length === 0) return new DominatorTree(successors, edges, [...dispatched], root, order, dominators);
    edges = edges.map((targets, from) => targets.filter((to) => !isIrreducible(from, to)));
    for (const to of irreducible) dispatched.add(to);
  }
}

interface Order {
  /** Reachable blocks, in reverse postorder, and each block's place in it (-1: unreachable). */
  readonly blocks: BlockIndex[];
  readonly number: Int32Array;
}

function reversePostorder(successors: readonly (readonly BlockIndex[])[], root: BlockIndex): Order {
  const seen = new Uint8Array(successors.length);
  const postorder: BlockIndex[] = [];
  const stack: { block: BlockIndex; next: number }[] = [{ block: root, next: 0 }];
  seen[root] = 1;
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const targets = successors[top.block];
    if (top.next === targets.length) {
      postorder.push(top.block);
      stack.pop();
    } else {
      const to = targets[top.next++];
      if (seen[to]) continue;
      seen[to] = 1;
      stack.push({ block: to, next: 0 });
    }
  }
  const blocks = postorder.reverse();
  const number = new Int32Array(successors.length).fill(-1);
  blocks.forEach((block, n) => {
    number[block] = n;
  });
  return { blocks, number };
}

/** By Cooper, Harvey and Kennedy, A Simple, Fast Dominance Algorithm; -1 where a block cannot be reached. */
function immediateDominators(successors: readonly (readonly BlockIndex[])[], order: Order): Int32Array {
  const dominator = new Int32Array(successors.length).fill(-1);
  const predecessors: BlockIndex[][] = successors.map(() => []);
  for (const from of order.blocks) for (const to of successors[from]) predecessors[to].push(from);
  const [root] = order.blocks;
  dominator[root] = root;
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order.blocks) {
      if (block === root) continue;
      const known = predecessors[block].filter((from) => dominator[from] >= 0);
      const common = known.reduce((a, b) => meet(dominator, order, a, b));
      if (common !== dominator[block]) changed = true;
      dominator[block] = common;
    }
  }
  return dominator;
}

function meet(dominator: Int32Array, order: Order, a: BlockIndex, b: BlockIndex): BlockIndex {
  while (a !== b) {
    if (order.number[a] > order.number[b]) a = dominator[a];
    else b = dominator[b];
  }
  return a;
}

function dominates(dominator: Int32Array, a: BlockIndex, b: BlockIndex, root: BlockIndex): boolean {
  while (b !== a && b !== root && b >= 0) b = dominator[b];
  return a === b;
}

class DominatorTree implements Structure {
  readonly root: BlockIndex;
  readonly dispatched: readonly BlockIndex[];
  readonly #branches: readonly (readonly BlockIndex[])[];
  /** Branches but those by way of the dispatch; its own are the last. */
  readonly #edges: readonly (readonly BlockIndex[])[];
  readonly #order: Order;
  readonly #loops = new Set<BlockIndex>();
  /** Forward branches that lead to a block. */
  readonly #incoming: Int32Array;
  readonly #following: BlockIndex[][];

  constructor(
    branches: readonly (readonly BlockIndex[])[],
    edges: readonly (readonly BlockIndex[])[],
    dispatched: readonly BlockIndex[],
    root: BlockIndex,
    order: Order,
    dominators: Int32Array,
  ) {
    this.#branches = branches;
    this.root = root;
    this.dispatched = root === edges.length ? dispatched : [];
    this.#edges = [...edges, this.dispatched];
    this.#order = order;
    this.#incoming = new Int32Array(edges.length);
    this.#following = this.#edges.map(() => []);
    for (const from of order.blocks) {
      for (const to of this.#edges[from]) {
        if (this.#isBackward(from, to)) this.#loops.add(to);
        else this.#incoming[to]++;
      }
      if (this.#branches[from]?.length > this.#edges[from].length) this.#loops.add(root);
    }
    for (const block of order.blocks) {
      if (block !== root && this.#incoming[block] > 1) this.#following[dominators[block]].push(block);
    }
  }

  isLoop(block: BlockIndex): boolean {
    return this.#loops.has(block);
  }

  merges(block: BlockIndex): readonly BlockIndex[] {
    return this.#following[block];
  }

  edge(from: BlockIndex, to: BlockIndex): EdgeKind {
    if (!this.#edges[from].includes(to)) return this.#branches[from].includes(to) ? 'dispatch' : 'exit';
    if (this.#isBackward(from, to)) return 'continue';
    return this.#incoming[to] > 1 ? 'break' : 'inline';
  }

  #isBackward(from: BlockIndex, to: BlockIndex): boolean {
    return this.#order.number[to] <= this.#order.number[from];
  }
}
