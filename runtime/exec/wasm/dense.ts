import { NOTED_RUNS, RECORD_SHIFT, RETURN_RECORD } from '../../../translator/abi/record.ts';
import { Word } from '../../../translator/abi/state.ts';
import { Key } from '../../../translator/abi/key.ts';
import { EmitContext, type EmitOptions } from '../../../translator/emit/context.ts';
import {
  type DenseFunction,
  type DenseTarget,
  denseModule,
  type Ending,
  FunctionWriter,
  GROUPS,
  makePattern,
  type Pattern,
  plain,
} from '../../../translator/emit/wasm/dense.ts';
import type { Range, Translation } from '../../../translator/translate.ts';
import { packed } from '../../../translator/x86/instruction.ts';
import type { Mmu } from '../../memory/mmu.ts';
import { CachedTranslation } from '../cached-translation.ts';
import type { CodePage } from '../code-page.ts';
import type { Graph } from '../graph.ts';
import type { Node, Run } from '../node.ts';
import { type WasmTable, webAssembly } from './api.ts';
import type { WasmMemory } from './memory.ts';

const SLOTS = 65_536;
/** Guest functions at most; their words are behind the records' entries. */
export const FUNCTIONS = 32_768;
const MOST_INSTRUCTIONS = 600;
const DEPTH = 250;
/** A nested interpreter's loop takes so much of it. */
const NESTED = 12;

const RUN = plain('run');
const AWAY = plain('away');
const HOT = Number(process.env.HOT ?? 1_000_000);
const EXACT = process.env.EXACT === '1';
const LEAVE = new Error('leaves generated code');
const MISS = new Error('an instruction is for its handler');

interface Made {
  readonly code: DenseFunction;
  readonly page: CodePage;
  readonly slot: number;
  readonly head: number;
  readonly leaders: readonly number[];
  readonly instructions: number;
  translation: CachedTranslation | null;
  entries: Node[];
  isDropped: boolean;
}

interface Module {
  functions: Made[];
  instructions: number;
}

const listings = new Map<number, string>();
const selves = new Map<number, number>();
const counts = new Map<string, number>();
function count(name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
function report(): void {
  console.error([...counts].sort((a, b) => b[1] - a[1]).slice(0, 200).map(([k, v]) => `${v} ${k}`).join('\n'));
}
const DBG = process.env.DBG !== undefined;

export class DenseCode {
  readonly metrics = { modules: 0, functions: 0, instructions: 0, bytes: 0, made: 0, emitted: 0, compiled: 0, patterns: 0, misses: 0, leaves: 0, resumes: 0, runs: 0, enters: 0, drops: 0, moved: 0 };
  private readonly graph: Graph;
  private readonly entries: Int32Array;
  private readonly dropped: Int32Array;
  private readonly state: Int32Array;
  private readonly table: WasmTable;
  private readonly imports: Record<string, Record<string, unknown>>;
  private readonly target: DenseTarget;
  private readonly emit: EmitOptions;
  private readonly enterCode: (slot: number, pc: number, depth: number) => number;
  private readonly patterns = new Map<number, Pattern>();
  private readonly fused = new Map<Pattern, Map<number, Pattern>>();
  private readonly contexts = new Map<number, EmitContext>();
  private readonly stale: () => boolean;
  batch = 16;
  /** Records that run so often that JavaScript is to have them. */
  onHot: (node: Node, translation: CachedTranslation) => void = () => {};
  private depth = DEPTH;
  private missed = 0;
  private slots = 1;
  private readonly free: number[] = [];
  private readonly functions: (Made | null)[] = [];
  private readonly freeNumbers: number[] = [];
  private waiting: Made[] = [];
  private modules: Module[] = [];
  /** By record, whose first instruction it is, and in which functions it is the first of a block. */
  private readonly startAt = new Map<number, Made>();
  private readonly leaderAt = new Map<number, { made: Made; block: number }>();

  constructor(memory: WasmMemory, graph: Graph, mmu: Mmu, emit: EmitOptions, helpers: Readonly<Record<string, unknown>>) {
    const { Table, Instance, Module } = webAssembly();
    this.graph = graph;
    this.emit = emit;
    this.entries = memory.entries;
    this.dropped = memory.dropped;
    this.state = memory.state;
    graph.cache.onMove = this.onMove;
    this.stale = () => mmu.tlb.stale;
    this.target = { layout: memory.layout, options: emit, pages: memory.pages, isShared: memory.isShared, dropped: memory.droppedAt, nextEip: (record) => graph.records.views.NEXT_EIP[record], gateOf: (gate, view) => graph.records.views[view][gate] };
    this.table = new Table({ element: 'anyfunc', initial: SLOTS });
    const own = {
      interp: (eip: number, record: number, depth: number) => this.interp(eip, record, depth),
      run: (record: number) => this.runInPlace(record),
      miss: (record: number) => {
        this.missed = record;
        throw MISS;
      },
      leaveAt: (number: number, block: number) => this.leaveAt(number, block),
      eipOf: (record: number) => this.eipOf(record),
      passGate: (gate: number) => {
        (graph as unknown as { pass(gate: number): number }).pass(gate);
        return this.eipOf(gate);
      },
      tail: (record: number) => this.tail(record, this.eipOf(record)),
      tailGate: (gate: number) => {
        const record = (graph as unknown as { pass(gate: number): number }).pass(gate);
        return this.tail(record, this.eipOf(gate));
      },
      fillRead: (linear: number, bytes: number) => mmu.reach(linear, bytes, false),
      fillWrite: (linear: number, bytes: number) => mmu.reach(linear, bytes, true),
    };
    this.imports = { env: { memory: memory.memory, table: this.table, ...helpers, ...own } };
    const bytes = denseModule(this.target, [], () => 0, new Map(), ['enter']);
    this.enterCode = new Instance(new Module(bytes), this.imports).exports.enter as DenseCode['enterCode'];
  }

  private leaveAt(number: number, block: number): number {
    const made = this.functions[number]!;
    const record = made.leaders[block];
    if (this.dropped[GROUPS + number] < 0 && !made.isDropped) {
      this.dropped[GROUPS + number] = HOT;
      if (DBG) count('hot');
      const eip = this.eipOf(record);
      const node = this.graph.nodeOf(record);
      if (node.length === 0) this.graph.decode(node);
      this.onHot(node, made.translation!);
      this.state[Word.eip] = eip;
      throw LEAVE;
    }
    return this.eipOf(record);
  }

  /** Goes on at what has no entry here: a translation in JavaScript may be there. Gives where that has returned to. */
  private tail(record: number, eip: number): number {
    const node = record === 0 ? null : this.graph.records.nodeOf(record);
    if (node === null || !node.isTranslated || node.run === this.run || this.state[Word.attention] !== 0 || this.state[Word.callDepth] < 0) return eip;
    this.state[Word.callDepth]--;
    let next = node.enter(node);
    this.state[Word.callDepth]++;
    for (;;) {
      if (next === null) throw LEAVE;
      if (this.stale()) {
        if (next !== this.graph.returned) this.state[Word.eip] = next.eip;
        throw LEAVE;
      }
      if (next === this.graph.returned) return this.state[Word.eip];
      if (!next.isLink) return next.eip;
      next = next.run(next);
    }
  }

  private eipOf(record: number): number {
    return this.graph.records.eipOf(record);
  }

  // Ways in.

  readonly step = (record: number): number => {
    const entry = this.entries[record >>> RECORD_SHIFT];
    return entry === 0 ? this.graph.step(record) : this.enter(entry, 0);
  };

  readonly nestedStep = (record: number, expected: number): number => {
    const entry = this.entries[record >>> RECORD_SHIFT];
    return entry === 0 ? this.graph.nestedStep(record, expected) : this.enter(entry, expected);
  };

  /** Runs a translation; gives the record to go on at, 0 to leave. */
  private enter(entry: number, expected: number): number {
    this.metrics.enters++;
    if (DBG && this.metrics.enters % 100000 === 0) report(), console.error('enter', entry & 0xffff, entry >>> 16, this.state[Word.eip].toString(16), JSON.stringify(this.metrics));
    const { depth } = this;
    const { callDepth } = Word;
    const before = this.state[callDepth];
    try {
      this.state[Word.eip] = this.enterCode(entry & 0xffff, entry >>> 16, depth);
    } catch (error) {
      this.depth = depth;
      if (error === LEAVE) {
        this.metrics.leaves++;
        return 0;
      }
      if (error !== MISS) throw error;
      this.state[callDepth] = before;
      return this.miss(expected);
    }
    if (DBG) {
      const f = this.functions.find((f) => f?.slot === (entry & 0xffff) && !f.isDropped);
      if (f && this.eipOf(f.leaders[entry >>> 16]) === this.state[Word.eip]) {
        const n = (selves.get(f.code.number) ?? 0) + 1;
        selves.set(f.code.number, n);
        if (n === 20000) console.error('SELF', f.code.number, entry >>> 16, (this.state[Word.eip]>>>0).toString(16), 'attention', this.state[Word.attention], 'depth', depth, 'counter', this.dropped[f.code.number], listings.get(f.code.number));
      }
      const r = this.graph.cache.entryAt(this.state[Word.eip]);
      if (r !== 0 && this.graph.records.isDecoded(r)) count(`at ${(this.state[Word.eip]>>>0).toString(16)} ${this.graph.records.weightOf(r)} heat ${this.graph.records.heatOf(r)>>>10} ${this.graph.handlerOf(r).form.mnemonic} ${this.entries[r >>> 3]} from ${(this.eipOf(this.functions.find((f) => f?.slot === (entry & 0xffff))!.head)>>>0).toString(16)}`);
      count(`returned to ${r === 0 ? 'nowhere' : !this.graph.records.isDecoded(r) ? 'undecoded' : this.entries[r >>> 3] ? 'entry' : `${this.graph.records.weightOf(r)} ${this.endingOf(r) === 'away' ? this.graph.handlerOf(r).form.mnemonic : ''}`}`);
    }
    if (expected !== 0 && this.stale()) return 0;
    return RETURN_RECORD;
  }

  private miss(expected: number): number {
    this.metrics.misses++;
    if (DBG) count(`miss ${this.graph.handlerOf(this.missed).form.mnemonic}`);
    const next = this.graph.interpret(this.graph.nodeOf(this.missed));
    if (next === null) return 0;
    if (expected !== 0 && this.stale()) {
      if (next !== this.graph.returned) this.state[Word.eip] = next.eip;
      return 0;
    }
    return next.record;
  }

  /** The `run` of nodes at which translations begin, for code that is not the loop's. */
  readonly run: Run = (node) => {
    const next = this.enter(this.entries[node.record >>> RECORD_SHIFT], 1);
    if (next === 0) return null;
    return next === RETURN_RECORD ? this.graph.returned : this.graph.nodeOf(next);
  };

  // Ways out.

  /** A call goes to what is not translated: the interpreter runs until control comes back. */
  private interp(eip: number, record: number, depth: number): number {
    this.metrics.resumes++;
    const { graph, state } = this;
    state[Word.eip] = eip;
    if (DBG) count(depth <= NESTED ? 'leave: deep' : state[Word.attention] !== 0 ? 'leave: asked' : 'resume');
    if (depth <= NESTED || state[Word.attention] !== 0) throw LEAVE;
    const first = (graph as unknown as { find(eip: number): number }).find(eip);
    if (first === 0) {
      if (DBG) count('leave: find');
      throw LEAVE;
    }
    if (DBG) count(`resume at ${graph.handlerOf(first).form.mnemonic} ${graph.records.weightOf(first)} ${this.entries[first>>>3]!==0}`);
    const expected = graph.records.views.NEXT[record];
    const node = graph.records.nodeOf(first);
    if (node !== null && node.isTranslated && node.run !== this.run) {
      const came = this.tail(first, eip);
      if (came === graph.records.views.NEXT_EIP[record]) return came;
      if (this.state[Word.attention] !== 0) return came;
      const next = (graph as unknown as { find(eip: number): number }).find(came);
      if (next === 0) throw LEAVE;
      return this.nested(next, expected, record, depth);
    }
    return this.nested(first, expected, record, depth);
  }

  private nested(first: number, expected: number, record: number, depth: number): number {
    const { graph, state } = this;
    const before = this.depth;
    this.depth = depth - NESTED;
    state[Word.callDepth]--;
    const came = graph.run(first, expected);
    state[Word.callDepth]++;
    this.depth = before;
    if (came === 0) {
      if (DBG) count('leave: run 0');
      throw LEAVE;
    }
    return graph.records.views.NEXT_EIP[record];
  }

  /** An instruction's handler runs in place. */
  private runInPlace(record: number): void {
    this.metrics.runs++;
    const { graph, state } = this;
    const node = graph.nodeOf(record);
    if (DBG) count(`run ${graph.handlerOf(record).form.mnemonic} ${graph.handlerOf(record).form.operands}`);
    for (;;) {
      const next = graph.interpret(node);
      if (next === null) {
        if (DBG) count(`leave: run null ${graph.handlerOf(record).form.mnemonic} fault ${graph.hasFaulted}`);
        throw LEAVE;
      }
      if (this.stale()) {
        if (next !== graph.returned) state[Word.eip] = next.eip;
        throw LEAVE;
      }
      if (next === node.next) return;
      if (next !== node || state[Word.attention] !== 0) {
        if (DBG) count(`leave: run elsewhere ${graph.handlerOf(record).form.mnemonic}`);
        if (next !== graph.returned) state[Word.eip] = next.eip;
        throw LEAVE;
      }
    }
  }

  // Making.

  /** Takes a hot entry; false if it can't be. */
  add(node: Node): boolean {
    const { record } = node;
    if (this.frozen) return false;
    if (this.startAt.has(record)) return true;
    const within = this.leaderAt.get(record);
    if (within !== undefined && !within.made.isDropped && this.endingOf(record) !== 'away') {
      if (this.waiting.includes(within.made)) return true;
      this.enterAt(within.made, node, within.block);
      return true;
    }
    const t = performance.now();
    const made = this.make(node);
    this.metrics.made += performance.now() - t;
    if (made === null) return false;
    this.waiting.push(made);
    return true;
  }

  isWaiting(node: Node): boolean {
    return this.waiting.some(({ leaders }) => leaders.includes(node.record));
  }

  get isFull(): boolean {
    return this.waiting.length >= this.batch;
  }

  private enterAt(made: Made, node: Node, block: number): void {
    made.entries.push(node);
    this.entries[node.record >>> RECORD_SHIFT] = made.slot | (block << 16);
    this.graph.setRun(node, this.run);
    node.enter = this.run;
  }

  private readonly keptPatterns = new Map<Uint8Array, Pattern>();
  /** One object for each pattern whose locals are kept. */
  private keptFor(pattern: Pattern): Pattern {
    const known = this.keptPatterns.get(pattern.bytes);
    if (known !== undefined) return known;
    this.keptPatterns.set(pattern.bytes, pattern);
    return pattern;
  }

  private endingOf(record: number): Ending {
    return this.patternOf(record).ending;
  }

  private patternOf(record: number): Pattern {
    const { records } = this.graph;
    if (records.offsetOf(record) + records.lengthOf(record) > 4096) {
      const { ending } = this.patternOfHandler(record);
      return ending === 'next' || ending === 'run' ? RUN : AWAY;
    }
    return this.patternOfHandler(record);
  }

  private patternOfHandler(record: number, flags = true, keeps = false, after: Pattern | null = null): Pattern {
    const { records } = this.graph;
    const handler = this.graph.handlerOf(record);
    const operands = records.views.OPERANDS[record];
    const field = ({ shift, mask }: { shift: number; mask: number }) => (operands >>> shift) & mask;
    const base = field(packed.base) !== Word.zero ? 1 : 0;
    const index = field(packed.index) !== Word.zero ? 1 : 0;
    const scale = index ? field(packed.scale) : 0;
    const displacement = records.views.DISPLACEMENT[record] !== 0 ? 1 : 0;
    const variant = (base | (index << 1) | (scale << 2) | (displacement << 4)) | (flags ? 32 : 0) | (keeps ? 64 : 0);
    const key = handler.number * 128 + variant;
    let patterns: Map<number, Pattern> = this.patterns;
    if (after !== null) {
      let of = this.fused.get(after);
      if (of === undefined) {
        of = new Map();
        this.fused.set(after, of);
      }
      patterns = of;
    }
    let pattern = patterns.get(key);
    if (pattern === undefined) {
      let context = this.contexts.get(handler.key);
      if (context === undefined) {
        context = new EmitContext(this.emit, handler.key);
        this.contexts.set(handler.key, context);
      }
      const facts = { base: base === 1, index: index === 1, scale, displacement: displacement === 1 };
      pattern = makePattern(handler, facts, context, this.target.layout, { flags, keeps, after });
      patterns.set(key, pattern);
      this.metrics.patterns++;
    }
    return pattern;
  }

  /** By place in the list: whether somebody sees the flags that an instruction leaves. */
  private flagsSeen(list: readonly number[], inside: ReadonlySet<number>): boolean[] {
    const { NEXT, TAKEN } = this.graph.records.views;
    const placeOf = new Map(list.map((record, n) => [record, n]));
    const before: boolean[] = list.map(() => false);
    const after: boolean[] = list.map(() => false);
    for (let changed = true; changed; ) {
      changed = false;
      for (let n = list.length - 1; n >= 0; n--) {
        const record = list[n];
        const { ending, readsFlags, setsFlags, mayLeave } = this.patternOf(record);
        const at = (to: number) => (inside.has(to) ? before[placeOf.get(to)!] : true);
        const out = ending === 'next' ? at(NEXT[record]) : ending === 'jump' ? at(TAKEN[record]) : ending === 'branch' ? at(NEXT[record]) || at(TAKEN[record]) : true;
        const seen = readsFlags || (EXACT && mayLeave) || (!setsFlags && out);
        if (out !== after[n] || seen !== before[n]) changed = true;
        after[n] = out;
        before[n] = seen;
      }
    }
    return after;
  }

  /** Records that are reached from an entry within its page without calls. */
  private reached(first: number): number[] {
    const { records } = this.graph;
    const { NEXT, TAKEN } = records.views;
    const seen = new Set<number>([first]);
    const todo = [first];
    for (let record = todo.pop(); record !== undefined; record = todo.pop()) {
      const ending = this.endingOf(record);
      const go = (to: number) => {
        const node = records.nodeOf(to);
        if (node?.isTranslated && node.run !== this.run) return;
        if (to === 0 || seen.has(to) || records.isGate(to) || !this.isTranslatable(to) || seen.size >= MOST_INSTRUCTIONS) return;
        seen.add(to);
        todo.push(to);
      };
      if (ending === 'branch' || ending === 'jump') go(TAKEN[record]);
      if (ending !== 'jump' && ending !== 'return' && ending !== 'indirect jump' && ending !== 'away') go(NEXT[record]);
      if (ending === 'indirect jump') for (const to of this.targetsOf(record)) go(to);
    }
    return [...seen].sort((a, b) => records.offsetOf(a) - records.offsetOf(b));
  }

  private targetsOf(record: number): number[] {
    const node = this.graph.records.nodeOf(record);
    const page = this.graph.records.pageOf(record)!;
    return (node?.targets ?? []).map((eip) => (page.distanceTo(eip) >>> 0 < 4096 ? page.at(page.distanceTo(eip)) : 0)).filter((one) => one !== 0);
  }

  private isTranslatable(record: number): boolean {
    const { records } = this.graph;
    if (!records.isDecoded(record)) return false;
    const page = records.pageOf(record)!;
    const offset = records.offsetOf(record);
    void offset;
    return !this.graph.stopsAt(page, records.eipOf(record));
  }

  private make(node: Node): Made | null {
    const { records } = this.graph;
    const { page } = node;
    const key = page.context.key;
    if ((key & Key.flat) === 0 || (key & Key.alignment) !== 0 || this.emit.pacing !== 'poll') return null;
    if (!this.isTranslatable(node.record) || this.endingOf(node.record) === 'away') return null;
    const { NEXT, TAKEN, OPERANDS, DISPLACEMENT, IMMEDIATE } = records.views;
    const list = this.reached(node.record);
    const inside = new Set(list);
    const leaders = new Set<number>([node.record]);
    list.forEach((record, n) => {
      const ending = this.endingOf(record);
      if (ending === 'branch' || ending === 'jump') if (inside.has(TAKEN[record])) leaders.add(TAKEN[record]);
      if (ending === 'call' || ending === 'indirect call') if (inside.has(NEXT[record])) leaders.add(NEXT[record]);
      if (ending === 'indirect jump') for (const to of this.targetsOf(record)) if (inside.has(to)) leaders.add(to);
      // What doesn't follow the one before it is come to by a jump.
      const next = NEXT[record];
      if (inside.has(next) && list[n + 1] !== next) leaders.add(next);
    });
    const order = list.filter((record) => leaders.has(record));
    const first = list[0];
    if (!leaders.has(first)) order.unshift(first);
    const blockOf = new Map(order.map((record, n) => [record, n]));
    const number = this.freeNumbers.pop() ?? this.functions.length;
    if (number >= FUNCTIONS) throw new Error('too many functions');
    // The entry is what control comes to with 0.
    const w = new FunctionWriter(this.target, number, order.length, this.groupOf(page), !this.moved.has(page));
    let isFirst = true;
    let kept: Pattern | null = null;
    const seen = this.flagsSeen(list, inside);
    list.forEach((record, n) => {
      const block = blockOf.get(record);
      if (block !== undefined && !isFirst) w.nextBlock();
      isFirst = false;
      const usual = this.patternOf(record);
      let pattern = usual;
      if (usual !== RUN && usual !== AWAY && usual.bytes.length > 0) {
        const next = list[n + 1];
        const isFollowed = next !== undefined && NEXT[record] === next && !leaders.has(next) && usual.ending === 'next' && usual.last !== null;
        const fuses = isFollowed && this.patternOf(next).ending === 'branch' && this.patternOf(next).readsFlags && this.patternOf(next).i32 === 0 && this.patternOf(next) !== RUN;
        // A test of flags right before sees what they are of: then only others need them.
        const others = fuses ? seen[n + 1] : seen[n];
        pattern = this.patternOfHandler(record, others, fuses, kept);
        kept = fuses ? this.keptFor(pattern) : null;
      } else kept = null;
      w.pattern(pattern, record, OPERANDS[record], DISPLACEMENT[record], IMMEDIATE[record]);
      const to = (target: number) => {
        const known = inside.has(target) ? blockOf.get(target) : undefined;
        if (known !== undefined) w.goTo(known);
        else w.exit(target, records.isGate(target));
      };
      const on = () => {
        const next = NEXT[record];
        if (list[n + 1] === next) return;
        to(next);
      };
      switch (pattern.ending) {
        case 'run':
          w.run(record);
          on();
          break;
        case 'next':
          on();
          break;
        case 'jump':
          to(TAKEN[record]);
          break;
        case 'branch': {
          const target = TAKEN[record];
          const known = inside.has(target) ? blockOf.get(target) : undefined;
          if (known !== undefined) w.goToIf(known);
          else {
            w.openIf();
            w.exit(target, records.isGate(target));
            w.end();
          }
          on();
          break;
        }
        case 'call': {
          const target = TAKEN[record];
          const isGate = records.isGate(target);
          if (records.isGate(NEXT[record])) w.exit(target, isGate);
          else {
            w.nestedCall(record, isGate ? records.views.TAKEN[target] : target, isGate ? target : 0);
            on();
          }
          break;
        }
        case 'indirect call':
          if (records.isGate(NEXT[record])) w.indirectJump();
          else {
            w.indirectCall(record);
            on();
          }
          break;
        case 'indirect jump':
          w.indirectJump();
          break;
        case 'return':
          w.return();
          break;
        case 'away':
          w.away(record);
          break;
      }
    });
    if (DBG) listings.set(number, list.map((r) => `${(records.eipOf(r)>>>0).toString(16)} ${this.graph.handlerOf(r).form.mnemonic} ${this.graph.handlerOf(r).form.operands} ${this.endingOf(r)} ${this.endingOf(r) === 'branch' || this.endingOf(r) === 'jump' ? (records.eipOf(TAKEN[r])>>>0).toString(16) : ''} ${blockOf.get(r)}`).join('\n'));
    const code = w.finish();
    const slot = this.takeSlot();
    const leaderList = order;
    const made: Made = { code, page, slot, head: node.record, leaders: leaderList, instructions: list.length, translation: null, entries: [node], isDropped: false };
    this.functions[number] = made;
    this.dropped[GROUPS + number] = HOT;
    this.startAt.set(node.record, made);
    order.forEach((record, block) => {
      if (!this.leaderAt.has(record)) this.leaderAt.set(record, { made, block });
    });
    const ranges: Range[] = [];
    for (const record of list) {
      const start = records.eipOf(record);
      const end = start + Math.min(records.lengthOf(record), 4096 - records.offsetOf(record));
      const last = ranges.at(-1) as { start: number; end: number } | undefined;
      if (last !== undefined && last.end === start) last.end = end;
      else ranges.push({ start, end } as Range);
    }
    const facts = { ranges, unreturned: [], instructions: list.length, blocks: order.length } as unknown as Translation;
    made.translation = new CachedTranslation(made.entries, this.run, facts, { checks: 'shared', precision: 0, ...page.noted } as never, 0);
    this.graph.cache.addTranslation(made.translation);
    this.metrics.functions++;
    this.metrics.instructions += list.length;
    return made;
  }

  private takeSlot(): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= SLOTS) throw new Error('all slots for translations are taken');
    return slot;
  }

  /** Makes a module of what waits; modules of a size are merged. */
  finish(): void {
    const waiting = this.waiting.filter((made) => !made.isDropped);
    this.waiting = [];
    if (waiting.length === 0) return;
    let module: Module = { functions: waiting, instructions: waiting.length };
    for (;;) {
      const last = this.modules.at(-1);
      if (last === undefined || last.functions.length > module.functions.length * 2 - 1) break;
      this.modules.pop();
      const functions = [...last.functions, ...module.functions].filter((made) => !made.isDropped);
      module = { functions, instructions: functions.length };
    }
    this.modules.push(module);
    this.link(module);
    for (const made of waiting) {
      const node = made.entries[0];
      const block = made.leaders.indexOf(made.head);
      this.entries[made.head >>> RECORD_SHIFT] = made.slot | (block << 16);
      this.graph.setRun(node, this.run);
      node.enter = this.run;
      node.links = null;
    }
  }

  /** For experiments: all functions in one module. */
  mergeAll(): void {
    this.finish();
    const functions = this.modules.flatMap((m) => m.functions).filter((made) => !made.isDropped);
    const module = { functions, instructions: functions.length };
    this.modules = [module];
    this.link(module);
  }
  frozen = false;

  private link({ functions }: Module): void {
    const t = performance.now();
    const startsAt = new Map<number, { readonly index: number; readonly block: number }>();
    functions.forEach((made, index) => {
      startsAt.set(made.head, { index, block: made.leaders.indexOf(made.head) });
    });
    const bytes = denseModule(
      this.target,
      functions.map(({ code }) => code),
      (number) => this.functions[number]!.slot,
      startsAt,
    );
    if (process.env.DUMP) (process as any).getBuiltinModule('node:fs').writeFileSync(process.env.DUMP, bytes), console.error('INSTR', functions.reduce((sum, { instructions }) => sum + instructions, 0), functions.length);
    const t2 = performance.now();
    const { Instance, Module } = webAssembly();
    new Instance(new Module(bytes), this.imports);
    this.metrics.emitted += t2 - t;
    this.metrics.compiled += performance.now() - t2;
    this.metrics.modules++;
    this.metrics.bytes += bytes.length;
  }

  private readonly groups = new Map<CodePage, number>();
  private readonly moved = new WeakSet<CodePage>();
  private groupCount = 0;
  private groupOf(page: CodePage): number {
    let group = this.groups.get(page);
    if (group === undefined) {
      group = this.groupCount++ % GROUPS;
      this.groups.set(page, group);
      this.dropped[group] = 0;
    }
    return group;
  }
  private dropGroup(page: CodePage): void {
    const group = this.groups.get(page);
    if (group === undefined) return;
    this.dropped[group] = -1;
    this.groups.delete(page);
    // The others of the page go, too.
    for (const translation of [...page.translations]) if (translation.run === this.run) this.graph.cache.replaceTranslation(translation);
  }
  /** A page is at another address: its functions have that in them. */
  readonly onMove = (page: CodePage): void => {
    if (!this.moved.has(page)) this.metrics.moved++;
    this.moved.add(page);
    this.dropGroup(page);
  };

  /** A translation is gone. */
  drop(translation: CachedTranslation): void {
    if (translation.run !== this.run) return;
    const made = this.startAt.get(translation.head.record) ?? [...this.startAt.values()].find((one) => one.translation === translation);
    if (made === undefined || made.translation !== translation) return;
    made.isDropped = true;
    this.metrics.drops++;
    if (process.env.DROPS && this.metrics.drops % 500 === 0) console.error(new Error('drop').stack);
    this.dropGroup(made.page);
    for (const { record } of made.entries) this.entries[record >>> RECORD_SHIFT] = 0;
    this.entries[made.head >>> RECORD_SHIFT] = 0;
    this.startAt.delete(made.head);
    for (const record of made.leaders) if (this.leaderAt.get(record)?.made === made) this.leaderAt.delete(record);
    this.table.set(made.slot, null);
  }
}

void NOTED_RUNS;
