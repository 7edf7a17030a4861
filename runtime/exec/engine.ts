import type { CellName } from '../../translator/abi/cells.ts';
import { cellNames } from '../../translator/abi/cells.ts';
import type { HelperName } from '../../translator/abi/helpers.ts';
import { helpers } from '../../translator/abi/helpers.ts';
import { Double, Word } from '../../translator/abi/state.ts';
import { type EmitOptions, type Pacing, usualOptions } from '../../translator/emit/context.ts';
import { createDecoder } from '../../translator/x86/decode.ts';
import { attempts } from '../cpu/attempts.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { stickyHelpers } from '../cpu/sse/helpers.ts';
import { pureHelpers, traps } from '../cpu/traps.ts';
import { fromWords, toWords } from '../cpu/x87/registers.ts';
import { blockHelpers } from '../memory/blocks.ts';
import type { Mmu } from '../memory/mmu.ts';
import { realAccess } from '../memory/real.ts';
import type { Check } from './check.ts';
import { freeSuffix, installCells } from './compile.ts';
import { Dispatcher, type InterruptSource, isInterruptPending, isInterruptWaiting } from './dispatcher.ts';
import { type ColdRuns, defaultColdRuns } from './evictions.ts';
import { Graph } from './graph.ts';
import { defaultInterpreter, Handlers, type InterpreterOptions } from './handlers.ts';
import type { Node } from './node.ts';
import { Pace } from './pace.ts';
import { Records } from './records.ts';
import { Stops } from './stops.ts';
import { defaultTiering, firstDue, hotAt, Tiering, type TieringOptions } from './tiering.ts';

export interface EngineOptions {
  /** Null: code is interpreted only. */
  readonly tiering: TieringOptions | null;
  /** The unit that is counted: instructions, if time is made of them; jumps, if no other thread can request an exit. */
  readonly pacing: Pacing;
  /** How deep calls of guest functions may be nested JavaScript calls: the host's stack must hold them. */
  readonly callDepth: number;
  /**
   * Bytes of the host's memory that decoded and translated code may take; what is used least is evicted. The Mmu's tables are made for
   * as much (recordsWithin).
   */
  readonly cacheBytes: number;
  /** How often code that was evicted runs before it gets records again. */
  readonly coldRuns: ColdRuns;
  readonly interpreter: InterpreterOptions;
  /** The debug mode; null: nothing is checked. */
  readonly check: Check | null;
}

export const defaultEngine: EngineOptions = {
  tiering: defaultTiering,
  pacing: 'poll',
  callDepth: usualOptions.callDepth,
  cacheBytes: 96 << 20,
  coldRuns: defaultColdRuns,
  interpreter: defaultInterpreter,
  check: null,
};

/** All that executes guest code: handlers, graph, translations and dispatcher, with the cells generated code uses. */
export class Engine {
  readonly dispatcher: Dispatcher;
  readonly graph: Graph;
  readonly handlers: Handlers;
  readonly tiering: Tiering | null;
  readonly stops = new Stops();
  /** Times each trap was taken, by helper number (abi/helpers.ts). */
  readonly trapCounts = new Int32Array(Object.keys(helpers).length);
  readonly emit: EmitOptions;
  readonly dispose: () => void;

  constructor(cpu: Cpu, mmu: Mmu, interrupts: InterruptSource, options: EngineOptions) {
    const { pacing, callDepth, check } = options;
    const budgeted = pacing === 'budget';
    cpu.isCounted = budgeted;
    const suffix = freeSuffix([...cellNames, ...Object.keys(helpers)]);
    const memoryBytes = mmu.ram.bytes.length;
    const emit: EmitOptions = { suffix, memoryBytes, records: mmu.tables.records, pacing, callDepth };
    this.emit = emit;
    this.handlers = new Handlers(emit, options.interpreter, check);
    const due = options.tiering && firstDue(options.tiering);
    const records = new Records(mmu.tables, due ?? undefined);
    this.graph = new Graph({
      state: cpu.state,
      mmu,
      handlers: this.handlers,
      records,
      decoder: createDecoder(cpu.model.features),
      pace: new Pace(pacing, cpu.state),
      cacheBytes: options.cacheBytes,
      coldRuns: options.coldRuns,
      stops: this.stops,
      callDepth,
      hotAt: options.tiering ? hotAt(options.tiering) : Infinity,
      firstDue: due,
      onDue: (node) => this.onDue(node),
      failed: (...failure) => this.tiering?.failed(...failure),
      interruptWaits: () => isInterruptWaiting(cpu.state, interrupts),
    });
    this.tiering = options.tiering && new Tiering(this.graph, mmu.ram.bytes, options.tiering, emit, check);
    this.dispatcher = new Dispatcher(cpu, this.graph, interrupts);
    this.dispose = installCells(suffix, {
      ...this.cells(cpu, mmu),
      ...boundHelpers(cpu),
      ...stickyHelpers(cpu.state),
      ...blockHelpers(cpu.state, mmu, budgeted),
      ...attempts(
        cpu,
        { budgeted, isPending: () => isInterruptPending(cpu.state, interrupts) },
        this.graph.cache.enterContext,
      ),
    });
  }

  private onDue(node: Node): void {
    if (!this.tiering) throw new Error('an engine without tiering heats nothing');
    this.tiering.onDue(node);
  }

  private cells(cpu: Cpu, mmu: Mmu): Record<CellName, unknown> {
    const { ram, tlb } = mmu;
    return {
      S: cpu.state,
      F: cpu.doubles,
      FS: new Float32Array(cpu.state.buffer),
      M8: ram.bytes,
      M16: ram.halves,
      M32: ram.words,
      MS: new Float32Array(ram.buffer, 0, ram.bytes.length / 4),
      MD: new Float64Array(ram.buffer, 0, ram.bytes.length / 8),
      MV: new DataView(ram.buffer, 0, ram.bytes.length),
      TABLES: mmu.tables.words,
      RS: tlb.readSupervisor,
      WS: tlb.writeSupervisor,
      RU: tlb.readUser,
      WU: tlb.writeUser,
      LOAD8: mmu.restartable.load8,
      LOAD16: mmu.restartable.load16,
      LOAD32: mmu.restartable.load32,
      STORE8: mmu.restartable.store8,
      STORE16: mmu.restartable.store16,
      STORE32: mmu.restartable.store32,
      PROBE: mmu.restartable.probeWrite,
      ...realAccess(mmu.restartable, () => mmu.countMisaligned()),
      TO_EXTENDED: (high: number, low: number) => toWords(high, low, cpu.state, Word.scratch),
      FROM_EXTENDED: () => fromWords(cpu.state, Word.scratch, cpu.doubles, Double.scratch + 3),
      RUNNING: this.graph.running,
      EIP: (record: number) => this.graph.records.eipOf(record),
      LEAVE: this.graph.leaveBefore,
      FAULT: this.graph.fault,
      SEGMENT_FAULT: this.graph.segmentFault,
      FAULTED: this.graph.faulted,
      FIND: this.graph.find,
      JUMP: this.graph.jump,
      AT: this.graph.at,
      RESUME: this.graph.resume,
      TRANSFERRED: this.graph.transferred,
      CAME_BACK: this.graph.cameBack,
      RETURNED: this.graph.cameBackTo,
      CALL: this.graph.call,
      HANDLERS: this.handlers.functions,
      RETURN: this.graph.returned,
      CT: tlb.code,
      TRAPS: this.trapCounts,
      NODES: this.graph.records.nodes,
      ...this.graph.cache.branchTargets.views,
    };
  }
}

/** The helper table's functions as generated code calls them: traps know their CPU. */
function boundHelpers(cpu: Cpu): Record<string, unknown> {
  const bound: Record<string, unknown> = { ...pureHelpers };
  // Bound functions, not closures of one text: those would share what V8 learns of whom they call.
  for (const [name, trap] of Object.entries(traps)) bound[name] = trap.bind(null, cpu);
  return bound satisfies Partial<Record<HelperName, unknown>>;
}
