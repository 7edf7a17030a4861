import type { StateOf } from '../snapshot/describe.ts';
import type { Cable } from './cable.ts';
import type { CommandSet, Outcome } from './command-set.ts';
import { Command, Device, ErrorBit, READY, Register, Status } from './registers.ts';
import { type driveState, Phase } from './state.ts';

/** A drive's registers and its interrupt request: how commands arrive, and how they end. */
export class TaskFile {
  readonly #state: StateOf<typeof driveState>;
  readonly #cable: Cable;
  readonly #commands: CommandSet;

  constructor(state: StateOf<typeof driveState>, cable: Cable, commands: CommandSet) {
    this.#state = state;
    this.#cable = cable;
    this.#commands = commands;
  }

  get status(): number {
    return this.#state.status;
  }

  get interrupt(): boolean {
    return this.#state.interrupt;
  }

  get busy(): boolean {
    return (this.#state.status & (Status.busy | Status.dataRequest)) !== 0;
  }

  /** A register of the command block but data and status; `high`: what was written before the last. */
  read(register: number, high: boolean): number {
    const { registers, previous, error } = this.#state;
    if (high) return previous[register];
    return register === Register.error ? error : registers[register];
  }

  write(register: number, value: number): void {
    const { registers, previous } = this.#state;
    previous[register] = registers[register];
    registers[register] = value;
  }

  // Commands.

  /** A command that was not for the other drive. One that comes while another is executed is ignored. */
  command(code: number): void {
    this.acknowledge();
    if (code === Command.deviceReset && this.#commands.kind.hasDeviceReset) {
      this.identify();
      this.#cable.happened('ended');
    } else if (!this.busy) this.#begin(code);
  }

  #begin(code: number): void {
    this.#state.command = code;
    this.#state.error = 0;
    const outcome = this.#commands.execute(code);
    if (outcome === 'done') this.end(READY);
    else if (outcome === 'queued') this.#queued();
    else if (outcome !== 'pending') this.fail(outcome);
  }

  /** The next command of the queue may be sent. */
  #queued(): void {
    this.#state.status = READY;
    this.#cable.happened('queued');
  }

  /** Rejects a command that the drive does not know. */
  reject(what: string, code: number): Outcome {
    this.#cable.guestError?.(`ATA: ${what}`, code);
    return ErrorBit.abort;
  }

  /** The drive is busy with its medium; `phase` says with what. */
  waitForMedium(phase: number): void {
    this.#state.phase = phase;
    this.#state.status = Status.busy | READY;
  }

  /** The end of a command, or a point where the host has something to do. */
  end(status: number): void {
    this.#state.phase = Phase.idle;
    this.#state.status = status;
    this.#cable.mover.finish();
    this.askForInterrupt();
    this.#cable.happened('ended');
  }

  /** The end of a command where the host needs no interrupt, as after the last block that it reads. */
  endWithoutInterrupt(): void {
    this.#state.phase = Phase.idle;
    this.#state.status = READY;
    this.#cable.happened('ended');
  }

  fail(bit: number): void {
    this.#state.error = bit;
    this.#state.buffer.clear();
    this.end(Status.ready | Status.error);
  }

  // The interrupt request.

  askForInterrupt(): void {
    this.#state.interrupt = true;
    this.#cable.interruptChanged();
  }

  acknowledge(): void {
    this.#state.interrupt = false;
    this.#cable.interruptChanged();
  }

  // Resets.

  /** Power on and hard reset. */
  reset(): void {
    this.abandon();
    this.#state.registers.fill(0);
    this.identify();
  }

  /** A drive that is held in reset is busy. */
  holdReset(): void {
    this.abandon();
    this.#state.status = Status.busy | Status.seekComplete;
  }

  /** The end of a reset, or of EXECUTE DEVICE DIAGNOSTIC: the drive tells what it is. */
  identify(): void {
    this.abandon();
    this.#state.previous.fill(0);
    this.putSignature();
    this.#state.status = this.#commands.kind.signature.status;
    this.#state.error = 1;
  }

  putSignature(): void {
    const { registers } = this.#state;
    const { mid, high } = this.#commands.kind.signature;
    registers.set([1, 1, mid, high, Device.ones | (registers[Register.device] & Device.second)], Register.sectorCount);
  }

  /** Forgets what is under way. */
  abandon(): void {
    this.#commands.cancel();
    this.#state.buffer.clear();
    this.#state.phase = Phase.idle;
    this.acknowledge();
  }
}
