import { CODE_MASK, Code } from './registers.ts';
import type { FloppyState } from './state.ts';

/** A byte that is equal to any. */
const ANY = 0xff;

/** The SCAN commands (data sheet, 5.1.6): bytes of the guest are compared with those of the disk, until a sector fits. */
export class Scan {
  readonly #state: FloppyState;

  constructor(state: FloppyState) {
    this.#state = state;
  }

  get #code(): number {
    return this.#state.command[0] & CODE_MASK;
  }

  get isOn(): boolean {
    return this.#code === Code.scanEqual || this.#code === Code.scanLowOrEqual || this.#code === Code.scanHighOrEqual;
  }

  /** Sectors from one to the next. */
  get step(): number {
    return this.isOn && this.#state.command[8] === 2 ? 2 : 1;
  }

  begin(): void {
    Object.assign(this.#state.transfer, { equal: true, satisfied: true });
  }

  /** A byte of the guest's; that of the disk is at the transfer's position. */
  compare(byte: number): void {
    const { transfer } = this.#state;
    const onDisk = transfer.buffer[transfer.position];
    // The first byte that differs decides which is larger.
    if (!transfer.equal || byte === onDisk || byte === ANY || onDisk === ANY) return;
    transfer.equal = false;
    const isLow = this.#code === Code.scanLowOrEqual && onDisk < byte;
    const isHigh = this.#code === Code.scanHighOrEqual && onDisk > byte;
    transfer.satisfied = isLow || isHigh;
  }

  /** The sector that has just been compared fits. */
  get isMet(): boolean {
    return this.isOn && this.#state.transfer.satisfied;
  }
}
