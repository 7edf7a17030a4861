import type { HistoryKeeper } from '../debug/debugger.ts';
import type { Stops } from '../exec/stops.ts';
import { Checkpoints, defaultLimits } from '../history/checkpoints.ts';
import type { HostDoor } from '../host/door.ts';
import type { ToHost, ToMachine } from '../host/messages.ts';
import type { GuestRam } from '../memory/ram.ts';
import type { PlayedSoFar } from '../replay/player.ts';
import type { SavedComponents } from '../snapshot/components.ts';
import type { MachineConfig, RunResult } from './config.ts';
import { begin, end, type Journey, Traveller } from './journey.ts';
import type { Plugboard } from './plugboard.ts';
import type { PluggedDevice } from './plugged.ts';
import type { Schedule } from './schedule.ts';
import type { Tape } from './tape.ts';

/** The parts of a machine whose instructions are counted. */
export interface HistoryParts {
  readonly schedule: Schedule;
  readonly stops: Stops;
  readonly door: HostDoor;
  readonly ram: GuestRam;
  /** The recording that is replayed, if there is one. */
  readonly tape: Tape | null;
  readonly plugboard: Plugboard;
  /** All state but memory. */
  save(): SavedComponents;
  load(devices: SavedComponents): void;
  /** Runs it until something needs the host, or until the host's time is `until`. */
  go(until: number): RunResult;
  reset(): void;
}

/** All of a machine at a checkpoint, but memory. */
interface CheckpointState {
  readonly plugged: readonly PluggedDevice[];
  readonly devices: SavedComponents;
  readonly asked: number;
  readonly sent: number;
  readonly played: PlayedSoFar | undefined;
}

/**
 * The history of a machine, so that a debugger can go back. Running again from a checkpoint repeats only events that follow from
 * the machine itself, or from the recording that it replays. Where anything else enters a machine its history is cleared.
 */
export class History {
  readonly #parts: HistoryParts;
  /** A reset or shutdown that the guest asks for ends the machine. */
  readonly #endsAtReset: boolean;
  readonly #checkpoints: Checkpoints<CheckpointState>;
  readonly #traveller: Traveller;
  readonly #keepers = new Set<HistoryKeeper>();
  #journey: Journey | null = null;
  /** A journey was ended from outside, and nobody has been told. */
  #wasCut = false;
  #until = 0;
  /** Whether what interrupts the next instruction has done so. */
  #isReady = false;
  #isRestoring = false;
  /** Outputs in all, and how many of them the host has had. */
  #sent = 0;
  #had = 0;
  /** Messages that have come from the host since the machine last ran on. */
  #held: ToMachine[] = [];
  /** Instructions after which the machine is to stop once; Infinity: nowhere. */
  #breakAt = Infinity;
  /** The machine is at its end, which comes of itself only once: how it ends if it runs on. */
  #ending: RunResult | null = null;

  constructor(parts: HistoryParts, config: MachineConfig) {
    this.#parts = parts;
    // What was plugged in is not had back from the host.
    parts.plugboard.onEject = () => this.entered();
    this.#endsAtReset = config.rebootAction === 'exit';
    this.#checkpoints = new Checkpoints(parts.ram, { ...defaultLimits, ...config.history });
    this.#traveller = new Traveller(this.#travelled());
  }

  /** From now on its past is kept for somebody, or no longer: where it is for nobody only the beginning of a recording is. */
  keep(keeper: HistoryKeeper, isKept: boolean): void {
    if (isKept) this.#keepers.add(keeper);
    else this.#keepers.delete(keeper);
    this.#keptOrNot();
  }

  #keptOrNot(): void {
    this.abandon();
    const { tape, stops } = this.#parts;
    // Where an interrupt was held off it would come in between when the machine runs again.
    stops.mayHoldInterrupts = tape === null && !this.isKept;
    if (!this.isKept && tape === null) this.#beginAnew();
  }

  get isKept(): boolean {
    return this.#keepers.size > 0;
  }

  /** The next run goes back: an instruction, or to the last breakpoint or watchpoint. */
  goBack(by: 'step' | 'stop'): void {
    this.#setOut((traveller) => {
      const { instructions } = this.#time;
      if (by === 'step') return traveller.to({ instructions: instructions - 1, isReady: true });
      return traveller.lastStop({ instructions, isReady: this.#isReady });
    });
  }

  /** The next run goes to where so many instructions have run. */
  seek(instructions: number): void {
    this.#setOut((traveller) => traveller.to({ instructions, isReady: true }));
  }

  /** When the machine runs on it stops, once, where so many instructions have run; Infinity: nowhere. Throws an Error if they have run already. */
  breakAt(instructions: number): void {
    if (instructions < this.#time.instructions) throw new Error('cannot set breakpoint at the instruction in the past');
    this.#breakAt = instructions;
  }

  /** A journey is under way. */
  get isTravelling(): boolean {
    return this.#journey !== null;
  }

  /** Leaves the machine where a journey has come to. */
  abandon(): void {
    this.#wasCut = false;
    if (this.#journey !== null) this.#arrived(false);
  }

  #setOut(journey: (traveller: Traveller) => Journey): void {
    const { door, tape, schedule } = this.#parts;
    // What the host still has to answer cannot be asked for again.
    if (tape === null && !door.isQuiet) this.#beginAnew();
    this.abandon();
    this.#parts.stops.take();
    schedule.isTravelling = true;
    this.#journey = journey(this.#traveller);
  }

  #arrived(isReady: boolean): void {
    const { schedule, stops } = this.#parts;
    this.#journey = null;
    this.#isReady = isReady;
    schedule.isTravelling = false;
    schedule.isStanding = false;
    this.#time.limit = Infinity;
    stops.isStepping = false;
    stops.take();
  }

  /** Runs the machine on, or further on its journey. */
  run(until: number): RunResult {
    this.#until = until;
    if (this.#wasCut) return this.#tellCut();
    if (this.#journey === null) return this.#runOn();
    const { done, value } = this.#journey.next();
    if (!done) return value;
    const isBeforeInterrupt = value.reason === 'watchpoint' && value.by === 'interrupt';
    this.#arrived(value.reason !== 'recording' && !isBeforeInterrupt);
    return { reason: 'debug', stop: value };
  }

  #tellCut(): RunResult {
    this.#wasCut = false;
    return { reason: 'debug', stop: begin };
  }

  #runOn(): RunResult {
    this.#letIn();
    const wasEnding = this.#ending !== null;
    const result = this.#upToBreak();
    const { stop } = result;
    this.#isReady = stop?.reason === 'breakpoint' || (stop?.reason === 'watchpoint' && stop.by === 'interrupt');
    // A debugger can look back from where the machine is about to end.
    return this.#ending !== null && !wasEnding ? { reason: 'debug', stop: end } : result;
  }

  #upToBreak(): RunResult {
    if (this.#breakAt === Infinity) return this.#proceed();
    const result = this.#go(this.#breakAt);
    if (result.reason !== 'slice' || this.#time.instructions < this.#breakAt) return result;
    this.#breakAt = Infinity;
    return { reason: 'debug', stop: { reason: 'step' } };
  }

  #letIn(): void {
    for (const message of this.#held.splice(0)) this.#parts.door.arrive(message);
  }

  /** As the machine's own, but at its end it stays there. */
  #proceed(): RunResult {
    if (this.#ending !== null) return this.#ending;
    const result = this.#parts.go(this.#until);
    if (this.isKept && this.#isEnding(result)) this.#ending = result;
    return result;
  }

  #isEnding({ reason, byCaller }: RunResult): boolean {
    if (reason === 'poweroff' || reason === 'exit') return true;
    return this.#endsAtReset && !byCaller && (reason === 'shutdown' || reason === 'reset-requested');
  }

  /** Guest code is about to run on: keeps a checkpoint if it is time for one. */
  pass(): void {
    const isWanted = this.isKept || (this.#parts.tape !== null && this.#checkpoints.count === 0);
    if (isWanted && this.#checkpoints.isDue(this.#time.instructions)) this.#keepCheckpoint();
  }

  /**
   * Notes that an answer from the host, or input, has entered the machine. Running again would not repeat it, unless it is
   * recorded, so the history is cleared. A way forwards goes on.
   */
  entered(): void {
    if (this.#parts.tape === null) this.#beginAnew();
  }

  /**
   * Something is done to the machine that does not come again, unless it is recorded: its history is cleared, and a journey ends.
   */
  cut(): void {
    if (this.#parts.tape !== null) return;
    this.#beginAnew();
    if (this.#journey === null) return;
    this.#arrived(false);
    this.#wasCut = true;
  }

  /** Another state is to take the place of the machine's, or has done so: what was to come of the one before does not. */
  replaced(): void {
    this.#letIn();
    this.#ending = null;
    this.cut();
  }

  #beginAnew(): void {
    this.#checkpoints.clear();
    this.#had = this.#sent;
  }

  /** Another host takes the place of the one that was there. */
  forget(): void {
    this.#keepers.clear();
    this.#keptOrNot();
    this.#breakAt = Infinity;
    this.#beginAnew();
    this.#held = [];
    this.#ending = null;
  }

  /** Holds input until the machine runs on; false: it is to arrive now. */
  holds(message: ToMachine): boolean {
    // An answer is one to what was asked in the present, which a journey back does not ask for.
    const isHeld = this.isKept && this.#parts.tape === null && message.type === 'input';
    if (isHeld) this.#held.push(message);
    return isHeld;
  }

  /** Whether a message of the machine's is not for its host, which has had it before. */
  isRepeated(message: ToHost): boolean {
    // Input comes again only with a recording: what waits for the guest when it is put back it has no more, and that once.
    if (message.type === 'taken') return this.#parts.tape !== null && this.isTravelling;
    if (this.#isRestoring) return true;
    if (message.type !== 'output') return false;
    const isOld = ++this.#sent <= this.#had;
    if (!isOld) this.#had = this.#sent;
    return isOld;
  }

  get #time() {
    return this.#parts.schedule.instructionTime!;
  }

  #keepCheckpoint(): void {
    const { door, tape, plugboard } = this.#parts;
    if (!door.isQuiet) return;
    this.#time.settle();
    const state = { plugged: plugboard.devices, devices: this.#parts.save(), played: tape?.soFar };
    this.#checkpoints.add(this.#time.instructions, { ...state, asked: door.asked, sent: this.#sent });
  }

  #restore(checkpoint: number): void {
    const { stops } = this.#parts;
    this.#isRestoring = true;
    try {
      this.#load(checkpoint);
    } finally {
      this.#isRestoring = false;
    }
    this.#ending = null;
    stops.isStepping = false;
    stops.take();
  }

  #load(checkpoint: number): void {
    const { door, tape, load, plugboard } = this.#parts;
    const state = this.#checkpoints.stateAt(checkpoint);
    // Before memory: controllers tell their guest of it there.
    plugboard.become(state.plugged);
    this.#checkpoints.restore(checkpoint);
    this.#time.goTo(this.#checkpoints.instructionsAt(checkpoint));
    load(state.devices);
    door.restart(tape === null ? door.asked : state.asked);
    if (state.played) tape!.goTo(state.played);
    this.#sent = state.sent;
  }

  #go(most: number): RunResult {
    this.#time.limit = most;
    try {
      return this.#proceed();
    } finally {
      this.#time.limit = Infinity;
    }
  }

  #stand(): RunResult | null {
    const { schedule } = this.#parts;
    schedule.isStanding = true;
    const result = this.#go(Infinity);
    const hasStood = !schedule.isStanding;
    schedule.isStanding = false;
    return hasStood ? null : result;
  }

  #travelled(): ConstructorParameters<typeof Traveller>[0] {
    const time = () => this.#time;
    return {
      stops: this.#parts.stops,
      get instructions() {
        return time().instructions;
      },
      checkpoints: this.#checkpoints,
      restore: (checkpoint) => this.#restore(checkpoint),
      keep: () => this.#keepCheckpoint(),
      go: (most) => this.#go(most),
      stand: () => this.#stand(),
      reset: () => this.#parts.reset(),
      isEnding: (result) => this.#isEnding(result),
    };
  }
}

/** The history of a machine with this configuration; null: its instructions are not counted, or it is recorded. */
export function makeHistory(config: MachineConfig, parts: HistoryParts): History | null {
  const isPossible = parts.schedule.instructionTime !== null && config.recording?.mode !== 'record';
  return isPossible ? new History(parts, config) : null;
}
