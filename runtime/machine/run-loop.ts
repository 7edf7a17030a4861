import { Halt, Word } from '../../translator/abi/state.ts';
import type { UndeliveredException } from '../cpu/observer.ts';
import type { Engine } from '../exec/engine.ts';
import type { HostDoor } from '../host/door.ts';
import type { EventQueue } from '../time/events.ts';
import type { CodeLog } from './code-log.ts';
import type { RunResult } from './config.ts';
import type { History } from './history.ts';
import type { Pc } from './pc.ts';
import type { Processors } from './processors.ts';
import type { Schedule } from './schedule.ts';
import type { Tape } from './tape.ts';

/** The parts of a machine that its loop goes through. */
export interface RunParts {
  readonly state: Int32Array;
  readonly engine: Engine;
  readonly events: EventQueue;
  readonly door: HostDoor;
  readonly pc: Pc;
  readonly processors: Processors;
  readonly schedule: Schedule;
  /** Records the machine, or replays it. */
  readonly tape: Tape | null;
  /** Its past, where that can be kept. */
  readonly history: History | null;
  readonly codeLog: CodeLog;
  /** Resets a suspended machine, and has its system go on. */
  readonly wake: () => void;
}

/** Runs guest code, and between two stretches of it does what is due. */
export class RunLoop {
  readonly #parts: RunParts;
  /** The result for a change of the machine's power that `run` has not returned yet. */
  power: RunResult | null = null;
  /** The exceptions that led to the shutdown that the CPU is in. */
  exceptions: readonly UndeliveredException[] = [];

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Runs until something needs the host, or until the host's time is `until`. */
  go(until: number): RunResult {
    const { tape, history, schedule, engine, pc, processors } = this.#parts;
    tape?.begin();
    for (;;) {
      const result = this.#service(until);
      if (result !== null) {
        tape?.leaves(result);
        return result;
      }
      history?.pass();
      schedule.grant(tape?.nextStop);
      const { isSuspended } = pc.powerManagement;
      const reason = isSuspended ? 'halted' : this.#runGuest();
      processors.takeSignals();
      tape?.left();
      if (reason === 'debug') return { reason, stop: engine.stops.take()! };
      if (reason === 'budget' && schedule.isStanding) return schedule.stood();
      // One that was recorded up to a halt ends there.
      if (reason !== 'halted' || tape?.isOver || (!isSuspended && processors.canPassOn)) continue;
      const halted = this.#halt();
      if (halted !== null) return halted;
    }
  }

  #runGuest(): ReturnType<Engine['dispatcher']['run']> {
    const { codeLog, schedule, state } = this.#parts;
    schedule.isInGuest = true;
    try {
      const reason = codeLog.run();
      if (reason !== 'attention' || !schedule.isUsedUp) return reason;
      // What comes between this instruction and the next comes in the same order when nobody has asked for attention.
      Atomics.store(state, Word.attention, 0);
      return codeLog.run();
    } finally {
      schedule.isInGuest = false;
    }
  }

  /** Does what is due between two stretches of guest code; a result if the host must act. */
  #service(until: number): RunResult | null {
    const { state, tape, schedule, events, door, pc, processors } = this.#parts;
    Atomics.store(state, Word.attention, 0);
    tape?.answer();
    schedule.passHaltedTime();
    events.runDue(schedule.clock.now());
    processors.takeSignals();
    if (door.isWaiting) return { reason: 'waiting' };
    if (door.takePolling() && !processors.passOn()) return { reason: 'waiting', wakeAt: schedule.patience() };
    if (this.power !== null) {
      const result = this.power;
      this.power = null;
      return result;
    }
    if (pc.powerManagement.wakeStatus !== 0) this.#parts.wake();
    if (state[Word.halted] === Halt.shutdown) return { reason: 'shutdown', exceptions: this.exceptions };
    if (tape?.isOver) return { reason: 'debug', stop: { reason: 'recording', at: 'end' } };
    if (Atomics.load(state, Word.wake) !== 0) return { reason: 'attention' };
    if (schedule.isOver(until)) return { reason: 'slice' };
    processors.takeTurns();
    schedule.announce();
    return null;
  }

  /** The CPU waits for an interrupt, or for the machine to be woken: null if a device is due at once. */
  #halt(): RunResult | null {
    const { state, schedule, tape } = this.#parts;
    if (state[Word.halted] === Halt.shutdown) return null;
    const wakeAt = schedule.halt();
    if (wakeAt === null)
      return schedule.awaitsInstructions && this.#isAtItsEnd() ? { reason: 'halted', forGood: true } : null;
    if (wakeAt === Infinity) tape?.checkSleep();
    return { reason: 'halted', forGood: this.#isHaltedForGood(), ...(wakeAt < Infinity && { wakeAt }) };
  }

  /** Nothing runs again unless somebody does something from outside. */
  #isAtItsEnd(): boolean {
    const { isSuspended, awaitsAlarm } = this.#parts.pc.powerManagement;
    return isSuspended ? !awaitsAlarm : this.#isHaltedForGood();
  }

  /** Nothing that devices may do ends the halt. */
  #isHaltedForGood(): boolean {
    const { pc, processors } = this.#parts;
    if (pc.powerManagement.isSuspended || processors.othersRun) return false;
    return !pc.canInterrupt((processor) => processors.isMaskable(processor));
  }
}
