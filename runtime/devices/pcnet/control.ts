import {
  BCR_COUNT,
  Bcr,
  Csr,
  Extended,
  Feature,
  Led,
  STOPPED_CSRS,
  STYLES,
  Status,
  WRITABLE_BCRS,
} from './registers.ts';
import type { PcnetState } from './state.ts';

/** Actions of the chip that a write to a register starts. */
export interface ChipActions {
  stop(): void;
  initialize(): void;
  start(): void;
  /** There may be something to send. */
  demand(): void;
  /** It may be able to receive again. */
  resume(): void;
  readonly isLinkUp: boolean;
}

/** CSRs and BCRs: how they are read and written (data sheet, "Control and Status Registers", "Bus Configuration Registers"). */
export class ControlRegisters {
  readonly #state: PcnetState;
  readonly #chip: ChipActions;

  constructor(state: PcnetState, chip: ChipActions) {
    this.#state = state;
    this.#chip = chip;
  }

  /** 32 bits of the chip's number, 16 of all others. */
  readCsr(n: number): number {
    const { csr, bcr } = this.#state;
    const value = csr[n] ?? 0;
    switch (n) {
      case Csr.status:
        return (value & Status.errors) !== 0 ? value | Status.error : value;
      case Csr.initLowToo:
      case Csr.initHighToo:
        return csr[n - Csr.initLowToo + Csr.initLow]!;
      case Csr.softwareStyle:
        return bcr[Bcr.softwareStyle]!;
      case Csr.chipId:
        return ((csr[Csr.chipIdHigh]! << 16) | value) >>> 0;
      default:
        return value;
    }
  }

  writeCsr(n: number, value: number): void {
    const { csr } = this.#state;
    if (n === Csr.status) this.#writeStatus(value);
    else if (n === Csr.interruptMask) csr[n] = value;
    else if (n === Csr.features) csr[n] = keep(csr[n]!, value, Feature.clearable);
    else if (n === Csr.extended) this.#writeExtended(value);
    else if (n === Csr.initLowToo || n === Csr.initHighToo) this.writeCsr(n - Csr.initLowToo + Csr.initLow, value);
    else if (n === Csr.softwareStyle) this.writeBcr(Bcr.softwareStyle, value);
    else if (STOPPED_CSRS.has(n) && this.#isStill) csr[n] = value;
  }

  get #isStill(): boolean {
    const { csr } = this.#state;
    return (csr[Csr.status]! & Status.stop) !== 0 || (csr[Csr.extended]! & Extended.suspend) !== 0;
  }

  #writeStatus(value: number): void {
    const { csr } = this.#state;
    const kept = csr[Csr.status]! & ~(value & Status.clearable) & ~Status.interruptEnable;
    csr[Csr.status] = kept | (value & (Status.interruptEnable | Status.transmitDemand));
    const { init, start, stop } = Status;
    const isStop = (value & stop) !== 0;
    if (isStop && (csr[Csr.status]! & stop) === 0) this.#chip.stop();
    // With all three it is only stopped.
    const isBoth = isStop && (value & init) !== 0 && (value & start) !== 0;
    if (!isBoth && (value & init & ~csr[Csr.status]!) !== 0) this.#chip.initialize();
    if (!isBoth && (value & start & ~csr[Csr.status]!) !== 0) this.#chip.start();
    if ((csr[Csr.status]! & Status.transmitDemand) !== 0) this.#demand();
    this.#chip.resume();
  }

  /** A demand of what is not on is forgotten. */
  #demand(): void {
    const { csr } = this.#state;
    if ((csr[Csr.status]! & Status.transmitterOn) === 0) csr[Csr.status]! &= ~Status.transmitDemand;
    this.#chip.demand();
  }

  #writeExtended(value: number): void {
    const { csr } = this.#state;
    const wasSuspended = (csr[Csr.extended]! & Extended.suspend) !== 0;
    csr[Csr.extended] = keep(csr[Csr.extended]!, value, Extended.clearable);
    if (!wasSuspended || (value & Extended.suspend) !== 0) return;
    this.#chip.demand();
    this.#chip.resume();
  }

  readBcr(n: number): number {
    const value = n < BCR_COUNT ? this.#state.bcr[n]! : 0;
    if (n < Bcr.led0 || n > Bcr.led3) return value;
    const lit = this.#chip.isLinkUp ? Led.link : 0;
    return (value & ~Led.on) | ((value & Led.shown & lit) !== 0 ? Led.on : 0);
  }

  writeBcr(n: number, value: number): void {
    const { bcr } = this.#state;
    if (!WRITABLE_BCRS.has(n)) return;
    if (n !== Bcr.softwareStyle) bcr[n] = value;
    else if (this.#isStill) {
      const style = STYLES[value & 0xff];
      bcr[n] = style === undefined ? STYLES[0]! : (value & ~0x0300) | style;
    }
  }
}

/** The new value of a register: bits for events are cleared by a 1, all others take the written value. */
function keep(before: number, value: number, events: number): number {
  return (value & ~events) | (before & ~value & events);
}
