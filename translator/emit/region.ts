import { FpuPrecision, registerNames } from '../abi/state.ts';
import { definedKind } from '../ir/operations.ts';
import { readsFlags, rewriteStatement, touchesFlags } from '../ir/rewrite.ts';
import type { Region, Statement, View, WhenStatement } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import { type StackDepths, stackDepths } from '../ir/x87/stack.ts';
import { type CodeSegment, flatSegment } from '../region/select.ts';
import type { BlockIndex, EdgeKind, Structure } from '../region/structure.ts';
import { AccessPrinter } from './accesses.ts';
import { Addresses } from './addresses.ts';
import type { EmitContext } from './context.ts';
import { changedWords, dirtyWords } from './dirty-words.ts';
import { ExpressionPrinter } from './expression.ts';
import { flagsGoTo, flagsSeen } from './flag-liveness.ts';
import { FlagState, SETTLE } from './flag-state.ts';
import { RegionLeaves } from './leaves.ts';
import { type Link, type LinkKind, Links } from './links.ts';
import { RegionLocals } from './locals.ts';
import { hex, LOCAL_WORDS } from './names.ts';
import { lastUses, Temporaries } from './temporaries.ts';
import { TransferPrinter } from './transfers.ts';
import { TreePrinter } from './tree.ts';
import { X87Emitter } from './x87/region.ts';

/** An emitted region: a function declaration, and the targets of its exits, in the order of `i.links`. */
export interface EmittedRegion {
  readonly text: string;
  readonly links: readonly Link[];
}

/** The facts at a region's begin; `precision`: x87 precision control, as bits of FpuMode. */
export interface RegionFacts {
  readonly depths: StackDepths;
  readonly precision: number;
  readonly segment: CodeSegment;
}

/**
 * Prints a region as a function `(i) => next node`. Registers are locals, loaded at the entry and stored where the
 * region is left. What is rare (a TLB miss, a fault, a trap) leaves in front of the instruction, which the runtime
 * then runs by its handler. All that leave but returns and calls share one exit, `X`: an exit of its own would be code that
 * has not run when V8 optimizes the function, which then throws its work away the first time.
 */
export function emitRegion(
  context: EmitContext,
  region: Region,
  structure: Structure,
  name: string,
  { depths = stackDepths(region), precision = FpuPrecision.extended, segment = flatSegment }: Partial<RegionFacts> = {},
): EmittedRegion {
  return new RegionEmitter(context, region, structure, { depths, precision, segment }).emit(name);
}

class RegionEmitter {
  readonly #context: EmitContext;
  readonly #region: Region;
  readonly #structure: Structure;
  readonly #locals: RegionLocals;
  readonly #print: ExpressionPrinter;
  readonly #flags: FlagState;
  readonly #blockAt = new Map<number, BlockIndex>();
  readonly #links = new Links();
  readonly #addresses: Addresses;
  readonly #tree: TreePrinter;
  readonly #temporaries = new Temporaries();
  readonly #x87: X87Emitter;
  readonly #accesses: AccessPrinter;
  readonly #transfers: TransferPrinter;
  /** By block: words of which it begins with locals that may differ from the state. */
  readonly #dirtyAt: readonly number[];
  /** By block: whether the flags that it begins with matter. */
  readonly #flagsSeen: readonly boolean[];
  // While a block is printed:
  #block: BlockIndex = 0;
  /** Place in its block and EIP of the current instruction. */
  #instruction = -1;
  #eip = 0;
  #dirty = 0;

  constructor(context: EmitContext, region: Region, structure: Structure, facts: RegionFacts) {
    const { depths, precision } = facts;
    this.#context = context;
    this.#region = region;
    this.#structure = structure;
    const { eip } = region.blocks[0];
    this.#addresses = new Addresses(eip, structure.dispatched.length > 0 ? this.#links.indexOf(eip, 'back') : null);
    this.#tree = new TreePrinter(structure, this.#addresses, {
      blocks: region.blocks,
      block: (index) => this.#blockText(index),
      join: () => this.#join(),
      nested: (print) => this.#nested(print),
    });
    this.#locals = new RegionLocals(context, region);
    const leaves = new RegionLeaves(this.#addresses, this.#temporaries);
    this.#print = new ExpressionPrinter(context, leaves);
    this.#flags = new FlagState(context, (v) => this.#print.integer(v), leaves.flagResult, leaves.flagCarries);
    this.#x87 = new X87Emitter(context, region, depths, precision, {
      integer: (v) => this.#print.integer(v),
      boolean: (v) => this.#print.boolean(v),
      interpret: () => this.#interpret(),
      missed: () => this.#missed(),
      interpretOtherPrecision: () => this.#interpret('precision'),
      assign: (s, text) => this.#assign(s, text),
      alignment: () => this.#accesses.alignment,
    });
    this.#accesses = new AccessPrinter(context, region.blocks, this.#print, {
      assign: (s, text) => this.#assign(s, text),
      interpretIf: (condition, kind) => this.#interpretIf(condition, kind),
    });
    this.#transfers = new TransferPrinter(
      { ...facts, context, links: this.#links, addresses: this.#addresses },
      this.#print,
      {
        isInside: (eip) => this.#blockAt.has(eip),
        isBranch: (eip) => this.#edgeTo(eip) !== 'exit',
        eip: () => this.#eip,
        goTo: (eip, isJump) => this.#goTo(eip, isJump),
        exit: (eip, isJump) => this.#exit(eip, isJump),
        exitDeep: (eip) => this.#leaveBy(eip, this.#context.budgeted ? 'entry' : 'deep'),
        poll: (eip) => this.#poll(eip),
        interpret: () => this.#interpret(),
        store: () => this.#store(),
        comeBack: (back) => this.#comeBack(back),
      },
    );
    for (const [n, { eip }] of region.blocks.entries()) this.#blockAt.set(eip, n);
    this.#dirtyAt = dirtyWords(region);
    this.#flagsSeen = flagsSeen(region.blocks, flagsGoTo(region.blocks, structure));
  }

  emit(name: string): EmittedRegion {
    const context = this.#context;
    const body = this.#tree.print(this.#structure.root);
    const enter = context.budgeted ? context.giveBack(1) : '';
    const load = this.#load(0);
    const variables =
      this.#temporaries.declarations() +
      this.#x87.declarations() +
      this.#flags.declarations() +
      this.#transfers.declarations();
    const declarations = `${this.#addresses.declarations()}${load}${load && ','}x=0,k=0,c=null${variables}`;
    const text =
      `function ${name}(i){let ${declarations};${enter}X:{${body}}` +
      `\n${SETTLE}${this.#locals.store()}${this.#x87.storeAtExit()}return i.links[x];}`;
    return { text: this.#flags.finish(text), links: this.#links.all };
  }

  /** Assignments that fetch what the region keeps in locals, for a block. */
  #load(block: BlockIndex): string {
    return [this.#locals.load(), this.#x87.load(block)].filter(Boolean).join(',');
  }

  // Structure.

  /** A block begins that others than the last printed one come to. */
  #join(): void {
    this.#flags.join();
    this.#temporaries.releaseAll();
  }

  #blockText(index: BlockIndex): string {
    const block = this.#region.blocks[index];
    this.#block = index;
    this.#instruction = -1;
    this.#dirty = this.#dirtyAt[index];
    this.#x87.begin(index);
    const budget = this.#context.budgeted
      ? this.#context.takeBudget(block.instructions.length, this.#leaveBy(block.eip, 'interpret'))
      : '';
    const uses = lastUses(block);
    return budget + block.statements.map((s, n) => this.#statement(s) + this.#release(uses[n])).join('');
  }

  /** Branches to an EIP from the current block. Prints other blocks, so the block's own state is kept. */
  #goTo(eip: number, isJump: boolean): string {
    const to = this.#blockAt.get(eip);
    const edge = this.#edgeTo(eip);
    if (to === undefined || edge === 'exit') return this.#exit(eip, isJump);
    // A jump back may go on to what wasn't printed yet: the region may be left there, and come to again where it began.
    const goesBack = edge === 'continue' || edge === 'dispatch' || (isJump && eip >>> 0 <= this.#eip >>> 0);
    const poll = goesBack ? this.#poll(eip) : '';
    const defer = edge !== 'inline' || this.#structure.isLoop(to) ? this.#deferFor(to) : '';
    const ready = poll + defer + this.#x87.settle();
    if (edge === 'inline') return ready + this.#nested(() => this.#tree.print(to));
    if (edge === 'dispatch') return `${ready}at=${this.#addresses.distance(eip)};continue L${this.#structure.root};`;
    return `${ready}${edge} ${edge === 'continue' ? 'L' : 'B'}${to};`;
  }

  #edgeTo(eip: number): EdgeKind {
    const to = this.#blockAt.get(eip);
    return to === undefined ? 'exit' : this.#structure.edge(this.#block, to);
  }

  #deferFor(to: BlockIndex): string {
    return this.#context.budgeted || this.#flagsSeen[to] ? this.#flags.defer() : '';
  }

  #nested(print: () => string): string {
    const block = this.#block;
    const instruction = this.#instruction;
    const eip = this.#eip;
    const dirty = this.#dirty;
    const restoreFlags = this.#flags.save();
    const restoreTemporaries = this.#temporaries.save();
    const restoreX87 = this.#x87.save();
    const restoreAccesses = this.#accesses.save();
    const text = print();
    this.#block = block;
    this.#instruction = instruction;
    this.#eip = eip;
    this.#dirty = dirty;
    restoreFlags();
    restoreTemporaries();
    restoreX87();
    restoreAccesses();
    return text;
  }

  // Leaving.

  #exit(eip: number, isJump: boolean): string {
    return (isJump ? this.#poll(eip) : '') + this.#leaveBy(eip, 'entry');
  }

  /** Where control goes back or far: leaves to the dispatcher if it is asked for. */
  #poll(eip: number): string {
    const context = this.#context;
    return context.budgeted ? '' : `if(${context.asked()}){${this.#leaveBy(eip, 'leave')}}`;
  }

  /** Goes to the common exit. */
  #leaveBy(eip: number, kind: LinkKind): string {
    return `${this.#flags.defer()}${this.#x87.leave()}x=${this.#links.indexOf(eip, kind)};break X;`;
  }

  /** Stores what the region keeps in locals and may have changed. */
  #store(): string {
    return this.#flags.settled() + this.#locals.store(this.#dirty) + this.#x87.store();
  }

  /** Leaves in front of the current instruction, which its handler then runs. */
  #interpret(kind: LinkKind = 'interpret'): string {
    return this.#refund() + this.#leaveBy(this.#eip, kind);
  }

  #interpretIf(condition: string, kind?: LinkKind): string {
    return `if(${condition}){${kind === 'found' ? this.#missed() : this.#interpret(kind)}}`;
  }

  /** An access can't be done in place. Where that is often so of its instruction, the region goes on after it. */
  #missed(): string {
    const { statements, instructions } = this.#region.blocks[this.#block];
    const last = statements.at(-1)!;
    const isLast = this.#instruction === instructions.length - 1;
    if (!isLast || last.op !== 'jump' || last.kind !== 'missed' || !this.#blockAt.has(last.args[0].number))
      return this.#interpret('found');
    return this.#nested(() => this.#transfers.handled(last.args[0].number));
  }

  // Counting (EmitOptions.pacing).

  /** Gives back what the block took for the instructions it doesn't run. */
  #refund(): string {
    if (!this.#context.budgeted) return '';
    return this.#context.giveBack(this.#region.blocks[this.#block].instructions.length - this.#instruction);
  }

  // Statements.

  #statements(statements: readonly Statement[]): string {
    return statements.map((s) => this.#statement(s)).join('');
  }

  #release(temporaries: readonly number[]): string {
    this.#temporaries.release(temporaries, (temporary) => this.#flags.needs(temporary));
    return '';
  }

  #statement(s: Statement): string {
    if (!readsFlags(s)) return this.#plain(s);
    const resolved = rewriteStatement(s, (v) => (v.op === 'condition' ? (this.#flags.resolve(v.number) ?? v) : v));
    const settle = readsFlags(resolved) ? this.#flags.settle() : '';
    return settle + this.#plain(resolved);
  }

  #plain(s: Statement): string {
    const [a, b] = s.args;
    this.#dirty |= changedWords(s);
    switch (s.op) {
      case 'instruction':
        this.#instruction++;
        this.#eip = a.number;
        this.#accesses.begin(s);
        return `\n/*${hex(a.number)}*/ `;
      case 'let':
        return this.#assign(s, this.#print.value(a));
      case 'get':
        return this.#assign(s, this.#place(a, s.view));
      case 'set':
        return `${this.#place(a, s.view)}=${this.#print.value(b)};`;
      case 'load':
      case 'store':
      case 'probe':
        return this.#accesses.access(s);
      case 'window':
        return this.#accesses.window(s);
      case 'segment':
        return this.#accesses.segment(s);
      case 'flags':
        return this.#flags.set(s);
      case 'escape':
        return '';
      case 'x87':
        return this.#x87.statement(s);
      case 'when':
        return this.#conditional(s);
      case 'fault':
      case 'fallback':
        return this.#interpretIf(this.#print.boolean(a));
      default:
        return this.#transfers.transfer(s, this.#region.blocks[this.#block]);
    }
  }

  /** Goes on at an EIP, with what the region keeps in locals fetched again. */
  #comeBack(back: number): string {
    const block = this.#blockAt.get(back)!;
    const load = this.#load(block);
    this.#flags.loaded();
    this.#x87.begin(block);
    return (load && `${load};`) + this.#goTo(back, false);
  }

  /** A state word, or a double or single of the state: a local, or its place in the state. */
  #place({ number }: Value, view: View): string {
    return view === 'integer' && number < LOCAL_WORDS ? registerNames[number] : this.#context.view(view, number);
  }

  #assign(s: Statement, text: string): string {
    return `${this.#temporaries.define(s.temporary, definedKind(s)!)}=${text};`;
  }

  /** Flags that the body makes or reads are settled in front of it: it may be skipped. */
  #conditional(s: WhenStatement): string {
    const condition = this.#print.boolean(s.args[0]);
    if (!s.body.some(touchesFlags)) return `if(${condition}){${this.#statements(s.body)}}`;
    return `${this.#flags.settle()}if(${condition}){${this.#statements(s.body)}${this.#flags.settle()}}`;
  }
}
