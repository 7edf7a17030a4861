import { Worker } from 'node:worker_threads';
import { Cpu } from '../../runtime/cpu/cpu.ts';
import { defaultModel } from '../../runtime/cpu/model.ts';
import { updateSseMode } from '../../runtime/cpu/sse/mode.ts';
import { makeCheck } from '../../runtime/exec/check.ts';
import { Engine as CodeEngine, defaultEngine } from '../../runtime/exec/engine.ts';
import { type ColdRuns, defaultColdRuns } from '../../runtime/exec/evictions.ts';
import { recordsWithin } from '../../runtime/exec/residence.ts';
import { tieringAt } from '../../runtime/exec/tiering.ts';
import { GuestFault } from '../../runtime/fault.ts';
import { Mmu } from '../../runtime/memory/mmu.ts';
import { PhysicalMemory } from '../../runtime/memory/physical.ts';
import { PhysicalMap } from '../../runtime/memory/physical-map.ts';
import { allocateShared, GuestRam } from '../../runtime/memory/ram.ts';
import { Tables } from '../../runtime/memory/tables.ts';
import { checkText } from '../../src/isolate/check-text.ts';
import { STATE_BYTES, WORD_COUNT, Word } from '../../translator/abi/state.ts';

export type EngineName = 'interpreter' | 'translator';

/** A CPU and memory without devices, as an oracle runs it. */
export interface Engine {
  /** The words of translator/abi/state.ts. */
  readonly state: Int32Array;
  write(physical: number, bytes: Uint8Array): void;
  /** A copy. */
  read(physical: number, length: number): Uint8Array;
  /** Runs from Word.eip, out of HLT too, to the next HLT or shutdown; false if it is stopped before, by the limit. */
  runUntilHalt(maxInstructions: number): boolean;
  /** As after a RESET; memory is left alone. */
  reset(): void;
  /** Translations made so far. */
  readonly translations: number;
  /** Instructions that ran without nodes so far. */
  readonly coldRuns: number;
  /** Makes the CPU take notice of words of the state that were written from outside. */
  refresh(): void;
  dispose(): void;
}

/** How an engine is to run; what is not told is chosen so that much happens in little time. */
export interface EngineSettings {
  /** Small regions, so that there are several, or those that are the default. */
  readonly regions?: 'small' | 'default';
  /** `poll`: nothing is counted; what does not end is stopped after a while. */
  readonly pacing?: 'budget' | 'poll';
  /** Runs of an entry before it is translated; 0 (default): it is when it first runs. */
  readonly threshold?: number;
  /** Whether code runs without nodes at first, as evicted code does. */
  readonly cold?: boolean;
  /** The debug mode. */
  readonly check?: boolean;
}

/** Settings by which code runs from its bytes at first, as if it had been evicted. */
export const earlyCold: ColdRuns = { ...defaultColdRuns, first: 30 };

const limits = { small: { blocks: 16, instructions: 100 }, default: {} };

/** Asks for attention where the number of the run is the same for 20 seconds. */
const WATCHDOG = `
const state = require('node:worker_threads').workerData;
let seen = -1;
setInterval(() => {
  if (state[${Word.budget}] === seen) Atomics.store(state, ${Word.attention}, 1);
  seen = state[${Word.budget}];
}, 20000);
`;

/** Nothing is connected: reads give all ones. */
const noPorts = { read: () => -1, write: () => {} };
const noInterrupts = { pending: false, acknowledge: () => 0 };

export function makeEngine(name: EngineName, memoryBytes: number, settings: EngineSettings = {}): Engine {
  const { regions = 'small', pacing = 'budget', threshold = 0, cold = false } = settings;
  const buffer = allocateShared(STATE_BYTES);
  const state = new Int32Array(buffer, 0, WORD_COUNT);
  const map = new PhysicalMap(new GuestRam(memoryBytes));
  const mmu = new Mmu(state, map, new Tables(recordsWithin(defaultEngine.cacheBytes)));
  const memory = new PhysicalMemory(map);
  const cpu = new Cpu({
    state,
    doubles: new Float64Array(buffer),
    memory: mmu,
    ports: noPorts,
    nanoseconds: () => 0,
    model: defaultModel,
    localApic: null,
    fpuErrorLine: () => undefined,
    onShutdown: () => {
      state[Word.attention] = 1;
    },
  });
  const tiering = name === 'translator' ? { ...tieringAt(threshold), ...limits[regions] } : null;
  const budgeted = pacing === 'budget';
  const engine = new CodeEngine(cpu, mmu, noInterrupts, {
    ...defaultEngine,
    tiering,
    pacing,
    coldRuns: cold ? earlyCold : defaultColdRuns,
    check: settings.check ? makeCheck(checkText) : null,
  });
  const watchdog = budgeted ? null : new Worker(WATCHDOG, { eval: true, workerData: state });
  watchdog?.unref();
  return {
    state,
    write: (physical, bytes) => memory.write(physical, bytes),
    read: (physical, length) => memory.read(physical, length),
    runUntilHalt(maxInstructions) {
      state[Word.halted] = 0;
      state[Word.attention] = 0;
      // Without counting the word tells the watchdog that another run has begun.
      state[Word.budget] = budgeted ? maxInstructions : state[Word.budget] + 1;
      if (cold) engine.graph.cache.evictions.forget();
      if (tiering) makeEntry(engine, state[Word.eip]);
      return engine.dispatcher.run() !== 'budget' && state[Word.halted] !== 0;
    },
    reset: () => cpu.reset(),
    refresh: () => {
      cpu.updateKey();
      updateSseMode(state);
    },
    dispose() {
      void watchdog?.terminate();
      engine.dispose();
    },
    get coldRuns() {
      return engine.graph.cold.runs;
    },
    get translations() {
      return engine.tiering?.metrics.translations ?? 0;
    },
  };
}

/** Has the code at an EIP translated when it runs, as if other code had jumped there before. */
function makeEntry({ graph }: CodeEngine, eip: number): void {
  try {
    graph.cache.enterContext();
    const record = graph.cache.resolve(eip);
    if (!graph.records.isDecoded(record)) graph.decode(record);
    graph.at(eip);
  } catch (error) {
    // The dispatcher meets the fault again.
    if (!(error instanceof GuestFault)) throw error;
  }
}
