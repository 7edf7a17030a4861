import { type Nodes, StoreError, Tree } from './tree.ts';

/** Most watches and transactions at a time, as xenstored allows a guest. */
const MOST_WATCHES = 128;
const MOST_TRANSACTIONS = 10;

/** A guest wants to hear of changes at a path and below it. */
export interface Watch {
  /** As the guest gave it: absolute, or from its home directory on. */
  readonly given: string;
  readonly path: string;
  readonly token: string;
}

/** Changes that take effect together, or not at all. */
interface Transaction {
  readonly id: number;
  /** The store's count of changes when it began. */
  readonly began: number;
  readonly tree: Tree;
  readonly changed: Set<string>;
}

/** All that is to be saved of a store. */
export interface StoreContents {
  readonly nodes: readonly (readonly [string, string])[];
  readonly watches: readonly Watch[];
  readonly transactions: readonly {
    readonly id: number;
    readonly began: number;
    readonly nodes: readonly (readonly [string, string])[];
    readonly changed: readonly string[];
  }[];
  readonly changes: number;
  readonly lastTransaction: number;
}

export interface StoreListener {
  /** A watch of the guest's has seen a change. */
  watched(watch: Watch, path: string): void;
  /** Something has changed at a path. */
  changed(path: string): void;
}

/** The XenStore: a tree that guest and back ends talk by (docs/misc/xenstore.txt of Xen). */
export class Store {
  readonly #listener: StoreListener;
  #tree = new Tree();
  #watches: Watch[] = [];
  #transactions: Transaction[] = [];
  #changes = 0;
  #lastTransaction = 0;

  constructor(listener: StoreListener) {
    this.#listener = listener;
  }

  /** `transaction` 0: what is there now. Throws StoreError where none has that number. */
  #treeOf(transaction: number): Tree {
    return transaction === 0 ? this.#tree : this.#find(transaction).tree;
  }

  #find(id: number): Transaction {
    const found = this.#transactions.find((one) => one.id === id);
    if (found === undefined) throw new StoreError('ENOENT');
    return found;
  }

  get(path: string, transaction = 0): string | undefined {
    return this.#treeOf(transaction).get(path);
  }

  children(path: string, transaction = 0): string[] {
    return this.#treeOf(transaction).children(path);
  }

  set(path: string, value: string, transaction = 0): void {
    this.#treeOf(transaction).set(path, value);
    this.#note([path], transaction);
  }

  remove(path: string, transaction = 0): void {
    this.#note(this.#treeOf(transaction).remove(path), transaction);
  }

  #note(paths: readonly string[], transaction: number): void {
    if (transaction === 0) this.#tell(paths);
    else for (const path of paths) this.#find(transaction).changed.add(path);
  }

  #tell(paths: readonly string[]): void {
    this.#changes++;
    for (const path of paths) {
      for (const watch of this.#watches)
        if (path === watch.path || path.startsWith(`${watch.path === '/' ? '' : watch.path}/`))
          this.#listener.watched(watch, path);
    }
    for (const path of paths) this.#listener.changed(path);
  }

  /** @returns its number */
  begin(): number {
    if (this.#transactions.length >= MOST_TRANSACTIONS) throw new StoreError('ENOSPC');
    this.#lastTransaction = (this.#lastTransaction + 1) % 2 ** 31 || 1;
    const tree = new Tree(this.#tree.nodes);
    this.#transactions.push({ id: this.#lastTransaction, began: this.#changes, tree, changed: new Set() });
    return this.#lastTransaction;
  }

  /** Throws StoreError EAGAIN where something else has changed meanwhile. */
  end(id: number, isToHappen: boolean): void {
    const transaction = this.#find(id);
    this.#transactions = this.#transactions.filter((one) => one !== transaction);
    if (!isToHappen) return;
    if (transaction.began !== this.#changes) throw new StoreError('EAGAIN');
    if (transaction.changed.size === 0) return;
    this.#tree = transaction.tree;
    this.#tell([...transaction.changed]);
  }

  /** The guest hears of changes from now on, and at once of the present state. Throws StoreError. */
  watch(watch: Watch): void {
    if (this.#watches.some(({ path, token }) => path === watch.path && token === watch.token))
      throw new StoreError('EEXIST');
    if (this.#watches.length >= MOST_WATCHES) throw new StoreError('E2BIG');
    this.#watches.push(watch);
    this.#listener.watched(watch, watch.path);
  }

  /** Throws StoreError where there is no such watch. */
  unwatch(path: string, token: string): void {
    const left = this.#watches.filter((watch) => watch.path !== path || watch.token !== token);
    if (left.length === this.#watches.length) throw new StoreError('ENOENT');
    this.#watches = left;
  }

  /** The guest has forgotten all that it had begun. */
  forgetGuest(): void {
    this.#watches = [];
    this.#transactions = [];
  }

  get contents(): StoreContents {
    return {
      nodes: [...this.#tree.nodes],
      watches: this.#watches,
      transactions: this.#transactions.map(({ tree, changed, ...rest }) => ({
        ...{ ...rest, nodes: [...tree.nodes], changed: [...changed] },
      })),
      changes: this.#changes,
      lastTransaction: this.#lastTransaction,
    };
  }

  set contents({ nodes, watches, transactions, changes, lastTransaction }: StoreContents) {
    this.#tree = treeOf(nodes);
    this.#watches = [...watches];
    this.#transactions = transactions.map(({ nodes, changed, ...rest }) => ({
      ...{ ...rest, tree: treeOf(nodes), changed: new Set(changed) },
    }));
    this.#changes = changes;
    this.#lastTransaction = lastTransaction;
  }
}

function treeOf(nodes: readonly (readonly [string, string])[]): Tree {
  return new Tree(new Map(nodes) as Nodes);
}
