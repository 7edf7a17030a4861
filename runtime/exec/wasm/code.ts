import { RECORD_SHIFT } from '../../../translator/abi/record.ts';
import { Word } from '../../../translator/abi/state.ts';
import type { EmitOptions } from '../../../translator/emit/context.ts';
import type { LinkHole } from '../../../translator/emit/wasm/code.ts';
import { EXIT_SHIFT, Exit } from '../../../translator/emit/wasm/layout.ts';
import {
  entranceModule,
  IMPORTS,
  MEMORY,
  type PlacedFunction,
  TABLE,
  type WasmTarget,
  wasmModule,
} from '../../../translator/emit/wasm/module.ts';
import type { WasmFunction } from '../../../translator/emit/wasm/region.ts';
import type { Mmu } from '../../memory/mmu.ts';
import type { CachedTranslation } from '../cached-translation.ts';
import type { Graph } from '../graph.ts';
import type { Node, Run } from '../node.ts';
import { type WasmTable, webAssembly } from './api.ts';
import type { WasmMemory } from './memory.ts';

/** So many translations can begin somewhere. */
const SLOTS = 65_536;

interface WasmParts {
  readonly memory: WasmMemory;
  readonly graph: Graph;
  readonly mmu: Mmu;
  readonly emit: EmitOptions;
  readonly helpers: Readonly<Record<string, unknown>>;
}

/** A region that waits for its module. */
interface Waiting extends PlacedFunction {
  readonly records: readonly number[];
}

/**
 * Translations in WebAssembly. Each entry has a slot in a table of functions; the table `entries` says which, by record. So a translation
 * goes on to another one by its record, and what ends one is to clear that word.
 */
export class WasmCode {
  readonly metrics = { modules: 0, functions: 0, bytes: 0, milliseconds: 0 };
  readonly target: WasmTarget;
  private readonly graph: Graph;
  private readonly entries: Int32Array;
  private readonly table: WasmTable;
  private readonly imports: Record<string, Record<string, unknown>>;
  private readonly enter: (slot: number, expected: number) => number;
  private readonly stale: () => boolean;
  private readonly state: Int32Array;
  /** Slot 0 is none. */
  private slots = 1;
  private readonly free: number[] = [];
  /** Nodes by the numbers that `run` and `exit` take. */
  private readonly links: Node[] = [];
  private waiting: Waiting[] = [];

  constructor({ memory, graph, mmu, emit, helpers }: WasmParts) {
    const { Table, Instance, Module } = webAssembly();
    this.graph = graph;
    this.entries = memory.entries;
    this.state = memory.state;
    this.stale = () => mmu.tlb.stale;
    this.target = { layout: memory.layout, options: emit, pages: memory.pages, isShared: memory.isShared };
    this.table = new Table({ element: 'anyfunc', initial: SLOTS });
    const own = {
      run: (number: number) => this.runLink(this.links[number]),
      exit: (number: number) => this.exit(this.links[number]),
      call: (first: number, expected: number) => (first === 0 ? 0 : graph.run(first, expected)),
      at: (eip: number) => graph.at(eip)?.record ?? 0,
      back: () => graph.cameBack()?.record ?? 0,
      fillRead: (linear: number, bytes: number) => mmu.reach(linear, bytes, false),
      fillWrite: (linear: number, bytes: number) => mmu.reach(linear, bytes, true),
    };
    this.imports = { [IMPORTS]: { [MEMORY]: memory.memory, [TABLE]: this.table, ...helpers, ...own } };
    const entrance = new Instance(new Module(entranceModule(this.target)), this.imports);
    this.enter = entrance.exports.enter as WasmCode['enter'];
  }

  /** STEPS (abi/cells.ts), where nothing is counted: translations are entered without their nodes. */
  readonly step = (record: number): number => {
    const slot = this.entries[record >>> RECORD_SHIFT];
    return slot === 0 ? this.graph.step(record) : this.enter(slot, 0);
  };

  readonly nestedStep = (record: number, expected: number): number => {
    const slot = this.entries[record >>> RECORD_SHIFT];
    if (slot === 0) return this.graph.nestedStep(record, expected);
    const next = this.enter(slot, expected);
    return this.stale() ? this.leave(next) : next;
  };

  /** The `run` of nodes at which translations begin. */
  private readonly run: Run = (node) => {
    const next = this.enter(this.entries[node.record >>> RECORD_SHIFT], 0);
    return next === 0 ? null : this.graph.nodeOf(next);
  };

  private leave(record: number): 0 {
    if (record !== 0 && this.graph.records.nodeOf(record) !== this.graph.returned) {
      this.state[Word.eip] = this.graph.records.eipOf(record);
    }
    return 0;
  }

  /** Runs the node of a link; gives the record to go on at. */
  private runLink(link: Node): number {
    const next = link.run(link);
    if (next === null) return 0;
    if (this.stale()) return this.leave(next.record);
    return next.record;
  }

  private exit(link: Node): number {
    if (this.graph.pace.take()) return this.runLink(link);
    this.state[Word.eip] = link.eip;
    return 0;
  }

  /** Takes a region, entered at some nodes; `at`: the numbers of its blocks there. It runs from `finish` on. */
  add(code: WasmFunction, entered: readonly Node[], links: readonly Node[]): Run {
    const numbers = new Map<number, number>();
    const numberOf = (link: number) => {
      const number = numbers.get(link) ?? this.links.push(links[link]) - 1;
      numbers.set(link, number);
      return number;
    };
    this.waiting.push({
      code,
      records: entered.map(({ record }) => record),
      slots: entered.map(() => this.takeSlot()),
      value: (hole) => this.valueOf(hole, code, links, numberOf),
    });
    return this.run;
  }

  private takeSlot(): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= SLOTS) throw new Error('all slots for translations are taken');
    return slot;
  }

  private valueOf(
    { kind, link }: LinkHole,
    code: WasmFunction,
    links: readonly Node[],
    numberOf: (link: number) => number,
  ): number {
    const { records } = this.graph;
    const { record } = links[link];
    switch (kind) {
      case 'number':
        return numberOf(link);
      case 'record':
        return record;
      case 'length':
        return records.lengthOf(record);
      case 'exit': {
        const isRecord = code.links[link].kind === 'entry' || code.links[link].kind === 'back';
        if (!isRecord) return (numberOf(link) << EXIT_SHIFT) | Exit.number;
        return record | (records.isGate(record) ? Exit.gate : Exit.record);
      }
    }
  }

  /** Makes a module of what was taken. */
  finish(): void {
    const { waiting, metrics, imports } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    const { Instance, Module } = webAssembly();
    const bytes = wasmModule(this.target, waiting);
    new Instance(new Module(bytes), imports);
    for (const { records, slots } of waiting) {
      records.forEach((record, n) => {
        this.entries[record >>> RECORD_SHIFT] = slots[n];
      });
    }
    metrics.modules++;
    metrics.functions += waiting.length;
    metrics.bytes += bytes.length;
  }

  /** A translation is gone: nobody is to come to it any more. */
  drop({ run, entries }: CachedTranslation): void {
    if (run !== this.run) return;
    const records = entries.map(({ record }) => record);
    for (const record of records) {
      const slot = this.entries[record >>> RECORD_SHIFT];
      if (slot === 0) continue;
      this.entries[record >>> RECORD_SHIFT] = 0;
      this.table.set(slot, null);
      this.free.push(slot);
    }
    this.waiting = this.waiting.filter((one) => !one.records.some((record) => records.includes(record)));
  }
}
