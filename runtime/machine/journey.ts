import type { DebugStop, Stops } from '../exec/stops.ts';
import { compare, type Place } from '../history/place.ts';
import type { RunResult } from './config.ts';

/** A machine as a journey through its past moves it. */
export interface Travelled {
  readonly stops: Stops;
  /** Executed instructions. */
  readonly instructions: number;
  /** Checkpoints of its past, by numbers from the oldest, 0. */
  readonly checkpoints: {
    readonly count: number;
    before(instructions: number): number;
    instructionsAt(checkpoint: number): number;
  };
  /** Puts it back to a checkpoint. */
  restore(checkpoint: number): void;
  /** Keeps a checkpoint, if it can be kept here. */
  keep(): void;
  /** Runs it until something needs the host, or so many instructions have run. */
  go(mostInstructions: number): RunResult;
  /** Handles an interrupt before the next instruction, and whatever ends a halt, without running an instruction. */
  stand(): RunResult | null;
  reset(): void;
  /** Whether it ends with this: what the host does about all else that it is told it has done in the past too. */
  isEnding(result: RunResult): boolean;
}

/** The host is to do this before the machine goes on; at the end: why the machine stands still. */
export type Journey = Generator<RunResult, DebugStop>;

/** A place at which the machine would have stopped for a debugger. */
interface Met {
  readonly place: Place;
  readonly stop: DebugStop;
}

/** A run to some place: whether the machine comes there before it ends. */
type Way = Generator<RunResult, boolean>;

export const begin: DebugStop = { reason: 'recording', at: 'begin' };
export const end: DebugStop = { reason: 'recording', at: 'end' };
/** Instructions from a checkpoint to where a journey ends, so that the next one back from there is short. */
const NEAR = 10_000;

/**
 * Moves a machine through its past: back to a checkpoint, and forwards again from there. What a debugger wants to stop at is noted on
 * the way; the last of it before the present is where a journey back ends.
 */
export class Traveller {
  readonly #machine: Travelled;

  constructor(machine: Travelled) {
    this.#machine = machine;
  }

  /** To the last breakpoint or watchpoint before `present`, where the machine is, or to where its history begins. */
  *lastStop(present: Place): Journey {
    const { checkpoints, stops } = this.#machine;
    if (!stops.hasPlaces) return this.#begin();
    let until = present;
    for (let n = checkpoints.before(present.instructions); n >= 0; n--) {
      this.#machine.restore(n);
      const met = yield* this.#lastMet(until, present);
      if (met !== null) {
        yield* this.#goTo(met.place);
        return met.stop;
      }
      until = { instructions: checkpoints.instructionsAt(n), isReady: false };
    }
    return this.#begin();
  }

  /** To a place, earlier or later; one before the history is where it begins, one after the machine's end is there. */
  *to(place: Place): Journey {
    const { checkpoints, instructions } = this.#machine;
    const isBack = place.instructions < instructions;
    if (isBack && checkpoints.before(place.instructions) < 0) return this.#begin();
    return (yield* this.#goTo(place)) ? { reason: 'step' } : end;
  }

  #begin(): DebugStop {
    if (this.#machine.checkpoints.count > 0) this.#machine.restore(0);
    return begin;
  }

  /** The last stop on the way to `until` that is before `present`. */
  *#lastMet(until: Place, present: Place): Generator<RunResult, Met | null> {
    let last: Met | null = null;
    const note = (met: Met): void => {
      if (compare(met.place, present) < 0) last = met;
    };
    const isThere = yield* this.#run(until.instructions, note);
    if (isThere && until.isReady) yield* this.#getReady(note);
    return last;
  }

  *#goTo({ instructions, isReady }: Place): Way {
    if (isReady) return (yield* this.#approach(instructions)) && (yield* this.#getReady());
    if (this.#machine.checkpoints.before(instructions - 1) >= 0)
      return (yield* this.#approach(instructions - 1)) && (yield* this.#step());
    // The history begins there, before what interrupts the next instruction.
    this.#machine.restore(0);
    return true;
  }

  /** To where so many instructions have run. A checkpoint is left shortly before. */
  *#approach(instructions: number): Way {
    const machine = this.#machine;
    const isBack = machine.instructions > instructions;
    const checkpoint = machine.checkpoints.before(instructions);
    const isNearer = checkpoint >= 0 && machine.checkpoints.instructionsAt(checkpoint) > machine.instructions;
    if (isBack || isNearer) machine.restore(checkpoint);
    if (instructions - machine.instructions > 2 * NEAR) {
      if (!(yield* this.#run(instructions - NEAR))) return false;
      machine.keep();
    }
    return yield* this.#run(instructions);
  }

  *#run(instructions: number, note?: (met: Met) => void): Way {
    const machine = this.#machine;
    while (machine.instructions < instructions) {
      const result = machine.go(instructions);
      if (this.#isEnd(result)) return false;
      if (this.#pass(result, note) || machine.instructions >= instructions) continue;
      if (isAsleep(result)) return false;
      yield result;
    }
    return true;
  }

  /** Up to the next instruction's begin. */
  *#getReady(note?: (met: Met) => void): Way {
    for (;;) {
      const result = this.#machine.stand();
      if (result === null) break;
      if (this.#isEnd(result)) return false;
      if (this.#pass(result, note)) continue;
      if (isAsleep(result)) break;
      yield result;
    }
    this.#note(this.#machine.stops.take(), note);
    return true;
  }

  *#step(): Way {
    const machine = this.#machine;
    machine.stops.isStepping = true;
    while (machine.stops.isStepping) {
      const result = machine.go(Infinity);
      if (this.#isEnd(result)) return false;
      if (this.#pass(result) || !machine.stops.isStepping) continue;
      if (isAsleep(result)) return false;
      yield result;
    }
    return true;
  }

  /** Nothing comes after it. */
  #isEnd(result: RunResult): boolean {
    return result.stop?.reason === 'recording' || this.#machine.isEnding(result);
  }

  /** Does what the host did when this came, or notes the stop: the machine goes on from there as if nothing was. False: it is neither. */
  #pass({ reason, stop }: RunResult, note?: (met: Met) => void): boolean {
    if (reason === 'reset-requested' || reason === 'shutdown') this.#machine.reset();
    else if (reason === 'debug') this.#note(stop!, note);
    else return false;
    return true;
  }

  #note(stop: DebugStop | null, note: (met: Met) => void = () => {}): void {
    const { stops } = this.#machine;
    if (stop?.reason === 'breakpoint') {
      note({ place: this.#before(0), stop });
      stops.isStepping = true;
    } else if (stop?.reason === 'watchpoint') {
      const place = { instructions: this.#machine.instructions, isReady: false };
      note({ place: stop.by === 'interrupt' ? place : this.#before(1), stop });
    }
  }

  /** Where so many instructions fewer have run, and the next one is about to. */
  #before(count: number): Place {
    return { instructions: this.#machine.instructions - count, isReady: true };
  }
}

/** Nothing but the host wakes it. */
function isAsleep({ reason, wakeAt }: RunResult): boolean {
  return reason === 'halted' && wakeAt === undefined;
}
