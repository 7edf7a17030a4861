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
  /** The same, but no instruction is run: only what interrupts the next one, and whatever ends a halt. */
  stand(): RunResult | null;
  reset(): void;
}

/** The host is to do this before the machine goes on; at the end: why the machine stands still. */
export type Journey = Generator<RunResult, DebugStop>;

/** A place at which the machine would have stopped for a debugger. */
interface Met {
  readonly place: Place;
  readonly stop: DebugStop;
}

/** What a run to some place takes. */
type Way = Generator<RunResult, void>;

const begin: DebugStop = { reason: 'recording', at: 'begin' };
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
    const { checkpoints } = this.#machine;
    let end = present;
    for (let n = checkpoints.before(present.instructions); n >= 0; n--) {
      this.#machine.restore(n);
      const met = yield* this.#lastMet(end, present);
      if (met !== null) {
        yield* this.#goTo(met.place);
        return met.stop;
      }
      end = { instructions: checkpoints.instructionsAt(n), isReady: false };
    }
    return this.#begin();
  }

  /** To a place, earlier or later; one before the history is where it begins. */
  *to(place: Place): Journey {
    const { checkpoints, instructions } = this.#machine;
    const isBack = place.instructions < instructions;
    if (isBack && checkpoints.before(place.instructions) < 0) return this.#begin();
    yield* this.#goTo(place);
    return { reason: 'step' };
  }

  #begin(): DebugStop {
    if (this.#machine.checkpoints.count > 0) this.#machine.restore(0);
    return begin;
  }

  /** The last stop on the way to `end` that is before `present`. */
  *#lastMet(end: Place, present: Place): Generator<RunResult, Met | null> {
    let last: Met | null = null;
    const note = (met: Met): void => {
      if (compare(met.place, present) < 0) last = met;
    };
    yield* this.#run(end.instructions, note);
    if (end.isReady) yield* this.#getReady(note);
    return last;
  }

  *#goTo(place: Place): Way {
    const whole = place.isReady ? place.instructions : place.instructions - 1;
    yield* this.#approach(whole);
    if (place.isReady) yield* this.#getReady();
    else yield* this.#step();
  }

  /** To where so many instructions have run. A checkpoint is left shortly before. */
  *#approach(instructions: number): Way {
    const machine = this.#machine;
    const isBack = machine.instructions > instructions;
    const checkpoint = machine.checkpoints.before(instructions);
    const isNearer = checkpoint >= 0 && machine.checkpoints.instructionsAt(checkpoint) > machine.instructions;
    if (isBack || isNearer) machine.restore(checkpoint);
    if (instructions - machine.instructions > 2 * NEAR) {
      yield* this.#run(instructions - NEAR);
      machine.keep();
    }
    yield* this.#run(instructions);
  }

  *#run(instructions: number, note?: (met: Met) => void): Way {
    const machine = this.#machine;
    while (machine.instructions < instructions) {
      const result = machine.go(instructions);
      if (this.#isPassed(result, note) || machine.instructions >= instructions) continue;
      if (isEnd(result)) return;
      yield result;
    }
  }

  /** Up to the next instruction's begin. */
  *#getReady(note?: (met: Met) => void): Way {
    for (;;) {
      const result = this.#machine.stand();
      if (result === null) break;
      if (this.#isPassed(result, note)) continue;
      if (isEnd(result)) return;
      yield result;
    }
    this.#note(this.#machine.stops.take(), note);
  }

  *#step(): Way {
    const machine = this.#machine;
    machine.stops.isStepping = true;
    while (machine.stops.isStepping) {
      const result = machine.go(Infinity);
      if (!machine.stops.isStepping) return;
      if (this.#isPassed(result)) continue;
      if (isEnd(result)) return;
      yield result;
    }
  }

  /** Whether the machine goes on from there as if nothing was. */
  #isPassed({ reason, stop }: RunResult, note?: (met: Met) => void): boolean {
    if (reason === 'reset-requested') this.#machine.reset();
    if (reason !== 'debug') return reason === 'reset-requested';
    this.#note(stop!, note);
    return stop!.reason !== 'recording';
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

/** Nothing comes after it. */
function isEnd({ reason, wakeAt }: RunResult): boolean {
  return reason !== 'attention' && reason !== 'slice' && reason !== 'waiting' && !(reason === 'halted' && wakeAt);
}
