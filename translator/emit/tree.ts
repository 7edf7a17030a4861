import type { BlockIndex, Structure } from '../region/structure.ts';
import type { Addresses } from './addresses.ts';

/** The functions of the region around it that printing control flow needs. */
export interface TreeHost {
  /** Its blocks: how many there are, and where each begins. */
  readonly blocks: readonly { readonly eip: number }[];
  block(index: BlockIndex): string;
  /** A block begins that others than the last printed one come to. */
  join(): void;
  /** Prints other blocks in the middle of one. */
  nested(print: () => string): string;
}

/** Prints the dominator tree of a region as labelled blocks and loops. */
export class TreePrinter {
  readonly #structure: Structure;
  readonly #addresses: Addresses;
  readonly #host: TreeHost;

  constructor(structure: Structure, addresses: Addresses, host: TreeHost) {
    this.#structure = structure;
    this.#addresses = addresses;
    this.#host = host;
  }

  /** The code of a block and of all that it dominates. */
  print(block: BlockIndex): string {
    const structure = this.#structure;
    const host = this.#host;
    if (structure.isLoop(block)) host.join();
    let text = block === host.blocks.length ? this.#dispatch() : host.block(block);
    for (const merge of structure.merges(block)) {
      host.join();
      text = `B${merge}:{${text}}${this.print(merge)}`;
    }
    return structure.isLoop(block) ? `L${block}:while(true){${text}}` : text;
  }

  /** Goes to the block that `at` names: where the region was entered, or where a branch goes that can be made in no other way. */
  #dispatch(): string {
    const { root, dispatched } = this.#structure;
    const isInline = (to: BlockIndex) => this.#structure.edge(root, to) === 'inline';
    const goTo = (to: BlockIndex) => (isInline(to) ? this.#host.nested(() => this.print(to)) : `break B${to};`);
    const cases = dispatched.map((to) => ({ eip: this.#host.blocks[to].eip, text: goTo(to) }));
    return this.#addresses.dispatch('at', cases);
  }
}
