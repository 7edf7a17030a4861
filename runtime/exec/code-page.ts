import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { Node } from './node.ts';
import type { TranslationRecord } from './translation.ts';

/**
 * What code is decoded under, beside its bytes: the state key and the code segment. Everything decoded and translated
 * belongs to one context. Protected-mode systems have few; real-mode code has one for each CS.
 */
export interface CodeContext {
  readonly key: number;
  readonly base: number;
  readonly limit: number;
  /** Code pages by frame and linear page: `frame * 2^20 + linear page`. */
  readonly pages: Map<number, CodePage>;
}

const CHUNK_SHIFT = 5;
const CHUNK = 1 << CHUNK_SHIFT;
/** Where no node is, as in most of most pages. */
const emptyChunk: (Node | null)[] = emptyNodes();

/** The instructions decoded from one frame, as it appears at one linear page in one context. */
export class CodePage {
  /** Number of this page in the TLB's `code` array (see CodePages). */
  readonly id: number;
  readonly context: CodeContext;
  readonly frame: number;
  readonly linearPage: number;
  /** EIP of the page's first byte. */
  readonly eip: number;
  /** By offset in the page, in chunks. */
  private readonly chunks: (Node | null)[][] = new Array(PAGE_BYTES >>> CHUNK_SHIFT).fill(emptyChunk);
  /** Nodes that lead out of the page, by the EIP that they lead to. */
  readonly gates = new Map<number, Node>();
  readonly translations = new Set<TranslationRecord>();
  /** Bytes that all of this takes, as the cache counts them. */
  bytes = 0;
  /** Found anew by the dispatcher since the last look (see `sampleUse`). */
  used = false;
  /** How much it has been used lately. */
  worth = 1;

  constructor(id: number, context: CodeContext, frame: number, linearPage: number) {
    this.id = id;
    this.context = context;
    this.frame = frame;
    this.linearPage = linearPage;
    this.eip = ((linearPage << 12) - context.base) | 0;
  }

  /** The node at an offset, if there is one. */
  at(offset: number): Node | null {
    return this.chunks[offset >>> CHUNK_SHIFT][offset & (CHUNK - 1)];
  }

  put(offset: number, node: Node): void {
    const chunk = offset >>> CHUNK_SHIFT;
    if (this.chunks[chunk] === emptyChunk) this.chunks[chunk] = emptyNodes();
    this.chunks[chunk][offset & (CHUNK - 1)] = node;
  }

  /** The first offset from this one on where a node may be; the page's end if there is none. */
  skip(offset: number): number {
    while (offset < PAGE_BYTES && this.chunks[offset >>> CHUNK_SHIFT] === emptyChunk)
      offset = (offset | (CHUNK - 1)) + 1;
    return offset;
  }

  /** The nodes from an offset to in front of another. */
  *nodes(start = 0, end = PAGE_BYTES): Generator<Node> {
    for (let offset = this.skip(start); offset < end; offset = this.skip(offset + 1)) {
      const node = this.at(offset);
      if (node !== null) yield node;
    }
  }
}

function emptyNodes(): (Node | null)[] {
  return new Array(CHUNK).fill(null);
}
