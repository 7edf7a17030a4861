import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import { type Chunk, type CodePage, makeChunk, makeNowhere } from './code-page.ts';
import { Node, type Run } from './node.ts';

/** Where a node is while it is spare. */
const nowhere = makeNowhere();

/**
 * Nodes of pages that were evicted, and the chunks that they were in, kept for the code that comes next. A guest that runs ever
 * new code would otherwise leave them to V8 as fast as it makes them, and V8 lets several times of what is in use pile up before
 * it collects old objects.
 */
export class SpareNodes {
  private readonly nodes: Node[] = [];
  private readonly chunks: Chunk[] = [];
  private readonly most: number;

  /** `most`: how many of each are kept. */
  constructor(most: number) {
    this.most = most;
  }

  /** A node that is not decoded, or a gate. */
  take(page: CodePage, eip: number, run: Run, enter = run): Node {
    const node = this.nodes.pop();
    if (node === undefined) return new Node(page, eip, forms[INVALID_FORM], run, enter);
    node.place(page, eip, run, enter);
    return node;
  }

  /** A chunk without nodes. */
  readonly takeChunk = (): Chunk => this.chunks.pop() ?? makeChunk();

  /** Keeps what a page that is gone consisted of. Nothing may lead to its nodes any more, and they have no records. */
  keep(page: CodePage): void {
    for (const node of page.nodes()) this.keepNode(node);
    for (const gate of page.gates.values()) this.keepNode(gate);
    for (const chunk of page.empty()) this.keepChunk(chunk);
  }

  private keepNode(node: Node): void {
    if (this.nodes.length >= this.most) return;
    node.place(nowhere, 0, nothing);
    node.clear();
    this.nodes.push(node);
  }

  private keepChunk(chunk: Chunk): void {
    if (this.chunks.length >= this.most) return;
    chunk.fill(null);
    this.chunks.push(chunk);
  }
}

function nothing(): never {
  throw new Error('a spare node was run');
}
