import type { CodeContext } from './code-contexts.ts';
import { CodePage, nowhere } from './code-page.ts';
import { Node, notRun, type Run } from './node.ts';
import { RecordIndex } from './record-index.ts';

/**
 * Parts of evicted code pages, kept for the next code. A guest that always runs new code would otherwise leave them to V8 as fast
 * as they are made, and V8 lets several times of what is in use pile up before it collects old objects.
 */
export class SpareCode {
  /** The index of the records of all pages. */
  private readonly index = new RecordIndex();
  private readonly nodes: Stock<Node>;
  private readonly pages: Stock<CodePage>;

  /** How many of each are kept. */
  constructor({ nodes, pages }: { readonly nodes: number; readonly pages: number }) {
    this.nodes = new Stock(nodes);
    this.pages = new Stock(pages);
  }

  /** A node that is not decoded, or of a gate. */
  takeNode(page: CodePage, eip: number, run: Run): Node {
    const node = this.nodes.take();
    if (node === undefined) return new Node(page, eip, run);
    node.become(page, eip, run);
    return node;
  }

  /** A page where nothing is decoded. */
  takePage(id: number, context: CodeContext, frame: number, linearPage: number): CodePage {
    const page = this.pages.take();
    if (page === undefined) return new CodePage(id, context, frame, linearPage, this.index);
    page.become(id, context, frame, linearPage);
    return page;
  }

  /** Keeps a page that is gone, and its nodes. Nothing may lead to these any more, and they have no records. */
  keep(page: CodePage, nodes: readonly Node[]): void {
    for (const node of nodes) {
      node.become(nowhere, 0, notRun);
      this.nodes.keep(node);
    }
    page.clear();
    this.pages.keep(page);
  }
}

/** Some spare parts of a kind. */
class Stock<Part> {
  private readonly parts: Part[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  take(): Part | undefined {
    return this.parts.pop();
  }

  keep(part: Part): void {
    if (this.parts.length < this.most) this.parts.push(part);
  }
}
