import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Machine, type MachineOptions, type NetworkWire, type SnapshotSettings } from 'rawiron';
import { FleetError, publicMessage, StoreError } from '../error.ts';
import type { MemoryPermits } from '../memory-permits.ts';
import type { SnapshotStore } from '../pieces.ts';
import { moveAway } from './departure.ts';
import type { Lease } from './lease.ts';
import type { LastWords } from './move-channel.ts';
import { Outbox } from './output.ts';
import { shareOf } from './placement.ts';
import type { MemoryUser } from './pressure.ts';
import type { MachineRecord } from './record.ts';
import type { Checkpoint, Holding, Registry } from './registry.ts';
import { type MachineScreen, screenOf } from './screens.ts';
import { SerialInput } from './serial-input.ts';
import type { StoredMachines } from './stored-machines.ts';
import { type Input, Typed } from './typed.ts';
import { Viewers } from './viewers.ts';

/** Milliseconds before a last checkpoint is tried again, and that it waits for a Redis that is away. */
const AGAIN = 2000;

/** The parts of a machine that a seat works with. */
export interface SeatMachine {
  readonly serial: {
    write(bytes: Uint8Array): Promise<void>;
    on(name: 'data', hear: (bytes: Uint8Array) => unknown): unknown;
  };
  /** isFinal: it would end so again wherever it goes on. */
  readonly exited: Promise<{ readonly reason: string; readonly isFinal?: boolean }>;
  /** Its guest has turned it off. */
  readonly isOff: boolean;
  on(name: 'limit', hear: (limit: string) => unknown): unknown;
  on(name: 'off', hear: () => unknown): unknown;
  on(name: 'error', hear: (error: Error) => unknown): unknown;
  start(): Promise<unknown>;
  pause(): Promise<unknown>;
  reset(): Promise<unknown>;
  stop(): Promise<unknown>;
  snapshot(settings: SnapshotSettings): Promise<Uint8Array>;
}

/** Makes the machine of a record go on from its last checkpoint; it stands still. */
export type OpenMachine = (
  record: MachineRecord,
  snapshots: SnapshotStore,
  options: Partial<MachineOptions>,
) => Promise<OpenedMachine>;

/** A machine that a seat may run. */
export interface OpenedMachine {
  readonly machine: SeatMachine;
  readonly screen: MachineScreen;
  /** All of it, where it is in this process: only then it can move while it runs. */
  readonly whole?: Machine;
}

/** Restores a machine in this process. */
export const openHere: OpenMachine = async ({ name, manifest, limits: own }, snapshots, options) => {
  const limits = { ...options.limits, ...own };
  // What a guest that turns itself off leaves is in the checkpoint that is made then.
  const machine = await Machine.restore(await snapshots.get(manifest), { ...options, limits, shutdown: 'pause' });
  return { machine, screen: screenOf(machine, name), whole: machine };
};

/** The services of a host for a machine on it. */
export interface SeatSettings {
  readonly registry: Registry;
  readonly snapshots: SnapshotStore;
  /** Records of machines in the store. */
  readonly stored: StoredMachines;
  /** For the memory that snapshots take until they are in the store. */
  readonly permits: MemoryPermits;
  readonly lease: Lease;
  readonly open: OpenMachine;
  /** The machine cannot go on here. */
  failed(problem: string): void;
  warn(message: string): void;
  /** Resolves when input for the machine, and those who look at its screen, are heard. */
  listen(): Promise<unknown>;
  /** Resolves when no more input is heard, which is told to whoever types. */
  deafen(): Promise<unknown>;
  /** Options of the machine here; its own limits come before these. */
  readonly options: Partial<MachineOptions>;
  /** The wire of its first network card. */
  readonly wire: NetworkWire;
  /** The machine is not here any more. */
  gone(): void;
}

/**
 * What becomes of a machine. saving: a checkpoint is being made, for which its guest stands still. moving: it is to move to another host, and goes on as
 * the move ends. ending: its last checkpoint here is being made. gone: it is not this host's any more, and its machine is being stopped.
 */
type Phase =
  | { readonly is: 'here' | 'saving' | 'moving' }
  | { readonly is: 'ending' | 'gone'; readonly done: Promise<void> };

/** A machine that a host has, whatever Redis says. */
export interface HeldMachine {
  readonly record: MachineRecord;
  /** Bytes of its output that Redis has taken, and the number of the last input that it has had. */
  readonly said: number;
  readonly typed: number;
}

/** A machine that is here, and those who reach it. */
interface Running {
  readonly machine: SeatMachine;
  readonly serial: SerialInput;
  readonly viewers: Viewers;
  readonly whole: Machine | undefined;
}

/** A machine on a host: it runs as long as the host has it, and nothing of it is told to anybody else before the registry has agreed. */
export class Seat {
  readonly holding: Holding;
  /** As it was read last, with its last checkpoint. */
  #record: MachineRecord;
  readonly #settings: SeatSettings;
  readonly #outbox: Outbox;
  #running: Running | undefined;
  #phase: Phase = { is: 'here' };
  /** How many checkpoints were asked for, and which of them was made last. */
  readonly #checkpoints: { asked: number; answered: number };
  /** How much the machine was used, and when that changed last. */
  #use = { count: 0, at: performance.now() };
  #timer: NodeJS.Timeout | undefined;
  readonly #input: Typed;
  /** Actions on the machine, one after the other. */
  #work: Promise<void> = Promise.resolve();

  /** @param words what the host has said last that the machine comes from */
  constructor(holding: Holding, record: MachineRecord, settings: SeatSettings, words?: LastWords) {
    this.holding = holding;
    this.#record = { ...record, owner: holding.host, token: holding.token, target: '' };
    this.#settings = settings;
    this.#checkpoints = { asked: record.answered, answered: record.answered };
    this.#outbox = new Outbox(words?.at ?? record.offset, (at, bytes) => this.#say(at, bytes));
    this.#input = new Typed(words?.typed ?? 0);
  }

  /** The machine as its host knows it. */
  get held(): HeldMachine {
    const record: MachineRecord = { ...this.#record, state: 'running', target: '', problem: '' };
    return { record, said: this.#outbox.unsaid.at, typed: this.#input.last };
  }

  /** Whether it runs, and can move while it does. */
  get isMovable(): boolean {
    return this.#running?.whole !== undefined && !this.#isGone;
  }

  /** Bytes of memory that it takes. */
  get memory(): number {
    return this.#record.memory;
  }

  /** Its share of a processor, in percent. */
  get share(): number {
    return shareOf(this.#record);
  }

  /** Its part in the memory of its host. A machine in a process of its own returns nothing: no balloon of it helps. */
  get memoryUser(): MemoryUser {
    const { name, memory, idle } = this.#record;
    return {
      ...{ name, memory },
      unused: idle > 0 ? performance.now() - this.#use.at : undefined,
      balloon: this.#running?.whole?.balloon,
      rest: () => this.#settings.registry.rest(this.holding, this.#use.count),
    };
  }

  get #isGone(): boolean {
    return this.#phase.is === 'gone';
  }

  /** Goes on from the machine's last checkpoint. */
  begin(): void {
    const begun = this.#do(async () => {
      const { open, options, snapshots, registry } = this.#settings;
      const opened = await open(this.#record, snapshots, options);
      const { machine } = opened;
      if (this.#isGone) return void (await machine.stop());
      this.#hear(opened);
      if (machine.isOff) await machine.reset();
      // Nobody is to type when its last checkpoint is being made.
      if (this.#phase.is !== 'ending') await this.#settings.listen();
      await this.go();
      await registry.begin(this.holding);
      await this.#note();
      this.#plan();
    });
    begun.catch((error: Error) => {
      if (error instanceof StoreError) this.#settings.warn(error.message);
      return this.#leave(publicMessage(error));
    });
  }

  /** Takes a machine that has come from another host, which has said these words. Resolves when it runs. */
  async adopt(machine: Machine, { unsaid, untaken }: LastWords, typed: readonly Input[]): Promise<void> {
    this.#hear({ machine, screen: screenOf(machine, this.holding.name), whole: machine });
    if (unsaid.length > 0) this.#send(unsaid);
    if (untaken.length > 0) void this.#running?.serial.type(untaken);
    for (const input of typed) this.input(input);
    if (machine.isOff) return void this.end('ended');
    await this.go();
    void this.#do(() => this.#note());
    this.#plan();
  }

  /** The store hears where the machine is. If it does not, its next checkpoint says so. */
  async #note(): Promise<void> {
    if (this.#isGone) return;
    const { stored, warn } = this.#settings;
    const record = this.held.record;
    await stored
      .put(record)
      .then(() => stored.removeOlder(record))
      .catch((error: Error) => warn(`the store does not know where it is: ${error.message}`));
  }

  /** Has all that the machine does heard. */
  #hear({ machine, screen, whole }: OpenedMachine): void {
    const { registry } = this.#settings;
    const serial = new SerialInput((bytes) => machine.serial.write(bytes));
    const viewers = new Viewers(screen, (id, kind, bytes) => registry.show(this.holding, id, kind, bytes));
    this.#running = { machine, serial, viewers, whole };
    machine.serial.on('data', (bytes) => this.#send(bytes));
    machine.on('limit', (limit) => this.#settings.warn(`it has come to its limit of ${limit}, and stands still`));
    machine.on('off', () => void this.end('ended'));
    machine.on('error', (error) => void this.#leave(`the emulator has failed: ${error.message}`));
    machine.exited.then(
      ({ reason, isFinal }) => void this.#leave(`the machine has ended: ${reason}`, isFinal ? 'ended' : 'waiting'),
      () => {},
    );
  }

  /** Output that the registry does not take ends the machine here, as none may follow it. */
  #send(bytes: Uint8Array): Promise<void> {
    return this.#outbox.add(bytes).catch((error: Error) => this.#leave(error.message));
  }

  /** Bytes for COM1. */
  input(input: Input): void {
    // A guest that stands still for the last part of a move has it where it goes on.
    if (this.#running?.whole?.migration.isLeaving) this.#input.hold();
    for (const bytes of this.#input.take(input)) void this.#running?.serial.type(bytes);
  }

  /** A gateway takes and gives the frames of its first network card. */
  connect(socket: Socket): void {
    this.#settings.wire.connect(socket);
  }

  /** A message of somebody who looks at its screen. */
  view(message: Uint8Array): void {
    this.#running?.viewers.hear(message);
  }

  /** Lets the guest run, if the host still has the machine, and nothing is being done for which it stands still. */
  async go(): Promise<void> {
    await this.#goIn('here');
  }

  async #goIn(...phases: readonly Phase['is'][]): Promise<void> {
    const { registry, lease } = this.#settings;
    const machine = this.#running?.machine;
    const mayGo = () => lease.isFresh && phases.includes(this.#phase.is);
    if (machine === undefined || !mayGo()) return;
    if (!(await registry.holds(this.holding))) return await this.lose();
    if (mayGo()) await machine.start();
  }

  /** The guest stands still until `go()`. */
  halt(): void {
    this.#running?.machine.pause().catch(() => {});
  }

  /** The state that the machine's owner wants, as its record says. */
  follow(record: MachineRecord): void {
    if (record.token !== this.holding.token) return;
    const { manifest, offset, answered, saved } = this.#record;
    this.#record = { ...record, manifest, offset, answered, saved };
    const { wanted, asked, idle, used, target } = record;
    if (used !== this.#use.count) this.#use = { count: used, at: performance.now() };
    if (wanted === 'gone') void this.#leave('');
    else if (wanted === 'suspended') void this.end('suspended');
    else if (target !== '' && (this.#phase.is === 'here' || this.#phase.is === 'saving')) void this.#move(target);
    else if (asked > this.#checkpoints.asked) {
      this.#checkpoints.asked = asked;
      void this.#answer();
    } else if (idle > 0 && performance.now() - this.#use.at > 1000 * idle)
      this.#settings.registry.rest(this.holding, used).catch(() => {});
  }

  /**
   * Moves to a host that keeps room for it.
   * @returns whether it has gone
   */
  async move(target: string): Promise<boolean> {
    if (this.#phase.is === 'here' || this.#phase.is === 'saving') await this.#move(target);
    return this.#isGone;
  }

  /** A move that has not come to its last part ends; the machine goes on here. */
  cancelMove(): void {
    const migration = this.#running?.whole?.migration;
    if (this.#phase.is === 'moving' && migration?.isUnderWay && !migration.isLeaving) migration.cancel();
  }

  /** Moves to another host, unless that fails: then it goes on here. */
  async #move(target: string): Promise<void> {
    this.#phase = { is: 'moving' };
    const { holding } = this;
    const { registry, warn } = this.#settings;
    await this.#do(() =>
      moveAway(
        {
          ...{ holding, registry, machine: () => this.#movable(), words: () => this.#lastWords() },
          warn: (message) => {
            if (!this.#isGone) warn(message);
          },
          ...{ lose: () => this.lose(), stay: () => this.#stay() },
        },
        target,
      ),
    ).catch((error: Error) => this.#leave(error.message));
  }

  /** Undefined: it is not here any more. @throws FleetError if it cannot move */
  #movable(): Machine | undefined {
    if (this.#running === undefined || this.#isGone) return undefined;
    const { whole } = this.#running;
    if (whole === undefined) throw new FleetError('it is in a process of its own, and cannot move while it runs');
    return whole;
  }

  #lastWords(): LastWords {
    const { at, bytes: unsaid } = this.#outbox.unsaid;
    const { whole, serial } = this.#running!;
    return { at, unsaid, typed: this.#input.hold(), untaken: serial.last(whole!.serial.waiting) };
  }

  /** It has not moved. */
  async #stay(): Promise<void> {
    if (this.#phase.is === 'moving') this.#phase = { is: 'here' };
    for (const bytes of this.#input.release()) void this.#running?.serial.type(bytes);
    if (this.#settings.lease.isFresh) await this.go();
    else this.halt();
  }

  async #answer(): Promise<void> {
    while (!this.#isGone && this.#checkpoints.answered < this.#checkpoints.asked)
      if (!(await this.#tryCheckpoint('running'))) await wait(AGAIN);
  }

  /**
   * Makes a last checkpoint that only the store knows, and ends the machine here: Redis does not have its record, and an operator puts it back. Nobody who
   * has taken the machine since goes by it, as the token is older then.
   */
  async bequeath(): Promise<void> {
    const machine = this.#running?.machine;
    const { permits, stored, warn } = this.#settings;
    try {
      if (machine === undefined || this.#isGone) return;
      const taken = await permits.use(this.memory, () => this.#save(machine, 'suspended'));
      const state = this.#record.wanted === 'suspended' ? 'suspended' : 'waiting';
      await stored.put({ ...this.#record, ...taken, saved: Date.now(), owner: '', state });
    } catch (error) {
      warn(`no checkpoint: ${(error as Error).message}`);
    } finally {
      await this.lose();
    }
  }

  /** Makes a last checkpoint, and gives the machine back; tries until the store takes it. */
  end(state: 'suspended' | 'ended'): Promise<void> {
    if ('done' in this.#phase) return this.#phase.done;
    const done = this.#giveBack(state);
    this.#phase = { is: 'ending', done };
    return done;
  }

  async #giveBack(state: 'suspended' | 'ended'): Promise<void> {
    // What is typed until then is in the checkpoint.
    await Promise.race([this.#settings.deafen().catch(() => {}), wait(AGAIN, undefined, { ref: false })]);
    while (!this.#isGone && !(await this.#tryCheckpoint(state))) await wait(AGAIN);
    await this.lose();
  }

  /** Ends the machine here: another host may have it. Resolves when it stands still for ever. */
  lose(): Promise<void> {
    if (this.#phase.is === 'gone') return this.#phase.done;
    const done = this.#clear();
    this.#phase = { is: 'gone', done };
    return done;
  }

  async #clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#settings.gone();
    this.#running?.viewers.close();
    await this.#running?.machine.stop();
  }

  /** Gives the machine back as it was at its last checkpoint. */
  async #leave(problem: string, state: 'waiting' | 'ended' = 'waiting'): Promise<void> {
    if (this.#isGone) return;
    if (problem !== '') this.#settings.failed(problem);
    await this.#settings.registry.leave(this.holding, state, problem).catch(() => {});
    await this.lose();
    if (this.#record.wanted === 'gone') await this.#forget();
  }

  /** The store forgets the machine, also what was being written as it was removed. */
  async #forget(): Promise<void> {
    const { stored, warn } = this.#settings;
    await this.#work;
    await stored.remove(this.#record).catch((error: Error) => warn(error.message));
  }

  #do<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(act);
    this.#work = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  #plan(): void {
    if (this.#record.every === 0 || this.#isGone) return;
    this.#timer = setTimeout(async () => {
      await this.#tryCheckpoint('running');
      this.#plan();
    }, this.#record.every * 1000);
  }

  /** A machine goes on where its store does not take a checkpoint. */
  async #tryCheckpoint(state: 'running' | 'suspended' | 'ended'): Promise<boolean> {
    try {
      return await this.#do(() => this.#checkpoint(state));
    } catch (error) {
      if (!this.#isGone) this.#settings.warn(`no checkpoint: ${(error as Error).message}`);
      return false;
    }
  }

  /** @returns whether it counts: false if the host does not have the machine any more, or must not act now */
  async #checkpoint(state: 'running' | 'suspended' | 'ended'): Promise<boolean> {
    const { registry, permits, stored, lease } = this.#settings;
    const answered = this.#checkpoints.asked;
    const taken = await permits.use(this.memory, async () => {
      const machine = this.#running?.machine;
      return machine === undefined || this.#isGone || !lease.isFresh ? undefined : await this.#save(machine, state);
    });
    if (taken === undefined) return false;
    // The store has it first: what Redis has acknowledged is there, too.
    const saved = { ...this.#record, ...taken, answered, saved: Date.now() };
    await stored.put(state === 'running' ? saved : { ...saved, owner: '', state });
    await this.#outbox.flush();
    const isMine = await registry.publish(this.holding, { ...taken, answered }, state);
    if (!isMine) await this.lose();
    else {
      this.#checkpoints.answered = answered;
      this.#record = { ...this.#record, ...taken, answered, saved: saved.saved };
    }
    return isMine;
  }

  /** Puts the state of the machine into the store, and lets it go on if its state is to be "running". */
  async #save(
    machine: SeatMachine,
    state: 'running' | 'suspended' | 'ended',
  ): Promise<Pick<Checkpoint, 'manifest' | 'offset'>> {
    if (this.#phase.is === 'here') this.#phase = { is: 'saving' };
    let taken: { readonly snapshot: Uint8Array; readonly offset: number };
    try {
      await machine.pause();
      // What it has sent until then is here; what it sends later is not in its state.
      taken = { snapshot: await machine.snapshot({ compression: 'none' }), offset: this.#outbox.received };
    } finally {
      if (this.#phase.is === 'saving') this.#phase = { is: 'here' };
      // A move that was asked for meanwhile has not begun yet: its guest runs on until it stands still at the end of that.
      if (state === 'running') await this.#goIn('here', 'moving');
    }
    return { manifest: await this.#settings.snapshots.put(taken.snapshot), offset: taken.offset };
  }

  async #say(at: number, bytes: Uint8Array): Promise<void> {
    if (!this.#isGone && (await this.#settings.registry.say(this.holding, at, bytes))) return;
    await this.lose();
    throw new FleetError(`${this.holding.name} is not on this host any more`);
  }
}
