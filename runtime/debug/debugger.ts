import type { Cpu } from '../cpu/cpu.ts';
import type { Engine } from '../exec/engine.ts';
import { GuestFault } from '../fault.ts';
import type { Mmu } from '../memory/mmu.ts';
import { type PageTables, silentPaging } from '../memory/page-tables.ts';
import { forEachPage, PhysicalMemory } from '../memory/physical.ts';
import { registerAccess } from './register-access.ts';
import { type Watchpoint, Watchpoints } from './watchpoints.ts';

const PAGE = 4096;

/** Calls by which a debugger examines and changes a machine, between two stretches of guest code. Addresses are linear. */
export interface DebugCalls {
  /** Replaces all breakpoints. Where one was and stays no code is decoded again. */
  setBreakpoints(addresses: readonly number[]): void;
  /** Replaces all watchpoints. Each of their pages is slow while it is watched. */
  setWatchpoints(watchpoints: readonly Watchpoint[]): void;
  /** The next run is one instruction long, and takes no interrupts; or it is as long as any other. */
  setStepping(isStepping: boolean): void;
  /** The processor that runs next, or has come to where the machine has stopped. */
  currentProcessor(): number;
  /** Another processor runs next. False: when the machine was recorded it did not, or is not to be recorded. */
  runNext(processor: number): boolean;
  /**
   * From now on the machine's past is kept for somebody, or no longer; while it is for anybody, steps take interrupts. False: it cannot
   * be, as instructions are not counted, or the machine is recorded.
   */
  keepHistory(keeper: HistoryKeeper, isKept: boolean): boolean;
  /** The next run goes back: an instruction, or to the last breakpoint or watchpoint. Throws an Error if no history is kept. */
  goBack(by: 'step' | 'stop'): void;
  /** The next run goes to where so many instructions have run. Throws an Error if no history is kept. */
  seek(instructions: number): void;
  /**
   * The machine stops, once, where so many instructions have run; Infinity: nowhere. Throws an Error if they have run already, are not
   * counted, or the machine is recorded.
   */
  breakAt(instructions: number): void;
  /** By gdb's names. */
  readRegisters(names: readonly string[]): bigint[];
  /** False if the processor would not take the value. */
  writeRegister(name: string, value: bigint): boolean;
  /** Writes memory, ROM too, by linear or physical addresses: all or, if some of it is not there, nothing (false). */
  write(space: 'linear' | 'physical', address: number, bytes: Uint8Array): boolean;
}

export type DebugCallName = keyof DebugCalls;

/** For whom a machine's past is kept: for one of them it is, whatever the others do. */
export type HistoryKeeper = 'program' | 'gdb' | 'seek';

/** A machine's past, as a debugger goes through it. */
interface DebuggedHistory {
  readonly isKept: boolean;
  keep(keeper: HistoryKeeper, isKept: boolean): void;
  goBack(by: 'step' | 'stop'): void;
  seek(instructions: number): void;
  breakAt(instructions: number): void;
  /** The machine stays where it has come to on its way. */
  abandon(): void;
  /** The machine is changed: it cannot be come back from before. */
  cut(): void;
}

/** The parts of a machine that a debugger works on. */
export interface DebuggedParts {
  readonly cpu: Cpu;
  readonly mmu: Mmu;
  readonly engine: Engine;
  readonly processors: { readonly current: number; runNext(processor: number): void };
  /** False: what it would change was not so when the machine was recorded, or is not recorded. */
  readonly mayChange: boolean;
  /** Null: there is none. */
  readonly history: DebuggedHistory | null;
}

/** The machine's end of a debugger. */
export class Debugger implements DebugCalls {
  readonly #parts: DebuggedParts;
  readonly #paging: PageTables;
  readonly #memory: PhysicalMemory;
  readonly #watchpoints: Watchpoints;

  constructor(parts: DebuggedParts) {
    this.#parts = parts;
    this.#paging = silentPaging(parts.cpu.state, parts.mmu.map);
    this.#memory = new PhysicalMemory(parts.mmu.map);
    this.#watchpoints = new Watchpoints(parts.cpu, parts.engine.stops);
  }

  setBreakpoints(addresses: readonly number[]): void {
    const { stops, graph } = this.#parts.engine;
    const changed = stops.replace(new Set(addresses.map((address) => address | 0)));
    for (const linear of changed) graph.cache.redecode(linear);
  }

  setWatchpoints(watchpoints: readonly Watchpoint[]): void {
    this.#watchpoints.set(watchpoints);
  }

  setStepping(isStepping: boolean): void {
    this.#parts.history?.abandon();
    this.#parts.engine.stops.isStepping = isStepping;
  }

  currentProcessor(): number {
    return this.#parts.processors.current;
  }

  runNext(processor: number): boolean {
    const { processors, mayChange, history } = this.#parts;
    if (processor === processors.current) return true;
    if (!mayChange) return false;
    processors.runNext(processor);
    history?.cut();
    return true;
  }

  keepHistory(keeper: HistoryKeeper, isKept: boolean): boolean {
    this.#parts.history?.keep(keeper, isKept);
    return this.#parts.history !== null;
  }

  goBack(by: 'step' | 'stop'): void {
    this.#history.goBack(by);
  }

  seek(instructions: number): void {
    this.#history.seek(instructions);
  }

  breakAt(instructions: number): void {
    const { history } = this.#parts;
    if (!history) throw new Error('the instructions of the machine are not counted, or it is recorded');
    history.breakAt(instructions);
  }

  get #history(): DebuggedHistory {
    const { history } = this.#parts;
    if (!history?.isKept) throw new Error('the history of the machine is not kept');
    return history;
  }

  /** Nobody debugs it any more. */
  forget(): void {
    this.setBreakpoints([]);
    this.setWatchpoints([]);
    this.setStepping(false);
    this.#parts.engine.stops.take();
  }

  readRegisters(names: readonly string[]): bigint[] {
    return names.map((name) => registerAccess[name]!.read(this.#parts.cpu));
  }

  writeRegister(name: string, value: bigint): boolean {
    const { read, write } = registerAccess[name]!;
    if (read(this.#parts.cpu) === value) return true;
    if (!write || !this.#parts.mayChange) return false;
    try {
      write(this.#parts.cpu, value);
      this.#parts.history?.cut();
      return true;
    } catch (error) {
      if (error instanceof GuestFault) return false;
      throw error;
    }
  }

  write(space: 'linear' | 'physical', address: number, bytes: Uint8Array): boolean {
    if (!this.#parts.mayChange) return false;
    const parts: (readonly [physical: number, bytes: Uint8Array])[] = [];
    forEachPage(address, bytes.length, (page, at, done, count) => {
      const physical = space === 'linear' ? this.#physicalPage(page) : page;
      parts.push([physical * PAGE + at, bytes.subarray(done, done + count)]);
    });
    if (!parts.every(([physical, part]) => this.#hasMemory(physical, part.length))) return false;
    for (const [physical, part] of parts) this.#memory.write(physical, part);
    this.#parts.history?.cut();
    return true;
  }

  #hasMemory(physical: number, length: number): boolean {
    try {
      this.#memory.read(physical, length);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Negative: nothing is mapped there. */
  #physicalPage(page: number): number {
    return this.#paging.walk((page << 12) | 0, 0) === -1 ? this.#paging.result.page : -1;
  }
}
