import { Register, Status } from '../../ata/registers.ts';
import type { TaskFile } from '../../ata/task-file.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64 } from '../../memory/descriptors.ts';
import type { StateOf } from '../../snapshot/describe.ts';
import { asksForInterrupt, deviceBitsFis, PIO_END_STATUS, registersFis } from './fis.ts';
import { Interrupt, PortCommand, Received } from './registers.ts';
import type { portState } from './state.ts';

/** Status bits that a Set Device Bits FIS leaves as they are. */
const KEPT_STATUS = Status.busy | Status.dataRequest;

/**
 * Handles the FISes that a port's drive sends, and updates memory, task file and interrupt status (AHCI 1.3.1, 5.3.10
 * to 5.3.13).
 */
export class ReceivedFises {
  readonly #state: StateOf<typeof portState>;
  readonly #memory: BusMemory;
  readonly #changed: () => void;

  /** `changed`: called when the interrupt status has new bits. */
  constructor(state: StateOf<typeof portState>, memory: BusMemory, changed: () => void) {
    this.#state = state;
    this.#memory = memory;
    this.#changed = changed;
  }

  /** The drive's first registers after a reset, which say what it is: they wait until the port receives. */
  signature(taskFile: TaskFile): void {
    const state = this.#state;
    if (!state.signatureWaits || (state.command & PortCommand.receives) === 0) return;
    state.signatureWaits = false;
    this.registers(taskFile, true);
    const bytes = [Register.sectorCount, Register.lbaLow, Register.lbaMid, Register.lbaHigh];
    state.signature = bytes.reduce((sum, at, n) => sum + taskFile.read(at, false) * 256 ** n, 0);
  }

  registers(taskFile: TaskFile, interrupt: boolean): void {
    const fis = registersFis(taskFile, interrupt);
    this.#take(fis, Received.registers, Interrupt.registers);
    this.#setTaskFile(taskFile.status, fis[3]);
  }

  /** `fis`: made before the block was moved. */
  pioSetup(fis: Uint8Array, taskFile: TaskFile): void {
    fis[PIO_END_STATUS] = taskFile.status;
    this.#take(fis, Received.pioSetup, Interrupt.pioSetup);
    this.#setTaskFile(taskFile.status, fis[3]);
  }

  /** Queued commands are done, those with these bits, or have failed. */
  deviceBits(status: number, error: number, tags: number): void {
    const state = this.#state;
    this.#take(deviceBitsFis(status & ~KEPT_STATUS, error, tags), Received.deviceBits, Interrupt.deviceBits);
    state.active = (state.active & ~tags) >>> 0;
    this.#setTaskFile((state.taskFile & KEPT_STATUS) | (status & ~KEPT_STATUS), error);
  }

  #take(fis: Uint8Array, at: number, interrupt: number): void {
    const { command, received, receivedUpper } = this.#state;
    if ((command & PortCommand.receives) !== 0) this.#memory.write(address64(received, receivedUpper) + at, fis);
    if (asksForInterrupt(fis)) this.interrupt(interrupt);
  }

  #setTaskFile(status: number, error: number): void {
    this.#state.taskFile = status | (error << 8);
    if ((status & Status.error) !== 0) this.stop(Interrupt.taskFile);
  }

  /** An error after which the driver must restart the port (6.2). */
  stop(bits: number): void {
    this.#state.halted = true;
    this.interrupt(bits);
  }

  interrupt(bits: number): void {
    this.#state.interruptStatus = (this.#state.interruptStatus | bits) >>> 0;
    this.#changed();
  }
}
