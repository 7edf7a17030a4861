import { Halt, Nmi, Segment, Word } from '../../translator/abi/state.ts';
import { cpuComponent, deriveState, modelRegisterComponent, stateComponent } from '../cpu/component.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { haveSamePages, KeptProcessor } from '../cpu/kept-processor.ts';
import { addStolenTime } from '../cpu/kvm/steal-time.ts';
import { setUnprotectedSegment } from '../cpu/segmentation.ts';
import { acceptsInit } from '../cpu/svm/init.ts';
import { acceptsInterrupts, isNmiWaiting, isVirtualInterruptWaiting } from '../cpu/svm/interrupts.ts';
import { processorCount } from '../cpu/topology.ts';
import type { LocalApics } from '../devices/local-apic/set.ts';
import { type Component, describe, flag, indexOf, integer, type StateOf, starting } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';

/** Virtual nanoseconds for which a processor runs while others wait for their turn; less where one of these looks again and again whether it may go on. */
const TURN = 1_000_000;
const SHORT_TURN = 100_000;
const NOBODY = -1;
/** Enable bits of DR7. */
const BREAKPOINTS = 0xff;

const counterWords = [Word.timestampOffsetLow, Word.timestampOffsetHigh];

export interface ProcessorsParts {
  readonly cpu: Cpu;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Null: there are none, and one processor. */
  readonly localApics: LocalApics | null;
  /** Whether an interrupt waits for the one that runs. */
  readonly isInterruptPending: () => boolean;
  readonly callAttention: () => void;
  /** Where there is no firmware, the first processor begins with the guest. */
  readonly boot: () => void;
  /** A debugger steps through the code of the one that runs, or is to be told where it has stopped: others wait. */
  readonly holdsTurn: () => boolean;
}

/** State of the processors' turns, for this number of processors. */
const turnsOf = (count: number) =>
  describe({
    /** The processor whose state the CPU has. */
    current: indexOf(count),
    /** The processor whose turn it is. Another one that was to be interrupted may run in the rest of it. */
    holder: indexOf(count),
    /** The turn is over; who runs has given it up, in a loop that waits for what another one does. */
    isTurnOver: flag,
    hasPaused: flag,
    /** The processor that is to run next, for an interrupt's sake; NOBODY. */
    wanted: starting(integer(NOBODY, count - 1), NOBODY),
  });

/**
 * The processors of a machine. One CPU executes the code of all, one after the other: it has the state of one of them, and those
 * of the others are kept. A turn ends with its time, with HLT, with PAUSE, and when another processor is to be interrupted.
 */
export class Processors {
  readonly count: number;
  readonly components: readonly Component[];
  readonly #parts: ProcessorsParts;
  readonly #kept: readonly KeptProcessor[];
  readonly #state: StateOf<ReturnType<typeof turnsOf>>;
  /** Actions of messages since guest code was left last. */
  #signals: (() => void)[] = [];
  readonly #turn: Timer | null;

  constructor(parts: ProcessorsParts) {
    const { cpu, events } = parts;
    this.#parts = parts;
    this.count = processorCount(cpu.topology);
    const turns = turnsOf(this.count);
    this.#state = turns.create();
    this.#kept = Array.from(
      { length: this.count },
      (_, n) => new KeptProcessor(n === 0 ? cpu.modelRegisters : undefined),
    );
    this.#turn = this.count === 1 ? null : events.timer('processors', () => this.#endTurn());
    this.components =
      this.count === 1
        ? [cpuComponent(cpu), modelRegisterComponent(cpu.modelRegisters)]
        : [
            ...this.#kept.flatMap((_, n) => this.#componentsOf(n)),
            turns.bind('processors', this.#state, { restored: () => this.#restored() }),
          ];
    if (this.count > 1) cpu.onPause = () => void this.passOn();
    cpu.onInit = () => this.requestInit(this.current);
    this.#resetOthers();
  }

  #componentsOf(n: number): Component[] {
    const { state, modelRegisters } = this.#kept[n]!;
    const suffix = n === 0 ? '' : ` ${n}`;
    const settle = () => {
      if (n === this.current) this.#kept[n]!.keep(this.#parts.cpu);
    };
    return [stateComponent(state, `cpu${suffix}`, { settle }), modelRegisterComponent(modelRegisters, `msr${suffix}`)];
  }

  /** The processor whose state the CPU has. */
  get current(): number {
    return this.#state.current;
  }

  /** Power-on: the first one runs, and the others wait for it to start them. */
  reset(): void {
    this.#select(0);
    this.#parts.cpu.reset();
    this.#resetOthers();
  }

  #resetOthers(): void {
    const { cpu } = this.#parts;
    Object.assign(this.#state, turnsOf(this.count).create());
    this.#signals = [];
    for (let n = 1; n < this.count; n++) {
      this.borrow(n, () => {
        cpu.reset();
        cpu.state[Word.halted] = Halt.startUp;
      });
    }
  }

  /** Does something with the CPU having the state of a processor, of the one that runs if none is named; between two stretches of guest code. */
  borrow<Result>(n: number | undefined, use: () => Result): Result {
    const before = this.current;
    if (n === undefined || n === before) return use();
    this.#select(n);
    try {
      return use();
    } finally {
      this.#select(before);
    }
  }

  /**
   * Runs `use` with a processor's state, only to look at it: the CPU still translates addresses for the one that runs, so that it
   * goes on as if nobody had looked.
   */
  look<Result>(n: number | undefined, use: () => Result): Result {
    const before = this.current;
    if (n === undefined || n === before) return use();
    this.#exchange(n);
    try {
      return use();
    } finally {
      this.#exchange(before);
    }
  }

  /** All states were loaded into what is kept. */
  #restored(): void {
    const { cpu, localApics } = this.#parts;
    for (const kept of this.#kept) {
      kept.restore(cpu);
      deriveState(cpu);
      kept.keep(cpu);
    }
    this.#kept[this.current]!.restore(cpu);
    cpu.localApic = localApics!.select(this.current);
    cpu.forgetDerived();
  }

  // Turns.

  /** Between two stretches of guest code: another processor is to run if it is its turn. */
  takeTurns(): void {
    if (this.count === 1 || this.#parts.holdsTurn()) return;
    const { holder, hasPaused } = this.#state;
    this.#select(this.#next());
    if (hasPaused || this.#state.holder !== holder) this.#turn!.disarm();
    if (this.#turn!.deadline < Infinity || !this.othersRun) return;
    this.#turn!.arm(this.#parts.clock.now() + (hasPaused ? SHORT_TURN : TURN));
  }

  /** It is the turn of a processor, though it may have nothing to do. */
  runNext(n: number): void {
    this.#select(n);
    this.#state.holder = n;
    this.#turn?.disarm();
  }

  /** Whether another one than that which has come to a halt has something to do, and its turn may come. */
  get canPassOn(): boolean {
    return !this.#parts.holdsTurn() && this.othersRun;
  }

  /**
   * The processor that runs next. The end of a turn comes before interrupts: processors that interrupt each other all the time
   * would leave others none.
   */
  #next(): number {
    const state = this.#state;
    const { wanted, isTurnOver, hasPaused, current, holder } = state;
    Object.assign(state, { wanted: NOBODY, isTurnOver: false, hasPaused: false });
    if (isTurnOver) state.holder = this.#runnableAfter(hasPaused ? current : holder);
    else if (wanted !== NOBODY && this.#isRunnable(wanted)) return wanted;
    else if (this.#isRunnable(current)) return current;
    else if (!this.#isRunnable(holder)) state.holder = this.#runnableAfter(holder);
    return state.holder;
  }

  /** The next one that has something to do, at last that which was named; who runs, if nobody has. */
  #runnableAfter(n: number): number {
    const others = this.#kept.map((_, distance) => (n + 1 + distance) % this.count);
    return others.find((other) => this.#isRunnable(other)) ?? this.current;
  }

  /** Whether another one than that whose state the CPU has has something to do. */
  get othersRun(): boolean {
    return this.#kept.some((_, n) => n !== this.current && this.#isRunnable(n));
  }

  #isRunnable(n: number): boolean {
    const state = this.#stateOf(n);
    if (state[Word.halted] === Halt.running) return true;
    if (state[Word.halted] !== Halt.waiting) return false;
    const isInterrupted = this.isMaskable(n) && this.#parts.localApics!.all[n]!.pending;
    return isNmiWaiting(state) || isVirtualInterruptWaiting(state) || isInterrupted;
  }

  /** Whether the time-stamp counters of all that there can be read alike. */
  get countersAgree(): boolean {
    const [first, ...others] = this.#kept.map((_, n) => this.#stateOf(n));
    return others.every((state) => counterWords.every((word) => state[word] === first![word]));
  }

  /** Whether a processor that could come to run accepts maskable interrupts. */
  isMaskable(n: number): boolean {
    const state = this.#stateOf(n);
    return state[Word.halted] !== Halt.startUp && acceptsInterrupts(state);
  }

  #stateOf(n: number): Int32Array {
    return n === this.current ? this.#parts.cpu.state : this.#kept[n]!.state;
  }

  #select(n: number): void {
    if (n === this.current) return;
    const { cpu } = this.#parts;
    const [from, to] = [this.#kept[this.current]!, this.#kept[n]!];
    this.#exchange(n);
    if (!haveSamePages(from.state, to.state)) cpu.memory.flushAll();
    if (((from.state[Word.debug + 7]! | to.state[Word.debug + 7]!) & BREAKPOINTS) !== 0) cpu.updateBreakpoints();
  }

  #exchange(n: number): void {
    const { cpu, localApics } = this.#parts;
    this.#kept[this.current]!.keep(cpu);
    this.#kept[n]!.restore(cpu);
    this.#state.current = n;
    cpu.localApic = localApics!.select(n);
  }

  #endTurn(): void {
    this.#state.isTurnOver = true;
  }

  /** It waits in a loop: another one has its turn. False: none has anything to do. */
  passOn(): boolean {
    if (!this.othersRun) return false;
    Object.assign(this.#state, { isTurnOver: true, hasPaused: true });
    this.#parts.callAttention();
    return true;
  }

  // What comes to a processor from outside.

  /** Something is pending at the interrupt controller of a processor. With IF clear it is seen when IF is set again, by whoever sets it. */
  interrupted(n: number): void {
    const { isInterruptPending } = this.#parts;
    const isPending = n === this.current ? isInterruptPending() : this.#parts.localApics!.all[n]!.pending;
    if (!this.isMaskable(n) || !isPending) return;
    this.#callFor(n);
  }

  requestNmi(n: number): void {
    this.#stateOf(n)[Word.nmi]! |= Nmi.pending;
    this.#callFor(n);
  }

  /** It is to be interrupted soon, in another one's turn, too. */
  #callFor(n: number): void {
    if (n !== this.current) this.#state.wanted = n;
    this.#parts.callAttention();
  }

  /** One of the board's: others than the bootstrap processor take it where the guest has said so. */
  pressNmi(): void {
    const { localApics } = this.#parts;
    for (let n = 0; n < this.count; n++) if (n === 0 || localApics!.all[n]!.takesNmi) this.requestNmi(n);
  }

  requestInit(n: number): void {
    this.#request(n, () => this.#initialize(n));
  }

  requestStartUp(n: number, vector: number): void {
    this.#request(n, () => this.#startUp(vector));
  }

  /** One that was pulled out: it is as at power-on, and waits for who starts it. */
  requestReset(n: number): void {
    this.#request(n, () => {
      const { cpu, localApics } = this.#parts;
      cpu.reset();
      cpu.state[Word.halted] = Halt.startUp;
      localApics!.all[n]!.reset();
    });
  }

  #request(n: number, act: () => void): void {
    this.#signals.push(() => this.borrow(n, act));
    this.#parts.callAttention();
  }

  /** Guest code was left, or devices have done what was due: what messages have asked for is done. */
  takeSignals(): void {
    while (this.#signals.length > 0) this.#signals.shift()!();
  }

  /** The bootstrap processor begins at the reset vector, others wait to be told where (Intel SDM vol. 3, 9.4.2). */
  #initialize(n: number): void {
    const { cpu, localApics } = this.#parts;
    if (!acceptsInit(cpu)) return;
    cpu.initialize();
    localApics!.all[n]!.init();
    if (n === 0) this.#parts.boot();
    else cpu.state[Word.halted] = Halt.startUp;
  }

  /** Handles a start-up message. A processor that doesn't wait for one ignores it. */
  #startUp(vector: number): void {
    const { cpu } = this.#parts;
    if (cpu.state[Word.halted] !== Halt.startUp) return;
    setUnprotectedSegment(cpu, Segment.cs, vector << 8);
    cpu.updateKey();
    cpu.state[Word.eip] = 0;
    cpu.state[Word.halted] = Halt.running;
  }

  /** The guest was kept from its processors for so long. */
  addStolenTime(nanoseconds: number): void {
    const { hypervisor } = this.#parts.cpu;
    for (const { modelRegisters } of this.#kept) addStolenTime({ hypervisor, modelRegisters }, nanoseconds);
  }
}
