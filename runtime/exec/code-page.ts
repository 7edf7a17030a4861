import { Key } from '../../translator/abi/key.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { type Noted, nothingNoted } from '../../translator/opt/assumptions.ts';
import { isRelative } from '../../translator/region/flow.ts';
import { type Instruction, Shape } from '../../translator/x86/instruction.ts';
import type { AddressSpaces } from '../memory/address-spaces.ts';
import type { CachedTranslation } from './cached-translation.ts';
import { CodeContext } from './code-contexts.ts';
import type { Hashed } from './hash-table.ts';
import type { Node } from './node.ts';
import { RecordIndex } from './record-index.ts';
import type { Records } from './records.ts';

/** Number of address spaces that are remembered in which a page was found. */
const MOST_SPACES = 4;
/** Number of pages that must be found before one is moved again: a move takes as long as a page has records. */
const REST = 32;

/** The instructions decoded from one frame, as it appears at one linear page in one context. It may be moved to another one. */
export class CodePage implements Hashed<CodePage> {
  /** Number of this page in the TLB's `code` array (see CodePages); another one where it gets that of a page which is there too. */
  id = 0;
  context: CodeContext;
  frame = -1;
  linearPage = 0;
  /** EIP of the page's first byte. */
  eip = 0;
  /** Its code means the same at any address, apart from the EIPs: it is 32-bit code, and no limit of CS was checked. */
  isMovable = false;
  /** The address spaces in which the dispatcher has found it where it is, the latest last (see AddressSpaces). */
  private readonly foundIn: number[] = [];
  /** How many pages the dispatcher had found when it found this one last, and when this one came to where it is. */
  lastFound = 0;
  private cameAt = 0;
  private readonly index: RecordIndex;
  /** Where in the index its records are. */
  private directory = 0;
  /** Observations about this page that translations take into account. */
  noted: Noted = nothingNoted;
  /** Records that lead out of the page, by the distance from its first byte that they lead to. */
  readonly gates = new Map<number, number>();
  readonly translations = new Set<CachedTranslation>();
  /** Records that it has got, by chunks; those of the last chunk from `free` on to in front of `freeEnd` are left (see Records). */
  readonly chunks: number[] = [];
  free = 0;
  freeEnd = 0;
  /** Instructions that got another record, and left theirs behind. */
  moved = 0;
  /** Bytes that all of this takes, as the cache counts them. */
  bytes = 0;
  /** Made, or found again by the dispatcher, since the last look (see Residence). */
  used = true;
  /** How much it has been used lately. */
  worth = 0;
  hash = 0;
  chained: CodePage | null = null;
  /** The next page that has the same number. */
  beside: CodePage | null = null;

  constructor(id: number, context: CodeContext, frame: number, linearPage: number, index = new RecordIndex()) {
    this.index = index;
    this.context = context;
    this.become(id, context, frame, linearPage);
  }

  /** Makes an empty page that of a frame at a linear page. */
  become(id: number, context: CodeContext, frame: number, linearPage: number): void {
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

  /**
   * Whether it may have one number with another page of its linear page: they are of one frame and stay there, and of one state key. So the same
   * rights fetch them, and whoever hears that one is no longer mapped knows whether frames of generated code are concerned.
   */
  mayShareNumber({ frame, context, isMovable }: CodePage): boolean {
    return this.frame === frame && this.context.key === context.key && !this.isMovable && !isMovable;
  }

  /** Distance of an EIP from the page's first byte; beyond the page, or negative, where it isn't in it. */
  distanceTo(eip: number): number {
    return (eip - this.eip) | 0;
  }

  /** An instruction was decoded here. With an operand size of 16 bits a jump's target is a number modulo 2^16, not a distance. */
  noteDecoded(i: Instruction): void {
    if ((i.shape & Shape.operand16) !== 0 && isRelative(i)) this.isMovable = false;
  }

  /** Notes something of the instruction at an EIP. */
  note(what: keyof Noted, eip: number): void {
    const offset = this.distanceTo(eip);
    if (!this.noted[what].has(offset)) this.noted = { ...this.noted, [what]: new Set(this.noted[what]).add(offset) };
  }

  /** The dispatcher has found it in an address space, as the page of a number among all that it has found. */
  noteFound(number: number, space: number): void {
    const { foundIn } = this;
    this.lastFound = number;
    // It was made or moved for who asks for it now.
    if (foundIn.length === 0) this.cameAt = number;
    if (foundIn.at(-1) === space) return;
    const known = foundIn.indexOf(space);
    if (known >= 0) foundIn.splice(known, 1);
    if (foundIn.push(space) > MOST_SPACES) foundIn.shift();
  }

  /** Whether it is still mapped where it is in one of the address spaces in which it was found last: a program will come back to it. */
  isWanted(spaces: AddressSpaces): boolean {
    return this.foundIn.some((space) => spaces.maps(space, this.linearPage, this.frame));
  }

  /** Whether it has come to where it is just now, as a number of pages found tells. */
  hasJustCome(number: number): boolean {
    return number - this.cameAt < REST;
  }

  /** Instructions in its translations. */
  get translated(): number {
    let sum = 0;
    for (const { instructions } of this.translations) sum += instructions;
    return sum;
  }

  /**
   * Makes this the page of the same frame at another linear page, translations and all. Only while it is not mapped, and no frame of generated
   * code is left. Whoever knows it by its number takes it for what is mapped here from now on: its records are those of the same offsets.
   */
  move(linearPage: number, records: Records): void {
    this.foundIn.length = 0;
    const distance = (linearPage - this.linearPage) << 12;
    for (const { head } of this.translations) moveLinks(head, distance);
    records.movePage(this, distance);
    for (const node of records.nodesOf(this)) moveNode(node, distance);
    this.linearPage = linearPage;
    this.eip = (this.eip + distance) | 0;
  }

  /** The record of the instruction at an offset; 0 if there is none. */
  at(offset: number): number {
    return this.index.at(this.directory, offset);
  }

  put(offset: number, record: number): void {
    this.directory = this.index.put(this.directory, offset, record);
  }

  /** Forgets all that is in it, and where it was. */
  clear(): void {
    this.index.release(this.directory);
    this.directory = 0;
    // V8 allocates memory even to clear what is empty.
    if (this.gates.size > 0) this.gates.clear();
    if (this.translations.size > 0) this.translations.clear();
    this.foundIn.length = 0;
    this.noted = nothingNoted;
    this.moved = 0;
  }

  /** The records of instructions from an offset to in front of another, decoded or not. */
  *instructions(start = 0, end = PAGE_BYTES): Generator<number> {
    const skip = (offset: number) => this.index.skip(this.directory, offset, end);
    for (let offset = skip(start); offset < end; offset = skip(offset + 1)) {
      const record = this.at(offset);
      if (record !== 0) yield record;
    }
  }
}

function moveNode(node: Node, distance: number): void {
  const { page, targets } = node;
  // Others may be anywhere by now.
  const inside = targets?.filter((eip) => page.distanceTo(eip) >>> 0 < PAGE_BYTES);
  node.eip = (node.eip + distance) | 0;
  node.nextEip = (node.nextEip + distance) | 0;
  if (isRelative(node)) node.target = (node.target + distance) | 0;
  node.targets = inside?.map((eip) => (eip + distance) | 0) ?? null;
}

function moveLinks({ links }: Node, distance: number): void {
  if (links === null) return;
  for (const link of links) if (link.isLink) link.eip = (link.eip + distance) | 0;
}

/** Where nodes are that are no code, or spare. */
export const nowhere = makeNowhere();

/** A page for nodes that are no code. */
export function makeNowhere(): CodePage {
  return new CodePage(0, new CodeContext(-1, 0, 0), -1, 0);
}
