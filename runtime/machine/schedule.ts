import { Word } from '../../translator/abi/state.ts';
import type { Pacing } from '../../translator/emit/context.ts';
import { BorrowedTime } from '../time/borrowed-time.ts';
import { VirtualClock } from '../time/clock.ts';
import type { EventQueue } from '../time/events.ts';
import type { MachineConfig, MachineHost, RunResult } from './config.ts';
import { InstructionTime } from './instruction-time.ts';
import { JumpGrant } from './jump-grant.ts';

/** Instructions between two looks at the clock with instruction time. */
const LONGEST_GRANT = 200_000;
/** Nanoseconds that pass while a guest that waits for time looks at it once. */
const LOOK_TIME = 2000;
/** Nanoseconds that a guest which polls is kept from going on at most: what else it would have done is that late. */
const LONGEST_WAIT = 1e6;
/** Nanoseconds that the clocks of two threads may differ by. */
const NEAR = 100_000;

/** The parts of a machine's schedule. */
export interface ScheduleParts {
  readonly config: MachineConfig;
  readonly host: MachineHost;
  readonly state: Int32Array;
  readonly events: EventQueue;
}

/** When guest code must come back as something is due: how far it may run, how long it sleeps, which deadlines the host gets. */
export class Schedule {
  /** The time that devices see. */
  readonly clock: VirtualClock;
  /** Where time comes from executed instructions. */
  readonly instructionTime: InstructionTime | null;
  /** The host's time, some of which a guest that waits may have before. */
  readonly #hostTime: BorrowedTime;
  /** Guest code runs. */
  isInGuest = false;
  /** Goes through what has happened before: no time is lost with sleep. */
  isTravelling = false;
  /** No instruction is to run, but what interrupts the next one. */
  isStanding = false;
  readonly #parts: ScheduleParts;
  readonly #state: Int32Array;
  readonly #events: EventQueue;
  readonly #host: MachineHost;
  /** Where no other thread asks for attention. */
  readonly #jumps: JumpGrant | null;
  /** The deadline last announced, and a nanosecond that makes one look new. */
  #deadline = Infinity;
  #nudge = 0;
  /** Host time at which the CPU was left halted (instruction time only). */
  #haltedSince = -1;

  constructor(parts: ScheduleParts) {
    const { config, host, state, events } = parts;
    this.#parts = parts;
    this.#state = state;
    this.#events = events;
    this.#host = host;
    this.instructionTime = config.icountShift === undefined ? null : new InstructionTime(state, config.icountShift);
    this.#jumps = this.instructionTime === null && config.pacing === 'jumps' ? new JumpGrant(state) : null;
    this.#hostTime = new BorrowedTime(host);
    this.clock = new VirtualClock(this.instructionTime ?? this.#hostTime);
    this.clock.resume();
    events.onEarlier = (deadline) => this.#deadlineEarlier(deadline);
  }

  /** How the engine is to notice that something is due. */
  get pacing(): Pacing {
    return this.instructionTime ? 'budget' : (this.#parts.config.pacing ?? 'poll');
  }

  /** Instructions or jumps until the next look at what is due; until so many instructions have run in all at most. */
  grant(stop = Infinity): void {
    const { instructionTime, clock } = this;
    const events = this.#events;
    if (this.isStanding) instructionTime!.settle();
    else if (instructionTime) instructionTime.grant(events.nextDeadline() - clock.now(), this.#longestGrant(stop));
    else this.#jumps?.grant(this.#host.nanoseconds());
  }

  /** Ends the step in which only the interrupt before the next instruction was handled. */
  stood(): RunResult {
    this.isStanding = false;
    return { reason: 'slice' };
  }

  /** To the same places in each run, whoever has asked for attention in between. */
  #longestGrant(stop: number): number {
    const { instructions } = this.instructionTime!;
    const longest = LONGEST_GRANT - (instructions % LONGEST_GRANT);
    return stop > instructions ? Math.min(longest, stop - instructions) : longest;
  }

  /** Whether guest code was left as all that was granted has been used. */
  get isUsedUp(): boolean {
    return this.instructionTime !== null && this.#state[Word.budget] <= 0;
  }

  get #skipsHalts(): boolean {
    const { icountSleep, recording } = this.#parts.config;
    return this.isTravelling || icountSleep === false || recording?.mode === 'replay';
  }

  /** Halts take no time of the host, and the run ends after so many instructions: in a halt for good it would never. */
  get awaitsInstructions(): boolean {
    const { icountSleep, recording } = this.#parts.config;
    // A journey and a replay end elsewhere.
    if (icountSleep !== false || this.isTravelling || recording?.mode === 'replay') return false;
    return this.instructionTime !== null && this.instructionTime.end < Infinity;
  }

  /** Whether the host's time is `until`, or so many instructions have run as are to. */
  isOver(until: number): boolean {
    const { instructionTime } = this;
    if (this.#host.nanoseconds() >= until) return true;
    return instructionTime?.isAtEnd ?? false;
  }

  /** The CPU waits for an interrupt: the host's time of the next event (Infinity: there is none), or null if it is due at once. */
  halt(): number | null {
    if (this.#events.runIdle(this.clock.now())) return null;
    const deadline = this.#events.nextDeadline();
    const wait = deadline - this.clock.now();
    if (wait <= 0) return null;
    if (deadline === Infinity) return Infinity;
    if (this.#skipsHalts) {
      this.instructionTime?.skip(Math.ceil(wait));
      return null;
    }
    if (this.instructionTime === null) return this.#hostTime.hostTimeAfter(wait);
    this.#haltedSince = this.#host.nanoseconds();
    return this.#haltedSince + wait;
  }

  /** The guest executes code only to wait for time to pass. What is due by then was announced for a later time of the host's. */
  waitsForTime(): void {
    if (this.instructionTime !== null) return;
    this.#hostTime.borrow(LOOK_TIME);
    if (this.#events.nextDeadline() <= this.clock.now()) Atomics.store(this.#state, Word.attention, 1);
  }

  /** The host's time until which a guest that polls may wait for an answer: it has interrupts to take, and other things to look at. */
  patience(): number {
    const wait = Math.min(LONGEST_WAIT, Math.max(0, this.#events.nextDeadline() - this.clock.now()));
    return this.#hostTime.hostTimeAfter(wait);
  }

  /** Instruction time goes on with the host's while the CPU is halted, but not past the next event. */
  passHaltedTime(): void {
    if (this.#haltedSince < 0) return;
    const passed = Math.floor(this.#host.nanoseconds() - this.#haltedSince);
    this.#haltedSince = -1;
    // Whole nanoseconds: their sum is the same in whatever parts they pass.
    const left = Math.ceil(this.#events.nextDeadline() - this.clock.now());
    this.instructionTime!.skip(Math.max(0, Math.min(passed, left)));
  }

  /** A state was loaded: the host gets its next deadline, whichever it got before. */
  loaded(): void {
    this.#haltedSince = -1;
    this.#deadline = Number.NaN;
  }

  /** Another host takes the place of the one that was there: it counts instructions, and time, from 0 on. */
  changeHost(): void {
    this.instructionTime?.restart();
    this.#hostTime.restart();
    this.clock.set(0);
  }

  /** Running code looks at what is due by itself, now and then. */
  get #isCounting(): boolean {
    return this.instructionTime !== null || this.#jumps !== null;
  }

  /** Outside of guest code the machine looks for itself next: a call of the ticker's thread would be for nothing. */
  #deadlineEarlier(deadline: number): void {
    if (!this.isInGuest) return;
    if (this.#isCounting || deadline <= this.clock.now()) Atomics.store(this.#state, Word.attention, 1);
    else this.#announceDeadline(deadline);
  }

  /** Tells the host when it is to ask for attention. */
  announce(): void {
    this.#announceDeadline(this.#events.nextDeadline());
  }

  /** Again if it is about to, for it may have asked a little early. */
  #announceDeadline(deadline: number): void {
    if (this.#isCounting) return;
    const left = deadline - this.clock.now();
    if (deadline === this.#deadline && left >= NEAR) return;
    this.#deadline = deadline;
    this.#nudge ^= 1;
    this.#host.deadlineChanged?.(this.#hostTime.hostTimeAfter(left) + this.#nudge);
  }
}
