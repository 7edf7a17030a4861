import {
  type AccessStatement,
  type Alignment,
  type Block,
  type InstructionStatement,
  type MemoryStatement,
  type SegmentStatement,
  type Statement,
  type WindowStatement,
  windowOffset,
} from '../ir/statement.ts';
import type { EmitContext } from './context.ts';
import type { ExpressionPrinter } from './expression.ts';
import type { LinkKind } from './links.ts';
import {
  type AccessText,
  accessText,
  fromWindow,
  outsideSegment,
  segmentBase,
  toWindow,
  windowText,
} from './memory.ts';
import { readModifyWrites } from './read-modify-write.ts';

/** The functions of the region around it that printing an access needs. */
export interface AccessHost {
  /** Text that defines a statement's temporary. */
  assign(s: Statement, text: string): string;
  /** Text that leaves in front of the current instruction if a condition holds; by `interpret` if no kind is given. */
  interpretIf(condition: string, kind?: LinkKind): string;
}

const WORD = 4;

/** Prints a region's accesses to guest memory. Those that need the runtime leave in front of their instruction. */
export class AccessPrinter {
  readonly #context: EmitContext;
  readonly #print: ExpressionPrinter;
  readonly #host: AccessHost;
  /** Loads and stores of the region that share a check, the load's. */
  readonly #readModifyWrites: ReadonlySet<Statement>;
  /** Alignment of the current instruction's accesses. */
  alignment: Alignment = 'natural';
  /** Temporaries of windows that may lie anywhere, so that they are indices of bytes. */
  readonly #anywhere = new Set<number>();

  constructor(context: EmitContext, blocks: readonly Block[], print: ExpressionPrinter, host: AccessHost) {
    this.#context = context;
    this.#print = print;
    this.#host = host;
    this.#readModifyWrites = new Set(blocks.flatMap(({ statements }) => [...readModifyWrites(statements)]));
  }

  /** An instruction begins. */
  begin({ alignment }: InstructionStatement): void {
    this.alignment = alignment;
  }

  /** Saves the present state, and returns a function that restores it after other blocks were printed. */
  save(): () => void {
    const { alignment } = this;
    return () => Object.assign(this, { alignment });
  }

  /** A load, a store or a probe. */
  access(s: MemoryStatement): string {
    const offset = windowOffset(s);
    if (s.op !== 'probe' && offset !== undefined) return this.#inWindow(s, offset);
    const isShared = this.#readModifyWrites.has(s);
    const tlb = s.op === 'load' && !isShared ? this.#context.readTlb : this.#context.writeTlb;
    const text = accessText(this.#context, s, this.#print.integer(s.args[0]), tlb, this.alignment);
    const check = isShared && s.op === 'store' ? '' : this.#check(text);
    if (s.op === 'load') return check + this.#host.assign(s, text.load('k'));
    return s.op === 'store' ? check + text.store('k', this.#print.value(s.args[1])) : check;
  }

  #inWindow(s: AccessStatement<'load'> | AccessStatement<'store'>, offset: number): string {
    const context = this.#context;
    const alignment = this.#anywhere.has(s.args[0].number) ? 'any' : 'natural';
    const window = this.#print.integer(s.args[0]);
    if (s.op === 'load') return this.#host.assign(s, fromWindow(context, s, window, offset, alignment));
    return toWindow(context, s, window, offset, this.#print.value(s.args[1]), alignment);
  }

  window(s: WindowStatement): string {
    const tlb = s.access === 'read' ? this.#context.readTlb : this.#context.writeTlb;
    const alignment = s.isShared && s.alignment === 'any' ? 'any' : this.alignment;
    if (alignment === 'any') this.#anywhere.add(s.temporary);
    const text = windowText(this.#context, s, this.#print.integer(s.args[0]), tlb, alignment);
    return this.#inOnePage(s) + this.#check(text) + this.#host.assign(s, 'k');
  }

  /** Leaves if a run of accesses is in two pages. */
  #inOnePage(s: WindowStatement): string {
    if (!s.isShared || s.size <= WORD) return '';
    return this.#host.interpretIf(`(${this.#print.integer(s.args[0])}&4095)>${4096 - s.size}`, 'narrow');
  }

  #check({ index, hits }: AccessText): string {
    return `k=${index};${this.#host.interpretIf(`!(${hits('k')})`, 'found')}`;
  }

  segment(s: SegmentStatement): string {
    const [segment, offset] = s.args.map((v) => this.#print.integer(v));
    const check = this.#host.interpretIf(outsideSegment(this.#context, segment, offset, s.size, s.access));
    return check + this.#host.assign(s, `${segmentBase(this.#context, segment)}+${offset}|0`);
  }
}
