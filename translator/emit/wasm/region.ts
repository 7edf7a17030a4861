import { Key } from '../../abi/key.ts';
import { registerNames, Word } from '../../abi/state.ts';
import { resolveCondition } from '../../ir/conditions.ts';
import { definedKind, partialFlagKinds } from '../../ir/operations.ts';
import { callsSticky, containsLeaf, readsFlags, rewriteStatement, touchesFlags } from '../../ir/rewrite.ts';
import type { AccessStatement, FlagsStatement, Region, Statement } from '../../ir/statement.ts';
import type { Value } from '../../ir/value.ts';
import { type CodeSegment, flatSegment } from '../../region/select.ts';
import type { BlockIndex, EdgeKind, Structure } from '../../region/structure.ts';
import type { EmitContext } from '../context.ts';
import { changedWords, dirtyWords, isLocal } from '../dirty-words.ts';
import { flagsGoTo, flagsSeen } from '../flag-liveness.ts';
import { type Link, type LinkKind, Links } from '../links.ts';
import { LOCAL_WORDS } from '../names.ts';
import { lastUses, Temporaries } from '../temporaries.ts';
import { WasmAccesses, type WasmAccessHost } from './accesses.ts';
import { CodeWriter, type Hole, typeOf } from './code.ts';
import { flagLocals, WasmExpressions } from './expression.ts';
import { flagWords } from './flags.ts';
import { doubleAt, tableAt, type WasmLayout, wordAt } from './layout.ts';
import { Op } from './opcodes.ts';
import { type WasmTransferHost, WasmTransfers } from './transfers.ts';

/** A region as a function of WebAssembly. */
export interface WasmFunction {
  /** Declarations of locals and code, with holes. */
  readonly bytes: Uint8Array;
  readonly holes: readonly Hole[];
  readonly links: readonly Link[];
  /** Whether it takes the number of the block to begin at: it has several entries, or a jump into a loop. */
  readonly isDispatched: boolean;
}

/** More changes of the flags than this on top of each other are brought into the locals at once. */
const LONGEST = 3;
/** Label of the exit that all share. */
const EXIT = 'X';

/** Whether a region can be WebAssembly: all but x87, arithmetic of SSE, and accesses that fault where they are not aligned. */
export function canBeWasm({ key, blocks }: Region): boolean {
  if ((key & Key.alignment) !== 0) return false;
  return blocks.every(({ statements }) => statements.every(isSupported));
}

function isSupported(s: Statement): boolean {
  if (s.op === 'x87' || s.op === 'escape') return false;
  // Helpers of reals are not among the imports.
  return !callsSticky(s) && (s.body?.every(isSupported) ?? true);
}

/** Writes a region as a function that gives the record to go on at, 0 to leave to the dispatcher. See emitRegion for what is alike. */
export function emitWasmRegion(
  context: EmitContext,
  layout: WasmLayout,
  region: Region,
  structure: Structure,
  segment: CodeSegment = flatSegment,
): WasmFunction {
  return new WasmRegionEmitter(context, layout, region, structure, segment).emit();
}

class WasmRegionEmitter implements WasmAccessHost {
  private readonly context: EmitContext;
  private readonly layout: WasmLayout;
  private readonly region: Region;
  private readonly structure: Structure;
  private readonly code: CodeWriter;
  private readonly print: WasmExpressions;
  private readonly links = new Links();
  private readonly temporaries = new Temporaries();
  private readonly blockAt = new Map<number, BlockIndex>();
  private readonly dirtyAt: readonly number[];
  private readonly flagsSeen: readonly boolean[];
  private readonly accesses: WasmAccesses;
  private readonly transfers: WasmTransfers;
  /** Words that are loaded at the entry, and those that are stored where it is left, a bit each. */
  private readonly loaded: number;
  private readonly changed: number;
  // While a block is written:
  private block: BlockIndex = 0;
  private instruction = -1;
  private eip = 0;
  private dirty = 0;
  /** Changes of the flags by the last instructions that the locals do not show yet. */
  private pending: readonly FlagsStatement[] = [];

  constructor(context: EmitContext, layout: WasmLayout, region: Region, structure: Structure, segment: CodeSegment) {
    this.context = context;
    this.layout = layout;
    this.region = region;
    this.structure = structure;
    this.code = new CodeWriter(structure.dispatched.length > 0 ? ['at'] : []);
    this.print = new WasmExpressions(this.code, {
      address: (eip) => this.address(eip),
      temporary: (number) => this.temporaries.name(number),
    });
    for (const [n, { eip }] of region.blocks.entries()) this.blockAt.set(eip, n);
    this.dirtyAt = dirtyWords(region);
    this.flagsSeen = flagsSeen(region.blocks, flagsGoTo(region.blocks, structure));
    const { code, print } = this;
    this.accesses = new WasmAccesses(context, layout, region.blocks, { code, print }, this);
    this.transfers = new WasmTransfers({ context, links: this.links, segment, code, print }, this.transferHost());
    const all = region.blocks.flatMap(({ statements }) => statements);
    this.changed = all.reduce((words, s) => words | changedWords(s), 0);
    this.loaded = this.changed | all.reduce((words, s) => words | usedWords(s), 0);
  }

  emit(): WasmFunction {
    const { code, context, structure } = this;
    if (context.budgeted) this.addToBudget(1);
    if (this.usesAddresses()) this.loadEntry();
    this.load();
    code.open(Op.block, EXIT);
    this.tree(structure.root);
    code.op(Op.unreachable);
    code.end();
    this.storeWords(this.changed);
    code.get('x');
    code.call('go', Op.returnCall);
    const { bytes, holes } = code.finish();
    return { bytes, holes, links: this.links.all, isDispatched: structure.dispatched.length > 0 };
  }

  private transferHost(): WasmTransferHost {
    return {
      isInside: (eip) => this.blockAt.has(eip),
      eip: () => this.eip,
      goTo: (eip, isJump) => this.goTo(eip, isJump),
      exit: (eip, isJump) => this.exit(eip, isJump),
      leaveBy: (eip, kind) => this.leaveBy(eip, kind),
      poll: (eip) => this.poll(eip),
      asked: () => this.asked(),
      interpret: () => this.interpret(),
      store: () => this.store(),
      load: () => this.load(),
      storeWord: (word, value) => this.storeWord(word, value),
      address: (eip) => this.address(eip),
      nested: (write) => this.nested(write),
    };
  }

  // Addresses in the code, by their distance from the entry, so that it may be moved.

  private usesAddresses(): boolean {
    const isAddress = (v: Value) => v.op === 'eip';
    const mayCompare = (s: Statement) => s.op === 'indirect' || (s.op === 'jump' && s.kind === 'call');
    return this.region.blocks.some(({ statements }) =>
      statements.some((s) => mayCompare(s) || readsAddress(s, isAddress)),
    );
  }

  /** The entry's record knows where the next instruction is. */
  private loadEntry(): void {
    const { code, links, region } = this;
    const link = links.indexOf(region.blocks[0].eip, 'back');
    code.constantOf('record', link);
    code.constant(2);
    code.op(Op.shl);
    code.access(Op.load32, tableAt(this.layout, 'NEXT_EIP'), 2);
    code.constantOf('length', link);
    code.op(Op.sub);
    code.set('entry');
  }

  private address(eip: number): void {
    const { code } = this;
    const distance = (eip - this.region.blocks[0].eip) | 0;
    code.get('entry');
    if (distance === 0) return;
    code.constant(distance);
    code.op(Op.add);
  }

  // What is kept in locals.

  private load(): void {
    const { code } = this;
    for (const word of wordsOf(this.loaded)) {
      code.loadAt(wordAt(word));
      code.set(registerNames[word]);
    }
    this.pending = [];
  }

  private storeWords(words: number): void {
    for (const word of wordsOf(words)) this.storeWord(word, () => this.code.get(registerNames[word]));
  }

  private storeWord(word: number, value: () => void): void {
    this.code.constant(0);
    value();
    this.code.access(Op.store32, wordAt(word), 2);
  }

  /** Stores what may have changed; nothing is changed for what follows. */
  private store(): void {
    this.settled();
    this.storeWords(this.dirty & this.changed);
  }

  // Structure.

  /** The code of a block and of all that it dominates (see TreePrinter). */
  private tree(block: BlockIndex): void {
    const { structure, code } = this;
    const merges = structure.merges(block);
    if (structure.isLoop(block)) {
      this.join();
      code.open(Op.loop, `L${block}`);
    }
    for (const merge of [...merges].reverse()) code.open(Op.block, `B${merge}`);
    if (block === this.region.blocks.length) this.dispatch();
    else this.blockCode(block);
    for (const merge of merges) {
      code.op(Op.unreachable);
      code.end();
      this.join();
      this.tree(merge);
    }
    if (!structure.isLoop(block)) return;
    code.op(Op.unreachable);
    code.end();
  }

  private dispatch(): void {
    const { code, structure } = this;
    const { root, dispatched } = structure;
    for (const to of dispatched) {
      code.get('at');
      code.constant(to);
      code.op(Op.eq);
      code.open(Op.if);
      if (structure.edge(root, to) === 'inline') this.nested(() => this.tree(to));
      else code.branch(`B${to}`);
      code.end();
    }
  }

  /** A block begins that others than the last written one come to. */
  private join(): void {
    this.pending = [];
    this.temporaries.releaseAll();
  }

  private blockCode(index: BlockIndex): void {
    const block = this.region.blocks[index];
    this.block = index;
    this.instruction = -1;
    this.dirty = this.dirtyAt[index];
    if (this.context.budgeted) this.takeBudget(block.instructions.length, block.eip);
    const uses = lastUses(block);
    block.statements.forEach((s, n) => {
      this.statement(s);
      this.temporaries.release(uses[n], (temporary) => this.isPending(temporary));
    });
  }

  private isPending(temporary: number): boolean {
    const isIt = (leaf: Value) => leaf.op === 'temporary' && leaf.number === temporary;
    return this.pending.some((s) => s.args.some((v) => containsLeaf(v, isIt)));
  }

  /** Branches to an EIP from the current block. */
  private goTo(eip: number, isJump: boolean): void {
    const { code, structure } = this;
    const to = this.blockAt.get(eip);
    const edge = this.edgeTo(eip);
    if (to === undefined || edge === 'exit') {
      this.exit(eip, isJump);
      return;
    }
    const goesBack = edge === 'continue' || edge === 'dispatch' || (isJump && eip >>> 0 <= this.eip >>> 0);
    if (goesBack) this.poll(eip);
    if (edge === 'inline' && !structure.isLoop(to)) {
      this.nested(() => this.tree(to));
      return;
    }
    if (this.context.budgeted || this.flagsSeen[to]) this.settled();
    if (edge === 'inline') {
      this.nested(() => this.tree(to));
      return;
    }
    if (edge !== 'dispatch') {
      code.branch(`${edge === 'continue' ? 'L' : 'B'}${to}`);
      return;
    }
    code.constant(to);
    code.set('at');
    code.branch(`L${structure.root}`);
  }

  private edgeTo(eip: number): EdgeKind {
    const to = this.blockAt.get(eip);
    return to === undefined ? 'exit' : this.structure.edge(this.block, to);
  }

  nested(write: () => void): void {
    const { block, instruction, eip, dirty, pending } = this;
    const restore = this.temporaries.save();
    write();
    this.block = block;
    this.instruction = instruction;
    this.eip = eip;
    this.dirty = dirty;
    this.pending = pending;
    restore();
  }

  // Leaving.

  private exit(eip: number, isJump: boolean): void {
    if (isJump) this.poll(eip);
    this.leaveBy(eip, 'entry');
  }

  /** Where control goes back or far: leaves to the dispatcher if it is asked for. */
  private poll(eip: number): void {
    if (this.context.budgeted) return;
    this.asked();
    this.code.open(Op.if);
    this.leaveBy(eip, 'leave');
    this.code.end();
  }

  private asked(): void {
    const { code, context } = this;
    if (context.options.pacing === 'jumps') {
      this.addToBudget(-1);
      code.loadAt(wordAt(Word.budget));
      code.constant(0);
      code.op(Op.lt);
    }
    code.loadAt(wordAt(Word.attention));
    if (context.options.pacing === 'jumps') code.op(Op.or);
  }

  private leaveBy(eip: number, kind: LinkKind): void {
    const { code } = this;
    this.settled();
    code.constantOf('exit', this.links.indexOf(eip, kind));
    code.set('x');
    code.branch(EXIT);
  }

  /** Leaves in front of the current instruction, which its handler then runs. */
  interpret(kind: LinkKind = 'interpret'): void {
    if (this.context.budgeted) this.addToBudget(this.region.blocks[this.block].instructions.length - this.instruction);
    this.leaveBy(this.eip, kind);
  }

  interpretIf(condition: () => void, kind?: LinkKind): void {
    condition();
    this.code.open(Op.if);
    this.interpret(kind);
    this.code.end();
  }

  /** An access can't be done in place. Where that is often so of its instruction, the region goes on after it. */
  missed(): void {
    const { statements, instructions } = this.region.blocks[this.block];
    const last = statements.at(-1)!;
    const isLast = this.instruction === instructions.length - 1;
    if (!isLast || last.op !== 'jump' || last.kind !== 'missed' || !this.blockAt.has(last.args[0].number)) {
      this.interpret('found');
      return;
    }
    this.nested(() => this.transfers.handled(last.args[0].number));
  }

  // Counting.

  private addToBudget(instructions: number): void {
    const { code } = this;
    this.storeWord(Word.budget, () => {
      code.loadAt(wordAt(Word.budget));
      code.constant(instructions);
      code.op(Op.add);
    });
  }

  private takeBudget(instructions: number, eip: number): void {
    const { code } = this;
    this.addToBudget(-instructions);
    code.loadAt(wordAt(Word.budget));
    code.constant(0);
    code.op(Op.lt);
    code.open(Op.if);
    this.addToBudget(instructions);
    this.leaveBy(eip, 'interpret');
    code.end();
  }

  // Flags.

  /** Makes the locals right, for use where the flags are read in the region's own course. */
  private settle(): void {
    this.settled();
    this.pending = [];
  }

  /** Makes the locals right on a path that leaves: code that follows still sees the pending changes. */
  private settled(): void {
    const { code, print } = this;
    for (const s of this.pending) {
      const { result, carries } = flagWords(s);
      if (result) print.value(result);
      if (carries) {
        print.value(carries);
        code.set(flagLocals.carries);
      }
      if (result) code.set(flagLocals.result);
    }
  }

  private setFlags(s: FlagsStatement): void {
    if (!partialFlagKinds.has(s.kind)) {
      this.pending = [s];
      return;
    }
    this.pending = [...this.pending, s];
    if (this.pending.length > LONGEST) this.settle();
  }

  // Statements.

  private statement(s: Statement): void {
    if (!readsFlags(s)) {
      this.plain(s);
      return;
    }
    const resolve = (v: Value) => (v.op === 'condition' ? (resolveCondition(v.number, this.pending) ?? v) : v);
    const resolved = rewriteStatement(s, resolve);
    if (readsFlags(resolved)) this.settle();
    this.plain(resolved);
  }

  private plain(s: Statement): void {
    const [a, b, c] = s.args;
    this.dirty |= changedWords(s);
    switch (s.op) {
      case 'instruction':
        this.instruction++;
        this.eip = a.number;
        return;
      case 'let':
        this.print.value(a);
        this.define(s);
        return;
      case 'get':
        this.fromState(s);
        this.define(s);
        return;
      case 'set':
        this.toState(s);
        return;
      case 'load':
      case 'store':
      case 'probe':
        this.accesses.access(s);
        return;
      case 'window':
        this.accesses.window(s);
        return;
      case 'segment':
        this.accesses.inSegment(s);
        return;
      case 'flags':
        this.setFlags(s);
        return;
      case 'when':
        this.conditional(s);
        return;
      case 'fault':
      case 'fallback':
        this.interpretIf(() => this.print.value(a));
        return;
      case 'exitIf':
        this.when(a, () => this.goTo(b.number, false));
        return;
      case 'branch':
        this.when(a, () => this.goTo(b.number, true));
        this.goTo(c.number, false);
        return;
      default:
        this.transfers.transfer(s, s === this.region.blocks[this.block].statements.at(-1));
        return;
    }
  }

  private when(condition: Value, write: () => void): void {
    this.print.value(condition);
    this.code.open(Op.if);
    this.nested(write);
    this.code.end();
  }

  private conditional(s: Statement): void {
    const touches = s.body!.some(touchesFlags);
    if (touches) this.settle();
    this.print.value(s.args[0]);
    this.code.open(Op.if);
    for (const inner of s.body!) this.statement(inner);
    if (touches) this.settle();
    this.code.end();
  }

  define(s: Statement): void {
    const kind = definedKind(s)!;
    this.code.set(this.temporaries.define(s.temporary, kind), typeOf[kind]);
  }

  // The state.

  private fromState(s: AccessStatement<'get'>): void {
    const { code } = this;
    const { number } = s.args[0];
    if (s.view === 'integer' && number < LOCAL_WORDS) {
      code.get(registerNames[number]);
      return;
    }
    if (s.view === 'integer') {
      code.loadAt(wordAt(number));
      return;
    }
    code.constant(0);
    if (s.view === 'double') {
      code.access(Op.loadDouble, doubleAt(number), 3);
      return;
    }
    code.access(Op.loadSingle, wordAt(number), 2);
    code.op(Op.fromSingle);
  }

  private toState(s: AccessStatement<'set'>): void {
    const { code, print } = this;
    const [{ number }, value] = s.args;
    if (s.view === 'integer' && number < LOCAL_WORDS) {
      print.value(value);
      code.set(registerNames[number]);
      return;
    }
    if (s.view === 'integer') {
      this.storeWord(number, () => print.value(value));
      return;
    }
    code.constant(0);
    print.value(value);
    if (s.view === 'double') {
      code.access(Op.storeDouble, doubleAt(number), 3);
      return;
    }
    code.op(Op.toSingle);
    code.access(Op.storeSingle, wordAt(number), 2);
  }
}

/** The words whose bits are set, ascending. */
function wordsOf(bits: number): number[] {
  return Array.from({ length: registerNames.length }, (_, word) => word).filter((word) => (bits >>> word) & 1);
}

/** Words kept in locals that a statement reads, a bit each. */
function usedWords(s: Statement): number {
  const flags = readsFlags(s) || (s.op === 'flags' && partialFlagKinds.has(s.kind));
  const own = s.op === 'get' && isLocal(s) ? 1 << s.args[0].number : 0;
  const inner = s.body?.reduce((words, one) => words | usedWords(one), 0) ?? 0;
  return own | inner | (flags ? FLAGS : 0);
}

const FLAGS = (1 << Word.flagResult) | (1 << Word.flagCarries);

function readsAddress(s: Statement, isAddress: (v: Value) => boolean): boolean {
  const places = s.op === 'instruction' || s.op === 'jump' || s.op === 'branch' ? [] : s.args;
  return (
    places.some((v) => containsLeaf(v, isAddress)) || (s.body?.some((one) => readsAddress(one, isAddress)) ?? false)
  );
}
