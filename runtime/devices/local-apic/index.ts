import { DeliveryMode, type InterruptMessage } from '../../bus/interrupt-message.ts';
import type { LocalApicPort } from '../../cpu/local-apic-port.ts';
import type { Component } from '../../snapshot/describe.ts';
import { isAddressed } from './destination.ts';
import { EndOfInterruptOffer } from './end-of-interrupt-offer.ts';
import type { DirectInterrupt, LocalApicOptions } from './options.ts';
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
  Spurious,
} from './registers.ts';
import { localApicState } from './state.ts';
import { ApicTimer } from './timer.ts';
import { hasVector, highestVector, setVector } from './vectors.ts';
import type { PlacedApic } from './window.ts';

/** The local APIC of a processor (Intel SDM vol. 3, chapter 11), with the 8259s at LINT0. */
export class LocalApic implements LocalApicPort, PlacedApic {
  readonly component: Component;
  /** Called when `pending` rises. */
  onPending: () => void = () => {};
  readonly #state = localApicState.create();
  readonly #options: LocalApicOptions;
  readonly #timer: ApicTimer;
  readonly #offer: EndOfInterruptOffer;
  /** Derived: the vector that may be delivered now, -1 if there is none. */
  #vector = -1;
  /** Wiring: what a hypervisor gives the processor. */
  #direct: DirectInterrupt | null = null;

  constructor(options: LocalApicOptions) {
    this.#options = options;
    this.#timer = new ApicTimer(this.#state, options, () => this.#raise(LocalVector.timer));
    this.#offer = new EndOfInterruptOffer(this.#state, options.memory);
    this.component = localApicState.bind(options.name, this.#state, { restored: () => this.#restored() });
    this.reset();
  }

  /** Power-on; LINT0 of the bootstrap processor is as firmware leaves it: the 8259s' interrupts pass through ("virtual wire", 11.1). */
  reset(): void {
    const { initialId, isBootstrap } = this.#options;
    Object.assign(this.#state, localApicState.create(), {
      id: initialId,
      baseLow: DEFAULT_BASE | Base.enabled | this.#bootstrapBit,
      destinationFormat: 0xf,
      spurious: Spurious.vector,
      localVectors: new Array(LOCAL_VECTORS).fill(Lvt.masked),
    });
    this.#state.baseLow >>>= 0;
    if (isBootstrap) this.#state.localVectors[LocalVector.lint0] = DeliveryMode.external << Lvt.modeShift;
    this.#timer.stop();
    this.#options.window.moved(this);
    this.#update();
  }

  get #bootstrapBit(): number {
    return this.#options.isBootstrap ? Base.bootstrap : 0;
  }

  #restored(): void {
    this.#options.window.moved(this);
    this.#vector = -1;
    this.#update();
  }

  // The processor's side.

  /** An interrupt is due, if the CPU's IF allows. */
  get pending(): boolean {
    return (
      this.#vector >= 0 || this.#direct?.pending === true || (this.takesExternal && this.#options.external.pending)
    );
  }

  /** Takes the interrupt of the highest priority into service and gives its vector. */
  acknowledge(): number {
    if (this.#direct?.pending) return this.#direct.vector;
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

  /** A hypervisor gives its processor an interrupt from now on; null: none any more. To be called again whenever it gets pending. */
  setDirect(direct: DirectInterrupt | null): void {
    this.#direct = direct;
    if (direct?.pending) this.onPending();
  }

  get initialId(): number {
    return this.#options.initialId;
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
    this.#state.baseLow = ((low & ~Base.bootstrap) | this.#bootstrapBit) >>> 0;
    this.#state.baseHigh = high >>> 0;
    if (wasEnabled && !this.enabled) this.#clear();
    this.#options.window.moved(this);
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

  /** The processor gets INIT: all but the number and the address is as after a reset (11.4.7.3). */
  init(): void {
    const { id } = this.#state;
    this.#clear();
    this.#state.id = id;
  }

  /** Returns all of the state to its initial values, except the base address. */
  #clear(): void {
    const { baseLow, baseHigh } = this.#state;
    this.reset();
    Object.assign(this.#state, { baseLow, baseHigh });
    this.#options.window.moved(this);
  }

  get base(): number | null {
    return this.enabled && this.#state.baseHigh === 0 ? (this.#state.baseLow & Base.address) >>> 0 : null;
  }

  // Interrupts.

  get #softwareEnabled(): boolean {
    return (this.#state.spurious & Spurious.enabled) !== 0;
  }

  /** Requests of the 8259s are for this processor, too. */
  get takesExternal(): boolean {
    return !this.enabled || this.#passesOn(LocalVector.lint0, DeliveryMode.external);
  }

  /** Non-maskable interrupts of the board are for this processor, too: they come in at LINT1. */
  get takesNmi(): boolean {
    return !this.enabled || this.#passesOn(LocalVector.lint1, DeliveryMode.nmi);
  }

  #passesOn(pin: number, mode: number): boolean {
    const entry = this.#state.localVectors[pin]!;
    return ((entry >>> Lvt.modeShift) & Lvt.modeMask) === mode && (entry & Lvt.masked) === 0;
  }

  /** Whether a message is for this one. */
  isAddressed({ destination, logical }: InterruptMessage): boolean {
    return this.enabled && isAddressed(this.#state, destination, logical);
  }

  /** The priority of the code that the processor runs (PPR). */
  get priority(): number {
    return processorPriority(this.#state);
  }

  /** Whether a message would interrupt the CPU; `maskable`: its IF is set. */
  wouldInterrupt(message: InterruptMessage, maskable: boolean): boolean {
    if (!this.isAddressed(message)) return false;
    this.#settle();
    return (
      message.mode === DeliveryMode.nmi || (maskable && this.#isFixed(message.mode) && this.#passes(message.vector))
    );
  }

  /** Whether a device can interrupt a CPU whose IF is set in another way: by the 8259s, or the timer of this chip. */
  get isOpen(): boolean {
    if (this.takesExternal && this.#options.external.isOpen) return true;
    this.#settle();
    const timer = this.#state.localVectors[LocalVector.timer]!;
    return this.#timer.isArmed && (timer & Lvt.masked) === 0 && this.#passes(timer & Lvt.vector);
  }

  /** A message comes in, from wherever it is. */
  deliver({ mode, vector, level }: Pick<InterruptMessage, 'mode' | 'vector' | 'level'>): void {
    const { signal } = this.#options;
    this.#settle();
    if (mode === DeliveryMode.nmi) signal.nmi();
    else if (mode === DeliveryMode.init) signal.init();
    else if (mode === DeliveryMode.startUp) signal.startUp(vector);
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
    if ((entry & Lvt.masked) !== 0) return;
    this.deliver({ mode: (entry >>> Lvt.modeShift) & Lvt.modeMask, vector: entry & Lvt.vector, level: false });
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

  /**
   * Completes an interrupt whose end the guest has signalled in the memory that it shares (KVM's PV EOI), and withdraws
   * the offer, so that the guest writes to EOI from now on. To be called before the state is used or changed.
   */
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

  /** The interrupt command register (11.6.1). */
  #send(): void {
    const { commandLow, commandHigh } = this.#state;
    const mode = (commandLow >>> Command.modeShift) & 7;
    const vector = commandLow & 0xff;
    const fixed = mode === DeliveryMode.fixed || mode === DeliveryMode.lowestPriority;
    if (fixed && vector < FIRST_LEGAL_VECTOR) this.#error(ApicError.sentIllegalVector, vector);
    // The end of INIT's level is for arbitration alone, which nobody needs.
    if (mode === DeliveryMode.init && (commandLow & (Command.level | Command.assert)) === Command.level) return;
    const logical = (commandLow & Command.logical) !== 0;
    const message = { mode, vector, level: false, destination: commandHigh >>> 24, logical };
    this.#options.send(message, (commandLow >>> Command.shorthandShift) & 3);
  }

  // Registers.

  /** Registers are 32 bits wide; parts of one can be read. */
  readBytes(offset: number, size: number): number {
    this.#settle();
    const value = (offset & 15) < 4 ? this.#read(offset & ~15) >>> (8 * (offset & 3)) : 0;
    return size === 4 ? value | 0 : value & ((1 << (8 * size)) - 1);
  }

  writeBytes(offset: number, size: number, value: number): void {
    this.#settle();
    if (size === 4 && (offset & 15) === 0) this.#write(offset, value >>> 0);
    else this.#options.guestError?.('local APIC: write that is no whole register, at offset', offset);
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
