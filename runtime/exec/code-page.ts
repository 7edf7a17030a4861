import { Key } from '../../translator/abi/key.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { isRelative } from '../../translator/region/flow.ts';
import { type Instruction, Shape } from '../../translator/x86/instruction.ts';
import type { CachedTranslation } from './cached-translation.ts';
import { CodeContext } from './code-contexts.ts';
import type { Hashed } from './hash-table.ts';
import type { Node } from './node.ts';
import { PageRecords } from './records.ts';

/** So many times a page is moved at most: where it was before is remembered. */
const MOST_PLACES = 256;

const CHUNK_SHIFT = 5;
const CHUNK = 1 << CHUNK_SHIFT;
/** Nodes by offset, of so many bytes of a page. */
export type Chunk = (Node | null)[];

/** Where no node is, as in most of most pages. */
const emptyChunk = makeChunk();

/** The instructions decoded from one frame, as it appears at one linear page in one context. It may be moved to another one. */
export class CodePage implements Hashed<CodePage> {
  /** Number of this page in the TLB's `code` array (see CodePages), another one after each move. */
  id = 0;
  context: CodeContext;
  frame = -1;
  linearPage = 0;
  /** EIP of the page's first byte. */
  eip = 0;
  /** Its code means the same at any address but for the EIPs: it is 32-bit code, and no limit of CS was checked. */
  isMovable = false;
  /** The linear pages that it was moved away from. */
  private readonly formerPlaces: number[] = [];
  /** A number that is the higher the later the dispatcher has come to the page anew. */
  lastFound = 0;
  private readonly newChunk: () => Chunk;
  /** By offset in the page, in chunks. */
  private readonly chunks: Chunk[] = new Array(PAGE_BYTES >>> CHUNK_SHIFT).fill(emptyChunk);
  /** Nodes that lead out of the page, by the EIP that they lead to. */
  readonly gates = new Map<number, Node>();
  readonly translations = new Set<CachedTranslation>();
  /** Records of its nodes and gates. */
  readonly records = new PageRecords();
  /** Bytes that all of this takes, as the cache counts them. */
  bytes = 0;
  /** Made, or found anew by the dispatcher, since the last look (see Residence). */
  used = true;
  /** How much it has been used lately. */
  worth = 0;
  hash = 0;
  chained: CodePage | null = null;

  /** `newChunk` gives a chunk without nodes. */
  constructor(id: number, context: CodeContext, frame: number, linearPage: number, newChunk = makeChunk) {
    this.newChunk = newChunk;
    this.context = context;
    this.place(id, context, frame, linearPage);
  }

  /** Makes an empty page that of a frame at a linear page. */
  place(id: number, context: CodeContext, frame: number, linearPage: number): void {
    this.id = id;
    this.context = context;
    this.frame = frame;
    this.linearPage = linearPage;
    this.eip = ((linearPage << 12) - context.base) | 0;
    this.isMovable = frame >= 0 && (context.key & (Key.code32 | Key.flat)) === (Key.code32 | Key.flat);
    this.lastFound = 0;
    this.used = true;
    this.worth = 0;
  }

  /** Whether it is that of a frame at a linear page in a context. */
  is(context: CodeContext, frame: number, linearPage: number): boolean {
    return this.context === context && this.linearPage === linearPage && this.frame === frame;
  }

  /** Distance of an EIP from the page's first byte; beyond the page, or negative, where it isn't in it. */
  distanceTo(eip: number): number {
    return (eip - this.eip) | 0;
  }

  /** An instruction was decoded here. With an operand size of 16 bits a jump's target is a number modulo 2^16, not a distance. */
  noteDecoded(i: Instruction): void {
    if ((i.shape & Shape.operand16) !== 0 && isRelative(i)) this.isMovable = false;
  }

  /** Whether it was at a linear page before. If it is wanted there again two live there, and it had to go to and fro. */
  wasAt(linearPage: number): boolean {
    return this.formerPlaces.includes(linearPage);
  }

  /**
   * Makes this the page of the same frame at another linear page, translations and all. Only while no frame of generated code is
   * left. Whoever knew it by its number finds it gone; where gates lead is looked up anew.
   */
  move(id: number, linearPage: number): void {
    this.isMovable = this.formerPlaces.push(this.linearPage) < MOST_PLACES;
    const distance = (linearPage - this.linearPage) << 12;
    for (const { head } of this.translations) this.moveLinks(head, distance);
    for (const node of this.nodes()) this.moveNode(node, distance);
    this.moveGates(distance);
    this.id = id;
    this.linearPage = linearPage;
    this.eip = (this.eip + distance) | 0;
  }

  /** Whether anything is decoded. If not, there is nothing to gain by moving it, and the frame may hold something else by now. */
  get isDecoded(): boolean {
    for (const node of this.nodes()) if (node.length > 0) return true;
    return false;
  }

  /** The links of a translation that are nodes of its own. */
  private moveLinks({ links }: Node, distance: number): void {
    if (links === null) return;
    for (const link of links) if (!this.isOwn(link)) link.eip = (link.eip + distance) | 0;
  }

  /** Whether a node is one of the instructions or gates of this page. */
  private isOwn(node: Node): boolean {
    const offset = this.distanceTo(node.eip);
    return offset >>> 0 < PAGE_BYTES ? this.at(offset) === node : this.gates.get(node.eip) === node;
  }

  private moveNode(node: Node, distance: number): void {
    node.eip = (node.eip + distance) | 0;
    node.nextEip = (node.nextEip + distance) | 0;
    if (isRelative(node)) node.target = (node.target + distance) | 0;
    if (node.targets === null) return;
    // Others may be anywhere by now.
    const inside = node.targets.filter((eip) => this.distanceTo(eip) >>> 0 < PAGE_BYTES);
    node.targets = inside.map((eip) => (eip + distance) | 0);
  }

  private moveGates(distance: number): void {
    const gates = [...this.gates.values()];
    this.gates.clear();
    for (const gate of gates) {
      gate.eip = (gate.eip + distance) | 0;
      gate.cut();
      this.gates.set(gate.eip, gate);
    }
  }

  /** The node at an offset, if there is one. */
  at(offset: number): Node | null {
    return this.chunks[offset >>> CHUNK_SHIFT][offset & (CHUNK - 1)];
  }

  put(offset: number, node: Node): void {
    const chunk = offset >>> CHUNK_SHIFT;
    if (this.chunks[chunk] === emptyChunk) this.chunks[chunk] = this.newChunk();
    this.chunks[chunk][offset & (CHUNK - 1)] = node;
  }

  /** The first offset from this one on where a node may be; the page's end if there is none. */
  skip(offset: number): number {
    while (offset < PAGE_BYTES && this.chunks[offset >>> CHUNK_SHIFT] === emptyChunk)
      offset = (offset | (CHUNK - 1)) + 1;
    return offset;
  }

  /** Forgets all that is in it, and where it was; gives back the chunks that its nodes were in. */
  empty(): Chunk[] {
    const chunks = this.chunks.filter((chunk) => chunk !== emptyChunk);
    this.chunks.fill(emptyChunk);
    // V8 allocates memory even to clear what is empty.
    if (this.gates.size > 0) this.gates.clear();
    if (this.translations.size > 0) this.translations.clear();
    this.formerPlaces.length = 0;
    return chunks;
  }

  /** The nodes from an offset to in front of another. */
  *nodes(start = 0, end = PAGE_BYTES): Generator<Node> {
    for (let offset = this.skip(start); offset < end; offset = this.skip(offset + 1)) {
      const node = this.at(offset);
      if (node !== null) yield node;
    }
  }
}

export function makeChunk(): Chunk {
  return new Array(CHUNK).fill(null);
}

/** A page for nodes that are no code. */
export function makeNowhere(): CodePage {
  return new CodePage(0, new CodeContext(-1, 0, 0), -1, 0);
}
