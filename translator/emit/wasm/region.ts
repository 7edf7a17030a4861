import { type HelperName, helpers } from '../../abi/helpers.ts';
import { Key } from '../../abi/key.ts';
import { PAGE_BYTES } from '../../abi/page.ts';
import { RETURN_RECORD } from '../../abi/record.ts';
import { registerNames, Segment, Word } from '../../abi/state.ts';
import { resolveCondition } from '../../ir/conditions.ts';
import { containsLeaf, readsFlags, rewriteStatement, touchesFlags } from '../../ir/rewrite.ts';
import {
  definesDouble,
  isShared,
  partialFlagKinds,
  type Region,
  type Statement,
  windowOffset,
} from '../../ir/statement.ts';
import type { Value } from '../../ir/value.ts';
import { type CodeSegment, flatSegment } from '../../region/select.ts';
import type { BlockIndex, EdgeKind, Structure } from '../../region/structure.ts';
import type { EmitContext } from '../context.ts';
import { changedWords, dirtyWords, isLocal } from '../dirty-words.ts';
import { flagsGoTo, flagsSeen } from '../flag-liveness.ts';
import { type Link, type LinkKind, Links } from '../links.ts';
import { LOCAL_WORDS } from '../names.ts';
import { readModifyWrites } from '../read-modify-write.ts';
import { lastUses, Temporaries } from '../temporaries.ts';
import { CodeWriter, type Hole } from './code.ts';
import { flagLocals, WasmExpressions } from './expression.ts';
import { flagWords } from './flags.ts';
import { doubleAt, segmentPlaces, tableAt, type WasmLayout, wordAt } from './layout.ts';
import { Op } from './opcodes.ts';

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
/** Of the exit that all share. */
const EXIT = 'X';

/** Whether a region can be WebAssembly: all but x87, arithmetic of SSE, and accesses that fault where they are not aligned. */
export function canBeWasm({ key, blocks }: Region): boolean {
  if ((key & Key.alignment) !== 0) return false;
  return blocks.every(({ statements }) => statements.every(isSupported));
}

function isSupported(s: Statement): boolean {
  if (s.op === 'x87' || s.op === 'escape') return false;
  return s.args.every(takesIntegers) && (s.body?.every(isSupported) ?? true);
}

/** Helpers of reals are not among the imports. */
function takesIntegers(v: Value): boolean {
  if (v.op === 'call' && helpers[v.name as HelperName].kind === 'sticky') return false;
  return [v.a, v.b, v.c].every((operand) => operand === null || takesIntegers(operand));
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

class WasmRegionEmitter {
  private readonly context: EmitContext;
  private readonly layout: WasmLayout;
  private readonly region: Region;
  private readonly structure: Structure;
  private readonly segment: CodeSegment;
  private readonly code: CodeWriter;
  private readonly print: WasmExpressions;
  private readonly links = new Links();
  private readonly temporaries = new Temporaries();
  private readonly blockAt = new Map<number, BlockIndex>();
  private readonly dirtyAt: readonly number[];
  private readonly flagsSeen: readonly boolean[];
  private readonly shared: ReadonlySet<Statement>;
  /** Words that are loaded at the entry, and those that are stored where it is left, a bit each. */
  private readonly loaded: number;
  private readonly changed: number;
  // While a block is written:
  private block: BlockIndex = 0;
  private instruction = -1;
  private eip = 0;
  private dirty = 0;
  /** What the last instructions did to the flags and the locals do not say yet. */
  private pending: readonly Statement[] = [];

  constructor(context: EmitContext, layout: WasmLayout, region: Region, structure: Structure, segment: CodeSegment) {
    this.context = context;
    this.layout = layout;
    this.region = region;
    this.structure = structure;
    this.segment = segment;
    this.code = new CodeWriter(structure.dispatched.length > 0 ? ['at'] : []);
    this.print = new WasmExpressions(this.code, {
      address: (eip) => this.address(eip),
      temporary: (number) => this.temporaries.name(number),
    });
    for (const [n, { eip }] of region.blocks.entries()) this.blockAt.set(eip, n);
    this.dirtyAt = dirtyWords(region);
    this.flagsSeen = flagsSeen(region.blocks, flagsGoTo(region.blocks, structure));
    this.shared = new Set(region.blocks.flatMap((block) => [...readModifyWrites(block)]));
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

  // Addresses in the code, by their distance from the entry, so that it may be moved.

  private usesAddresses(): boolean {
    const isAddress = (v: Value) => v.op === 'eip';
    const mayCompare = (s: Statement) => s.op === 'indirect' || (s.op === 'jump' && s.name === 'call');
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
    if (to === undefined || edge === 'exit') return this.exit(eip, isJump);
    const goesBack = edge === 'continue' || edge === 'dispatch' || (isJump && eip >>> 0 <= this.eip >>> 0);
    if (goesBack) this.poll(eip);
    if (edge === 'inline' && !structure.isLoop(to)) return this.nested(() => this.tree(to));
    if (this.context.budgeted || this.flagsSeen[to]) this.settled();
    if (edge === 'inline') return this.nested(() => this.tree(to));
    if (edge !== 'dispatch') return code.branch(`${edge === 'continue' ? 'L' : 'B'}${to}`);
    code.constant(to);
    code.set('at');
    code.branch(`L${structure.root}`);
  }

  private edgeTo(eip: number): EdgeKind {
    const to = this.blockAt.get(eip);
    return to === undefined ? 'exit' : this.structure.edge(this.block, to);
  }

  private nested(write: () => void): void {
    const { block, instruction, eip, dirty, pending } = this;
    const restore = this.temporaries.save();
    write();
    Object.assign(this, { block, instruction, eip, dirty, pending });
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
  private interpret(kind: LinkKind = 'interpret'): void {
    if (this.context.budgeted) this.addToBudget(this.region.blocks[this.block].instructions.length - this.instruction);
    this.leaveBy(this.eip, kind);
  }

  private interpretIf(condition: () => void, kind?: LinkKind): void {
    condition();
    this.code.open(Op.if);
    this.interpret(kind);
    this.code.end();
  }

  /** An access can't be done in place. Where that is often so of its instruction, the region goes on after it. */
  private missed(): void {
    const { statements, instructions } = this.region.blocks[this.block];
    const last = statements.at(-1)!;
    const isLast = this.instruction === instructions.length - 1;
    if (!isLast || last.name !== 'missed' || !this.blockAt.has(last.args[0].number)) return this.interpret('found');
    this.nested(() => this.handled(last.args[0].number));
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

  /** The same where nothing is changed for what follows. */
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

  private setFlags(s: Statement): void {
    if (!partialFlagKinds.has(s.name)) {
      this.pending = [s];
      return;
    }
    this.pending = [...this.pending, s];
    if (this.pending.length > LONGEST) this.settle();
  }

  // Statements.

  private statement(s: Statement): void {
    if (!readsFlags(s)) return this.plain(s);
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
        return this.define(s);
      case 'get':
        this.fromState(s);
        return this.define(s);
      case 'set':
        return this.toState(s);
      case 'load':
      case 'store':
      case 'probe':
        return this.access(s);
      case 'window':
        return this.window(s);
      case 'segment':
        return this.inSegment(s);
      case 'flags':
        return this.setFlags(s);
      case 'when':
        return this.conditional(s);
      case 'fault':
      case 'fallback':
        return this.interpretIf(() => this.print.value(a));
      case 'exitIf':
        return this.when(a, () => this.goTo(b.number, false));
      case 'branch':
        this.when(a, () => this.goTo(b.number, true));
        return this.goTo(c.number, false);
      default:
        return this.transfer(s);
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

  private define(s: Statement): void {
    const double = definesDouble(s);
    this.code.set(this.temporaries.define(s.temporary, double), double ? 'f64' : 'i32');
  }

  // The state.

  private fromState(s: Statement): void {
    const { code } = this;
    const { number } = s.args[0];
    if (s.name === '' && number < LOCAL_WORDS) return code.get(registerNames[number]);
    if (s.name === '') return code.loadAt(wordAt(number));
    code.constant(0);
    if (s.name === 'double') return code.access(Op.loadDouble, doubleAt(number), 3);
    code.access(Op.loadSingle, wordAt(number), 2);
    code.op(Op.fromSingle);
  }

  private toState(s: Statement): void {
    const { code, print } = this;
    const [{ number }, value] = s.args;
    if (s.name === '' && number < LOCAL_WORDS) {
      print.value(value);
      return code.set(registerNames[number]);
    }
    if (s.name === '') return this.storeWord(number, () => print.value(value));
    code.constant(0);
    print.value(value);
    if (s.name === 'double') return code.access(Op.storeDouble, doubleAt(number), 3);
    code.op(Op.toSingle);
    code.access(Op.storeSingle, wordAt(number), 2);
  }

  // Memory. An index is that of a byte.

  private access(s: Statement): void {
    const offset = windowOffset(s);
    if (offset !== undefined) return this.at(s, () => this.print.value(s.args[0]), offset);
    const isShared = this.shared.has(s);
    const isRead = s.op === 'load' && !isShared;
    if (!isShared || s.op === 'load') this.check(s.args[0], s.size, isRead, () => this.missed());
    if (s.op !== 'probe') this.at(s, () => this.code.get('k'), 0);
  }

  /** A load or store at an index. */
  private at(s: Statement, index: () => void, offset: number): void {
    const { code } = this;
    const place = this.layout.ram + offset;
    index();
    if (s.op === 'load') {
      code.access(loads[s.name || s.size], place);
      if (s.name === 'single') code.op(Op.fromSingle);
      return this.define(s);
    }
    this.print.value(s.args[1]);
    if (s.name === 'single') code.op(Op.toSingle);
    code.access(stores[s.name || s.size], place);
  }

  private window(s: Statement): void {
    const crosses = isShared(s) ? () => this.interpret('narrow') : () => this.missed();
    if (isShared(s) && s.size > 4) {
      const [start] = s.args;
      this.interpretIf(() => this.isCrossing(start, s.size), 'narrow');
      this.check(start, 1, s.name.startsWith('read'), () => this.missed());
    } else this.check(s.args[0], s.size, s.name.startsWith('read'), crosses);
    this.code.get('k');
    this.define(s);
  }

  private isCrossing(address: Value, size: number): void {
    const { code } = this;
    this.print.value(address);
    code.constant(PAGE_BYTES - 1);
    code.op(Op.and);
    code.constant(PAGE_BYTES - size);
    code.op(Op.gtu);
  }

  /** Makes `k` the index of what is at a linear address, in one page; if it isn't to be had by a walk either, `miss` leaves. */
  private check(address: Value, size: number, isRead: boolean, miss: () => void): void {
    const { code, context, layout, print } = this;
    const tlb = tableAt(layout, isRead ? context.readTlb : context.writeTlb);
    code.open(Op.block, 'found');
    code.open(Op.block, 'slow');
    print.value(address);
    print.value(address);
    code.constant(12);
    code.op(Op.shr);
    code.constant(2);
    code.op(Op.shl);
    code.access(Op.load32, tlb, 2);
    code.constant(2);
    code.op(Op.shl, Op.xor);
    code.tee('k');
    code.constant(layout.ramBytes);
    if (size === 1) {
      code.op(Op.ltu);
      code.branch('found', Op.brIf);
    } else {
      code.op(Op.geu);
      code.branch('slow', Op.brIf);
      this.isCrossing(address, size);
      code.op(Op.eqz);
      code.branch('found', Op.brIf);
    }
    code.end();
    print.value(address);
    code.constant(size);
    code.call(isRead ? 'fillRead' : 'fillWrite');
    code.tee('k');
    code.constant(0);
    code.op(Op.ge);
    code.branch('found', Op.brIf);
    this.nested(miss);
    code.op(Op.unreachable);
    code.end();
  }

  private inSegment(s: Statement): void {
    const { code, print } = this;
    const [{ number: segment }, offset] = s.args;
    this.interpretIf(() => {
      print.value(offset);
      code.loadAt(segmentPlaces.low(segment));
      code.op(Op.sub, Op.doubleUnsigned);
      code.op(Op.constantDouble);
      code.bytes.double(s.size - 1);
      code.op(Op.fadd);
      code.constant(0);
      code.access(Op.loadDouble, segmentPlaces.span(segment, s.name), 3);
      code.op(Op.fgt);
    });
    code.loadAt(segmentPlaces.base(segment));
    print.value(offset);
    code.op(Op.add);
    this.define(s);
  }

  // Transfers.

  private transfer(s: Statement): void {
    if (s.op === 'jump') return this.jump(s);
    if (s.op === 'indirect') return this.indirect(s);
    // A trap: with a `resume` after it that one says how it goes on.
    if (s === this.region.blocks[this.block].statements.at(-1)) this.interpret();
  }

  private jump(s: Statement): void {
    const eip = s.args[0].number;
    if (s.name === 'call') return this.directCall(s);
    if (s.name !== 'resume') return this.goTo(eip, s.name === 'jump');
    if (this.blockAt.has(eip)) this.handled(eip);
    else this.interpret();
  }

  /** Has the handler of the current instruction run, and goes on in the region after it unless that leads elsewhere. */
  private handled(back: number): void {
    const { code, links } = this;
    this.store();
    code.constantOf('number', links.indexOf(this.eip, 'interpret'));
    code.call('run');
    code.tee('r');
    code.constantOf('record', links.indexOf(back, 'back'));
    code.op(Op.ne);
    code.open(Op.if);
    code.get('r');
    code.op(Op.return);
    code.end();
    this.comeBack(back);
  }

  /** Goes on at an EIP, with what the region keeps in locals fetched again. */
  private comeBack(back: number): void {
    this.load();
    this.goTo(back, false);
  }

  private indirect(s: Statement): void {
    const { code, print } = this;
    const [target, ...known] = s.args;
    if (s.name === 'call') return this.indirectCall(s);
    if (s.name === 'return' || s.name === 'comeBack') {
      this.store();
      this.storeWord(Word.eip, () => print.value(target));
      if (s.name === 'comeBack') return code.call('back', Op.returnCall);
      code.constant(RETURN_RECORD);
      return code.op(Op.return);
    }
    for (const { number } of known.filter((v) => this.blockAt.has(v.number))) {
      print.value(target);
      this.address(number);
      code.op(Op.eq);
      code.open(Op.if);
      this.nested(() => this.goTo(number, true));
      code.end();
    }
    this.store();
    print.value(target);
    code.call('jump', Op.returnCall);
  }

  /** A nested call if the region goes on after it, else an exit. */
  private directCall(s: Statement): void {
    const { code, context, links } = this;
    const [{ number: target }, { number: back }] = s.args;
    if (!this.blockAt.has(back)) return this.exit(target, true);
    this.store();
    this.isTooDeep();
    if (!context.budgeted) {
      this.asked();
      code.op(Op.or);
    }
    code.open(Op.if);
    this.nested(() => {
      this.poll(target);
      this.leaveBy(target, context.budgeted ? 'entry' : 'deep');
    });
    code.end();
    this.addToDepth(-1);
    const link = links.indexOf(target, 'entry');
    // Where instructions are counted the runtime takes those of the callee.
    code.constantOf(context.budgeted ? 'record' : 'exit', link);
    if (!context.budgeted) code.call('go');
    this.afterCall(back);
  }

  /** The same with a callee that is known only now. */
  private indirectCall(s: Statement): void {
    const { code, print } = this;
    const [target, { number: back }] = s.args;
    this.store();
    if (this.blockAt.has(back)) {
      this.isTooDeep();
      code.open(Op.if);
    }
    print.value(target);
    code.call('jump', Op.returnCall);
    if (!this.blockAt.has(back)) return;
    code.end();
    this.addToDepth(-1);
    print.value(target);
    code.call('jump');
    this.afterCall(back);
  }

  private isTooDeep(): void {
    const { code } = this;
    code.loadAt(wordAt(Word.callDepth));
    code.constant(0);
    code.op(Op.le);
  }

  private addToDepth(calls: number): void {
    const { code } = this;
    this.storeWord(Word.callDepth, () => {
      code.loadAt(wordAt(Word.callDepth));
      code.constant(calls);
      code.op(Op.add);
    });
  }

  /** What the callee has given is on the stack: goes on if it has returned here, else runs on until control comes here. */
  private afterCall(back: number): void {
    const { code } = this;
    code.set('r');
    code.open(Op.block, 'returned');
    code.get('r');
    code.constant(RETURN_RECORD);
    code.op(Op.eq);
    code.loadAt(wordAt(Word.eip));
    this.address(back);
    code.op(Op.eq, Op.and);
    this.isInSegment();
    code.branch('returned', Op.brIf);
    code.get('r');
    code.constantOf('record', this.links.indexOf(back, 'back'));
    code.call('call');
    code.branch('returned', Op.brIf);
    code.constant(0);
    code.op(Op.return);
    code.end();
    this.addToDepth(1);
    this.comeBack(back);
  }

  /** Where code is not flat a callee may have returned to another segment. */
  private isInSegment(): void {
    if (this.context.flat) return;
    const { code, segment } = this;
    const words = [
      [Word.segmentBase, segment.base],
      [Word.segmentLimit, segment.limit],
    ];
    for (const [word, value] of words) {
      code.loadAt(wordAt(word + Segment.cs));
      code.constant(value);
      code.op(Op.eq, Op.and);
    }
  }
}

const loads: Readonly<Record<string, number>> = {
  1: Op.load8,
  2: Op.load16,
  4: Op.load32,
  double: Op.loadDouble,
  single: Op.loadSingle,
};
const stores: Readonly<Record<string, number>> = {
  1: Op.store8,
  2: Op.store16,
  4: Op.store32,
  double: Op.storeDouble,
  single: Op.storeSingle,
};

/** The words whose bits are set, ascending. */
function wordsOf(bits: number): number[] {
  return Array.from({ length: registerNames.length }, (_, word) => word).filter((word) => (bits >>> word) & 1);
}

/** Words kept in locals that a statement reads, a bit each. */
function usedWords(s: Statement): number {
  const flags = readsFlags(s) || (s.op === 'flags' && partialFlagKinds.has(s.name));
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
