import type { ProcessorReport } from '../../runtime/devices/cpu-hot-plug/index.ts';
import type { Notice } from '../isolate/connection.ts';
import { type Exit, RESET_BYTES, type Reset } from '../isolate/protocol.ts';
import { restoreError } from '../isolate/remote-calls.ts';
import type { MachineLink } from './link.ts';
import type { MachineEvents, MachineState, PauseReason } from './types.ts';

/** The machine, as its life uses it. */
interface LivingMachine {
  readonly link: MachineLink;
  /** Calls the listeners of an event. Resolves when they are done. */
  emit<Name extends keyof MachineEvents>(name: Name, value: MachineEvents[Name]): Promise<void>;
  hasErrorListeners(): boolean;
  /** The guest was reset. */
  noteReset(): void;
  /** Nothing reaches the machine from now on. */
  finish(reason: string): void;
  /** Resolves when its disks are written. */
  closed(): Promise<unknown>;
}

/** A machine from its creation to its end: in which state it is, why it stands still, and how it ended. */
export class MachineLife {
  readonly #machine: LivingMachine;
  readonly #creation = Promise.withResolvers<void>();
  readonly #exit = Promise.withResolvers<Exit>();
  #isCreated = false;
  #state: MachineState = 'created';
  #pauseReason: PauseReason = 'caller';
  #isSuspended = false;

  constructor(machine: LivingMachine) {
    this.#machine = machine;
  }

  /** Resolves when the machine has been made. */
  get created(): Promise<void> {
    return this.#creation.promise;
  }

  /** Resolves when the machine has ended and its disks are written, rejects if the emulator has failed. */
  get exited(): Promise<Exit> {
    return this.#exit.promise;
  }

  get state(): MachineState {
    return this.#state;
  }

  get pauseReason(): PauseReason {
    return this.#pauseReason;
  }

  /** Whether the guest is suspended to RAM. */
  get isSuspended(): boolean {
    return this.#isSuspended && this.#state !== 'ended';
  }

  /** The caller has it stand still, or has put it where it stands still. */
  stands(): void {
    this.#pauseReason = 'caller';
  }

  /** It goes on, or is paused; one that has ended stays so. */
  enter(state: 'running' | 'paused'): void {
    if (this.#move(state)) void this.#machine.emit(state, undefined);
  }

  /** Whether that is another state than before. */
  #move(state: 'running' | 'paused' | 'ended'): boolean {
    const before = this.#state;
    if (before === 'ended' || before === state) return false;
    this.#state = state;
    const { alive } = this.#machine.link;
    if (state === 'running') {
      this.#pauseReason = 'caller';
      alive.hold();
    } else if (before === 'running') alive.release();
    return true;
  }

  /** It has ended, or is made to. */
  end(exit: Exit): void {
    if (this.#state === 'ended') return;
    this.#finish(`the machine has ended (${exit.reason})`);
    void this.#machine.closed().then(() => {
      this.#exit.resolve(exit);
      void this.#machine.emit('exit', exit);
    });
  }

  /** The emulator has failed. */
  fail(error: Error): void {
    if (this.#state === 'ended') return;
    this.#finish('the emulator has failed');
    this.#machine.link.close(error);
    if (this.#isCreated) this.#reportFailure(error);
    else this.#creation.reject(error);
  }

  #finish(reason: string): void {
    this.#move('ended');
    this.#machine.finish(reason);
  }

  #reportFailure(error: Error): void {
    // Listeners have been told; otherwise a failure that nobody looks at ends the program.
    if (this.#machine.hasErrorListeners()) this.exited.catch(() => {});
    this.#exit.reject(error);
    void this.#machine.emit('error', error);
  }

  /** Takes what the isolate says about the machine's life; other notices are not for it. */
  receive(notice: Notice): void {
    const { emit, link } = this.#machine;
    switch (notice.type) {
      case 'ready':
        void link.watch(notice.state).then(() => {
          this.#isCreated = true;
          this.#creation.resolve();
        }, this.#creation.reject);
        break;
      case 'failed':
        this.fail(restoreError(notice.error));
        break;
      case 'exit':
        this.end(notice.exit);
        break;
      case 'reset':
        void this.#tellReset(notice.reset);
        break;
      case 'suspend':
      case 'wake':
        void this.#tellSuspension(notice.type);
        break;
      case 'processor-report':
        void this.#tellReport(notice.report);
        break;
      case 'suspended':
        this.#isSuspended = notice.isSuspended;
        break;
      case 'halt':
        void emit('halt', notice.halt);
        break;
      case 'off':
        this.#pause('off', () => emit('off', notice.exit));
        break;
      case 'debug':
        this.#pause('debug', () => emit('debug', notice.stop));
        break;
      case 'limit':
        this.#pause('limit', () => emit('limit', notice.limit));
    }
  }

  /** The machine stands still, for a reason that is told first. */
  #pause(reason: PauseReason, tell: () => Promise<void>): void {
    this.#pauseReason = reason;
    void tell();
    this.enter('paused');
  }

  /** The isolate hears when listeners are done with it. */
  async #tellReset(reset: Reset): Promise<void> {
    if (this.#state !== 'running') this.#pauseReason = 'reset';
    this.#machine.noteReset();
    await this.#machine.emit('reset', reset);
    this.#machine.link.connection.taken(RESET_BYTES);
  }

  async #tellReport(report: ProcessorReport): Promise<void> {
    await this.#machine.emit('processorreport', report);
    this.#machine.link.connection.taken(RESET_BYTES);
  }

  async #tellSuspension(event: 'suspend' | 'wake'): Promise<void> {
    this.#isSuspended = event === 'suspend';
    await this.#machine.emit(event, undefined);
    this.#machine.link.connection.taken(RESET_BYTES);
  }
}
