import { DeliveryMode, type InterruptMessage } from '../../bus/interrupt-message.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import type { Component } from '../../snapshot/describe.ts';
import { isAddressed } from './destination.ts';
import { EndOfInterruptOffer } from './end-of-interrupt-offer.ts';
import type { LocalApicOptions } from './options.ts';
import { processorPriority } from './priority.ts';
import { isLocalVector, readRegister } from './register-reads.ts';
import {
  ApicError,
  Base,
  Command,
  DEFAULT_BASE,
  errorTexts,
  FIRST_LEGAL_VECTOR,
  isReadOnly,
  LOCAL_VECTORS,
  LocalVector,
  Lvt,
  lvtBits,
  Register,
  Shorthand,
  Spurious,
} from './registers.ts';
import { localApicState } from './state.ts';
import { ApicTimer } from './timer.ts';
import { hasVector, highestVector, setVector } from './vectors.ts';

/** The local APIC of the machine's processor (Intel SDM vol. 3, chapter 11), with the 8259s behind LINT0. */
export class LocalApic {
  readonly component: Component;
  /** Called when `pending` rises. */
  onPending: () => void = () => {};
  readonly #state = localApicState.create();
  readonly #options: LocalApicOptions;
  readonly #timer: ApicTimer;
  readonly #offer: EndOfInterruptOffer;
  /** Derived: where the registers are placed. */
  #region: MmioRegion | null = null;
  /** Derived: the vector that may be delivered now, -1 if there is none. */
  #vector = -1;

  constructor(options: LocalApicOptions) {
    this.#options = options;
    this.#timer = new ApicTimer(this.#state, options.clock, options.events, () => this.#raise(LocalVector.timer));
    this.#offer = new EndOfInterruptOffer(this.#state, options.memory);
    this.component = localApicState.bind('local apic', this.#state, { restored: () => this.#restored() });
    options.external.onPending = () => {
      if (this.#takesExternal) this.onPending();
    };
    this.reset();
  }

  /** Power-on, with LINT0 as firmware leaves it: the 8259s' interrupts pass through ("virtual wire", 11.1). */
  reset(): void {
    Object.assign(this.#state, localApicState.create(), {
      baseLow: DEFAULT_BASE | Base.enabled | Base.bootstrap,
      destinationFormat: 0xf,
      spurious: Spurious.vector,
      localVectors: new Array(LOCAL_VECTORS).fill(Lvt.masked),
    });
    this.#state.baseLow >>>= 0;
    this.#state.localVectors[LocalVector.lint0] = DeliveryMode.external << Lvt.modeShift;
    this.#timer.stop();
    this.#place();
    this.#update();
  }

  #restored(): void {
    this.#place();
    this.#vector = -1;
    this.#update();
  }

  // The processor's side.

  /** An interrupt is due, if the CPU's IF allows. */
  get pending(): boolean {
    return this.#vector >= 0 || (this.#takesExternal && this.#options.external.pending);
  }

  /** Takes the interrupt of the highest priority into service and gives its vector. */
  acknowledge(): number {
    const vector = this.#vector;
    if (vector < 0) return this.#options.external.acknowledge();
    setVector(this.#state.requests, vector, false);
    const isAlone = highestVector(this.#state.inService) < 0;
    setVector(this.#state.inService, vector, true);
    this.#update();
    // Otherwise the end of this one has something to do at once.
    const awaitsEnd = hasVector(this.#state.triggerMode, vector) || highestVector(this.#state.requests) >= 0;
    if (isAlone && !awaitsEnd) this.#offer.make();
    return vector;
  }

  get id(): number {
    return this.#state.id;
  }

  /** Globally, by IA32_APIC_BASE: otherwise it is as if it weren't there. */
  get enabled(): boolean {
    return (this.#state.baseLow & Base.enabled) !== 0;
  }

  readBase(): [low: number, high: number] {
    return [this.#state.baseLow, this.#state.baseHigh];
  }

  writeBase(low: number, high: number): void {
    this.#settle();
    const wasEnabled = this.enabled;
    this.#state.baseLow = ((low & ~Base.bootstrap) | Base.bootstrap) >>> 0;
    this.#state.baseHigh = high >>> 0;
    if (wasEnabled && !this.enabled) this.#disable();
    this.#place();
    this.#update();
  }

  readDeadline(): [low: number, high: number] {
    return [this.#state.deadlineLow, this.#state.deadlineHigh];
  }

  /** IA32_TSC_DEADLINE; `time`: the virtual time at which the TSC has that value. */
  writeDeadline(low: number, high: number, time: number): void {
    this.#timer.setDeadline(low, high, time);
  }

  readEndOfInterruptPlace(): [low: number, high: number] {
    const [low, high] = this.#state.eoiPlace;
    return [low!, high!];
  }

  writeEndOfInterruptPlace(low: number, high: number): void {
    this.#settle();
    this.#state.eoiPlace = [low >>> 0, high >>> 0];
  }

  /** What it had is gone, but for its address. */
  #disable(): void {
    const { baseLow, baseHigh } = this.#state;
    this.reset();
    Object.assign(this.#state, { baseLow, baseHigh });
  }

  /** Puts the registers at the base. */
  #place(): void {
    const { mmio } = this.#options;
    if (this.#region) mmio.remove(this.#region);
    this.#region = null;
    if (!this.enabled || this.#state.baseHigh !== 0) return;
    this.#region = {
      name: 'local apic',
      base: (this.#state.baseLow & Base.address) >>> 0,
      length: 0x1000,
      read: (offset, size) => this.#readBytes(offset, size),
      write: (offset, size, value) => {
        this.#settle();
        if (size === 4 && (offset & 15) === 0) this.#write(offset, value >>> 0);
        else this.#options.guestError?.('local APIC: write that is no whole register, at offset', offset);
      },
    };
    mmio.add(this.#region);
  }

  // Interrupts.

  get #softwareEnabled(): boolean {
    return (this.#state.spurious & Spurious.enabled) !== 0;
  }

  get #takesExternal(): boolean {
    const lint0 = this.#state.localVectors[LocalVector.lint0]!;
    const external = ((lint0 >>> Lvt.modeShift) & Lvt.modeMask) === DeliveryMode.external;
    return !this.enabled || (external && (lint0 & Lvt.masked) === 0);
  }

  /** A message from the I/O APIC or from another processor; false if it isn't for this one. */
  accept(message: InterruptMessage): boolean {
    if (!this.enabled || !isAddressed(this.#state, message.destination, message.logical)) return false;
    this.#deliver(message.mode, message.vector, message.level);
    return true;
  }

  /** Whether a message would interrupt the CPU; `maskable`: its IF is set. */
  wouldInterrupt(message: InterruptMessage, maskable: boolean): boolean {
    if (!this.enabled || !isAddressed(this.#state, message.destination, message.logical)) return false;
    this.#settle();
    return (
      message.mode === DeliveryMode.nmi || (maskable && this.#isFixed(message.mode) && this.#passes(message.vector))
    );
  }

  /** Whether a device can interrupt a CPU whose IF is set in another way: by the 8259s, or the timer of this chip. */
  get isOpen(): boolean {
    if (this.#takesExternal && this.#options.external.isOpen) return true;
    this.#settle();
    const timer = this.#state.localVectors[LocalVector.timer]!;
    return this.#timer.isArmed && (timer & Lvt.masked) === 0 && this.#passes(timer & Lvt.vector);
  }

  #deliver(mode: number, vector: number, level: boolean): void {
    this.#settle();
    if (mode === DeliveryMode.nmi) this.#options.nmi();
    if (!this.#isFixed(mode)) return;
    if (vector < FIRST_LEGAL_VECTOR) {
      this.#error(ApicError.receivedIllegalVector, vector);
      return;
    }
    setVector(this.#state.requests, vector, true);
    setVector(this.#state.triggerMode, vector, level);
    this.#update();
  }

  /** An APIC that is disabled by software takes no interrupts with vectors (11.4.7.2). */
  #isFixed(mode: number): boolean {
    return (mode === DeliveryMode.fixed || mode === DeliveryMode.lowestPriority) && this.#softwareEnabled;
  }

  /** Whether a vector has a higher priority than what the CPU does (11.8.3.1). */
  #passes(vector: number): boolean {
    return (vector & 0xf0) > (processorPriority(this.#state) & 0xf0);
  }

  /** An interrupt of the APIC's own, by its local vector. */
  #raise(index: number): void {
    const entry = this.#state.localVectors[index]!;
    if ((entry & Lvt.masked) === 0) this.#deliver((entry >>> Lvt.modeShift) & Lvt.modeMask, entry & Lvt.vector, false);
  }

  /** `value`: the vector or the register. */
  #error(bit: number, value: number): void {
    this.#options.guestError?.(errorTexts[bit]!, value);
    this.#state.newErrors |= bit;
    // The error interrupt's own illegal vector is not told again.
    if ((this.#state.localVectors[LocalVector.error]! & Lvt.vector) >= FIRST_LEGAL_VECTOR)
      this.#raise(LocalVector.error);
  }

  #update(): void {
    const was = this.pending;
    const vector = this.enabled ? highestVector(this.#state.requests) : -1;
    this.#vector = vector >= 0 && this.#passes(vector) ? vector : -1;
    if (!was && this.pending) this.onPending();
  }

  /** What the guest has ended by an offer ends; from now on it is to tell. Due before anything of the state is used or changed. */
  #settle(): void {
    if (this.#offer.takeBack()) this.#endOfInterrupt();
  }

  #endOfInterrupt(): void {
    const s = this.#state;
    const vector = highestVector(s.inService);
    if (vector < 0) return;
    setVector(s.inService, vector, false);
    if (hasVector(s.triggerMode, vector)) this.#options.endOfInterrupt(vector);
    this.#update();
  }

  /** The interrupt command register: to this processor, which is the only one (11.6.1). */
  #send(): void {
    const { commandLow, commandHigh } = this.#state;
    const mode = (commandLow >>> Command.modeShift) & 7;
    const vector = commandLow & 0xff;
    const shorthand = (commandLow >>> Command.shorthandShift) & 3;
    const fixed = mode === DeliveryMode.fixed || mode === DeliveryMode.lowestPriority;
    if (fixed && vector < FIRST_LEGAL_VECTOR) this.#error(ApicError.sentIllegalVector, vector);
    if (shorthand === Shorthand.others) return;
    const named = shorthand === Shorthand.none;
    if (named && !isAddressed(this.#state, commandHigh >>> 24, (commandLow & Command.logical) !== 0)) return;
    this.#deliver(mode, vector, false);
  }

  // Registers.

  /** Registers are 32 bits wide; parts of one can be read. */
  #readBytes(offset: number, size: number): number {
    this.#settle();
    const value = (offset & 15) < 4 ? this.#read(offset & ~15) >>> (8 * (offset & 3)) : 0;
    return size === 4 ? value | 0 : value & ((1 << (8 * size)) - 1);
  }

  #read(offset: number): number {
    const value = readRegister(this.#state, this.#timer, offset);
    if (value === undefined) this.#error(ApicError.illegalRegister, offset);
    return value ?? 0;
  }

  #write(offset: number, value: number): void {
    const s = this.#state;
    if (isLocalVector(offset)) {
      this.#writeLocalVector((offset - Register.localVectors) >>> 4, value);
      return;
    }
    switch (offset) {
      case Register.id:
        s.id = value >>> 24;
        break;
      case Register.taskPriority:
        s.taskPriority = value & 0xff;
        this.#update();
        break;
      case Register.endOfInterrupt:
        this.#endOfInterrupt();
        break;
      case Register.logicalDestination:
        s.logicalDestination = value >>> 24;
        break;
      case Register.destinationFormat:
        s.destinationFormat = value >>> 28;
        break;
      case Register.spurious:
        this.#writeSpurious(value);
        break;
      default:
        this.#writeOther(offset, value);
    }
  }

  #writeOther(offset: number, value: number): void {
    const s = this.#state;
    switch (offset) {
      case Register.errors:
        s.errors = s.newErrors;
        s.newErrors = 0;
        break;
      case Register.commandLow:
        s.commandLow = value & Command.bits;
        this.#send();
        break;
      case Register.commandHigh:
        s.commandHigh = (value & 0xff000000) >>> 0;
        break;
      case Register.initialCount:
        this.#timer.start(value);
        break;
      case Register.divide:
        this.#timer.setDivide(value);
        break;
      default:
        if (!isReadOnly(offset)) this.#error(ApicError.illegalRegister, offset);
    }
  }

  /** While the APIC is disabled by software its local vectors are masked (11.4.7.2). */
  #writeSpurious(value: number): void {
    const s = this.#state;
    s.spurious = value & Spurious.bits;
    if (!this.#softwareEnabled) s.localVectors = s.localVectors.map((entry) => entry | Lvt.masked);
    this.#update();
  }

  #writeLocalVector(index: number, value: number): void {
    const s = this.#state;
    const before = s.localVectors[index]!;
    const was = this.pending;
    s.localVectors[index] = (value & lvtBits[index]!) | (this.#softwareEnabled ? 0 : Lvt.masked);
    if (index === LocalVector.timer) this.#timer.modeChanged(before);
    if (!was && this.pending) this.onPending();
  }
}
