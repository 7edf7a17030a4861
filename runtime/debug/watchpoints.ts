import { Word } from '../../translator/abi/state.ts';
import { instructionRestart } from '../cpu/breakpoints.ts';
import type { Cpu } from '../cpu/cpu.ts';
import type { Stops, WatchKind } from '../exec/stops.ts';
import { Access } from '../memory/paging.ts';
import type { AccessWatcher, Watch } from '../memory/watch.ts';

/** Bytes at a linear address that a debugger wants to hear of. */
export interface Watchpoint {
  /** Which accesses it is for. */
  readonly kind: WatchKind;
  /** Linear address of the first byte. */
  readonly address: number;
  /** In bytes. */
  readonly length: number;
}

/**
 * A debugger's watchpoints, beside those of DR0-DR7. The machine stops after the instruction that has accessed what is watched:
 * one that finds so when it has changed nothing yet is restarted alone.
 */
export class Watchpoints {
  readonly #cpu: Cpu;
  readonly #stops: Stops;
  #watchpoints: readonly Watchpoint[] = [];

  constructor(cpu: Cpu, stops: Stops) {
    this.#cpu = cpu;
    this.#stops = stops;
  }

  /** Replaces all. */
  set(watchpoints: readonly Watchpoint[]): void {
    this.#watchpoints = watchpoints;
    this.#stops.isWatching = watchpoints.length > 0;
    this.#cpu.memory.watch('debugger', watchpoints.flatMap(pagesOf), this.#accessed);
  }

  readonly #accessed: AccessWatcher = (linear, bytes, access) => {
    const met = this.#watchpoints.find((one) => concerns(one, linear >>> 0, bytes, (access & Access.write) !== 0));
    if (met === undefined) return;
    if (access & Access.restartable && !this.#cpu.breakpoints.collecting) throw instructionRestart;
    this.#stops.note({ reason: 'watchpoint', kind: met.kind, address: met.address });
    // What is not an instruction's own access may be followed by other instructions.
    Atomics.store(this.#cpu.state, Word.attention, 1);
  };
}

function concerns({ kind, address, length }: Watchpoint, first: number, bytes: number, isWrite: boolean): boolean {
  if (kind === (isWrite ? 'read' : 'write')) return false;
  return first < address + length && address < first + bytes;
}

/** Loads may go by the entry for stores, so a page whose loads are watched has neither. */
function pagesOf({ kind, address, length }: Watchpoint): Watch[] {
  const watches: Watch[] = [];
  for (let page = address >>> 12; page <= (address + length - 1) >>> 12; page++)
    watches.push({ page, reads: kind !== 'write', writes: true, fetches: false });
  return watches;
}
