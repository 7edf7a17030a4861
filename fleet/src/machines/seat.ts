import { setTimeout as wait } from 'node:timers/promises';
import { Machine, type SnapshotSettings } from 'rawiron';
import { FleetError } from '../error.ts';
import type { SnapshotStore } from '../pieces.ts';
import type { Lease } from './lease.ts';
import { Outbox } from './output.ts';
import type { MachineRecord } from './record.ts';
import type { Holding, Registry } from './registry.ts';
import { type MachineScreen, screenOf } from './screens.ts';
import { Viewers } from './viewers.ts';

/** Milliseconds before a last checkpoint is tried again. */
const AGAIN = 2000;

/** The parts of a machine that a seat works with. */
export interface SeatMachine {
  readonly serial: {
    write(bytes: Uint8Array): Promise<void>;
    on(name: 'data', hear: (bytes: Uint8Array) => unknown): unknown;
  };
  readonly exited: Promise<{ readonly reason: string }>;
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
) => Promise<{ readonly machine: SeatMachine; readonly screen: MachineScreen }>;

/** Restores a machine in this process. */
export const openHere: OpenMachine = async ({ name, manifest, limits }, snapshots) => {
  // What a guest that turns itself off leaves is in the checkpoint that is made then.
  const machine = await Machine.restore(await snapshots.get(manifest), { limits, shutdown: 'pause' });
  return { machine, screen: screenOf(machine, name) };
};

/** The services of a host for a machine on it. */
export interface SeatSettings {
  readonly registry: Registry;
  readonly snapshots: SnapshotStore;
  readonly lease: Lease;
  readonly open: OpenMachine;
  /** The machine cannot go on here. */
  failed(problem: string): void;
  warn(message: string): void;
  /** Resolves when input for the machine, and those who look at its screen, are heard. */
  listen(): Promise<unknown>;
  /** The machine is not here any more. */
  gone(): void;
}

/** A machine on a host: it runs as long as the host has it, and nothing of it is told to anybody else before the registry has agreed. */
export class Seat {
  readonly holding: Holding;
  /** Bytes of memory that it takes. */
  readonly memory: number;
  readonly #record: MachineRecord;
  readonly #settings: SeatSettings;
  readonly #outbox: Outbox;
  #machine: SeatMachine | undefined;
  #viewers: Viewers | undefined;
  #isGone = false;
  /** Its last checkpoint here is being made. */
  #ending: Promise<void> | undefined;
  /** A checkpoint is being made: the machine must not be started. */
  #isHeld = false;
  /** Checkpoints that were asked for, and the last of them that was made. */
  #asked: number;
  #answered: number;
  /** How much the machine was used, and when that changed last. */
  #used = 0;
  #usedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  /** Actions on the machine, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(holding: Holding, record: MachineRecord, settings: SeatSettings) {
    this.holding = holding;
    this.memory = record.memory;
    this.#record = record;
    this.#settings = settings;
    this.#asked = record.answered;
    this.#answered = record.answered;
    this.#outbox = new Outbox(record.offset, (at, bytes) => this.#say(at, bytes));
  }

  /** Goes on from the machine's last checkpoint. */
  begin(): void {
    const begun = this.#do(async () => {
      const { open, snapshots, registry } = this.#settings;
      const { machine, screen } = await open(this.#record, snapshots);
      if (this.#isGone) return void (await machine.stop());
      this.#machine = machine;
      this.#viewers = new Viewers(screen, (id, kind, bytes) => registry.show(this.holding, id, kind, bytes));
      // What has not gone out cannot be followed by more.
      machine.serial.on('data', (bytes) => this.#outbox.add(bytes).catch((error: Error) => this.#leave(error.message)));
      machine.on('limit', (limit) => this.#settings.warn(`it has come to its limit of ${limit}, and stands still`));
      machine.on('off', () => void this.end('ended'));
      machine.on('error', (error) => void this.#leave(`the emulator has failed: ${error.message}`));
      machine.exited.then(
        ({ reason }) => void this.#leave(`the machine has ended: ${reason}`),
        () => {},
      );
      if (machine.isOff) await machine.reset();
      await this.#settings.listen();
      await this.go();
      await registry.begin(this.holding);
      this.#plan();
    });
    begun.catch((error: Error) => this.#leave(error.message));
  }

  /** Bytes for COM1. */
  input(bytes: Uint8Array): void {
    this.#machine?.serial.write(bytes).catch(() => {});
  }

  /** A message of somebody who looks at its screen. */
  view(message: Uint8Array): void {
    this.#viewers?.hear(message);
  }

  /** Lets the guest run, if the host still has the machine. */
  async go(): Promise<void> {
    const { registry, lease } = this.#settings;
    if (this.#machine === undefined || this.#isHeld || this.#ending || !lease.isFresh) return;
    if (!(await registry.holds(this.holding))) return await this.lose();
    if (lease.isFresh && !this.#isHeld && !this.#ending && !this.#isGone) await this.#machine.start();
  }

  /** The guest stands still until `go()`. */
  halt(): void {
    this.#machine?.pause().catch(() => {});
  }

  /** The state that the machine's owner wants, as its record says. */
  follow({ wanted, asked, idle, used }: MachineRecord): void {
    if (used !== this.#used) [this.#used, this.#usedAt] = [used, performance.now()];
    if (wanted === 'gone') void this.#leave('');
    else if (wanted === 'suspended') void this.end('suspended');
    else if (asked > this.#asked) {
      this.#asked = asked;
      void this.#answer();
    } else if (idle > 0 && performance.now() - this.#usedAt > 1000 * idle)
      this.#settings.registry.rest(this.holding).catch(() => {});
  }

  async #answer(): Promise<void> {
    while (!this.#isGone && this.#answered < this.#asked)
      if (!(await this.#tryCheckpoint('running'))) await wait(AGAIN);
  }

  /** Makes a last checkpoint, and gives the machine back; tries until the store takes it. */
  end(state: 'suspended' | 'ended'): Promise<void> {
    this.#ending ??= (async () => {
      while (!this.#isGone && !(await this.#tryCheckpoint(state))) await wait(AGAIN);
      await this.lose();
    })();
    return this.#ending;
  }

  /** Ends the machine here: another host may have it. */
  async lose(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#settings.gone();
    this.#viewers?.close();
    await this.#machine?.stop();
  }

  /** Gives the machine back as it was at its last checkpoint. */
  async #leave(problem: string): Promise<void> {
    if (this.#isGone) return;
    if (problem !== '') this.#settings.failed(problem);
    await this.#settings.registry.leave(this.holding, 'waiting', problem).catch(() => {});
    await this.lose();
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
    const { registry, snapshots, lease } = this.#settings;
    const machine = this.#machine;
    if (machine === undefined || this.#isGone || !lease.isFresh) return false;
    const answered = this.#asked;
    this.#isHeld = true;
    let taken: { readonly snapshot: Uint8Array; readonly offset: number };
    try {
      await machine.pause();
      // What it has sent until then is here; what it sends later is not in its state.
      taken = { snapshot: await machine.snapshot({ compression: 'none' }), offset: this.#outbox.received };
    } finally {
      this.#isHeld = false;
      if (state === 'running') await this.go();
    }
    const manifest = await snapshots.put(taken.snapshot);
    await this.#outbox.flush();
    const isMine = await registry.publish(this.holding, { manifest, offset: taken.offset, answered }, state);
    if (isMine) this.#answered = answered;
    else await this.lose();
    return isMine;
  }

  async #say(at: number, bytes: Uint8Array): Promise<void> {
    if (!this.#isGone && (await this.#settings.registry.say(this.holding, at, bytes))) return;
    await this.lose();
    throw new FleetError(`${this.holding.name} is not on this host any more`);
  }
}
