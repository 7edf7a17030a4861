import type { ReportGuestError } from '../bus/guest-error.ts';
import { DeliveryMode } from '../bus/interrupt-message.ts';
import type { PowerControl } from '../bus/power.ts';
import type { BusMemory } from '../memory/bus-memory.ts';
import { joinComponents } from '../snapshot/components.ts';
import type { Component } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';
import {
  Callback,
  CONSOLE_PAGE,
  Errno,
  PAGE_BYTES,
  Parameter,
  ProcessorInfo,
  STORE_PAGE,
  VIRQ_TIMER,
  XenError,
} from './abi.ts';
import type { XenBalloon } from './balloon.ts';
import { Callbacks, type LineOf } from './callbacks.ts';
import { publishTime, publishWallClock } from './clock.ts';
import { EventChannels } from './event-channels.ts';
import { GrantTable } from './grants.ts';
import { SharedInfoPage } from './shared-info.ts';
import { ChannelKind, type DomainState, domainState, eventChannelsState } from './state.ts';

/** Parameters that tell the guest something, and that it cannot set. */
const givenParameters: readonly number[] = [
  Parameter.storePage,
  Parameter.storeChannel,
  Parameter.consolePage,
  Parameter.consoleChannel,
];

/** The local APIC of a processor. */
export interface Upcalls {
  deliver(message: { readonly mode: number; readonly vector: number; readonly level: boolean }): void;
  /** Gives the processor an interrupt past its APIC (devices/local-apic/options.ts). */
  setDirect(direct: { readonly vector: number; readonly pending: boolean } | null): void;
}

/** Exceptions have the vectors below. */
const FIRST_VECTOR = 16;

export interface XenDomainOptions {
  /** Major and minor version of the hypervisor, 16 bits each. */
  readonly version: number;
  readonly memory: BusMemory;
  readonly balloon: XenBalloon;
  /** Whether the guest has the page and the channel of a first console. */
  readonly hasConsole: boolean;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly power: PowerControl;
  readonly guestError: ReportGuestError;
  /** By processor. */
  readonly localApics: readonly Upcalls[];
  readonly lineOf: LineOf;
  /** The processor that runs, and the offset of its TSC: two words, low first. */
  readonly running: () => { readonly processor: number; readonly timestampOffset: readonly [number, number] };
  readonly secondsAtStart: () => number;
  /** The guest is to have all that it had of Xen taken away, and goes on. */
  readonly softReset: () => void;
  /** Takes the text that the guest prints by a hypercall. */
  readonly print: (bytes: Uint8Array) => void;
}

/** Xen as its guest has it: a domain with processors, event channels, grants and time. */
export class XenDomain {
  readonly component: Component;
  readonly channels: EventChannels;
  readonly grants: GrantTable;
  readonly power: PowerControl;
  readonly guestError: ReportGuestError;
  readonly version: number;
  readonly #options: XenDomainOptions;
  readonly #state: DomainState;
  readonly #channelsState = eventChannelsState.create();
  readonly #page: SharedInfoPage;
  readonly #callbacks: Callbacks;
  readonly #timers: readonly Timer[];

  constructor(options: XenDomainOptions) {
    const { memory, clock, events, localApics } = options;
    this.#options = options;
    this.power = options.power;
    this.guestError = options.guestError;
    this.version = options.version;
    const description = domainState(localApics.length);
    const state = description.create();
    this.#state = state;
    this.#page = new SharedInfoPage(state, memory);
    this.#callbacks = new Callbacks({
      clock,
      events,
      lineOf: options.lineOf,
      isPending: () => this.#page.isPending(0),
    });
    this.channels = new EventChannels({
      ...{ state: this.#channelsState, page: this.#page, processors: localApics.length },
      wake: (processor) => this.#wake(processor),
    });
    this.grants = new GrantTable(state.grantPages, memory);
    this.#timers = localApics.map((_, processor) =>
      events.timer(`xen timer ${processor}`, () => this.channels.raiseVirq(VIRQ_TIMER, processor)),
    );
    this.component = joinComponents('xen domain', [
      description.bind('domain', state, {
        restored: () => {
          this.#callbacks.restored(this.parameter(Parameter.callback));
          this.#giveDirect();
        },
      }),
      eventChannelsState.bind('channels', this.#channelsState, { restored: () => this.channels.restored() }),
      this.#callbacks.component,
    ]);
    this.reset();
  }

  /** The guest starts again: it has placed nothing, and has the channels of the store and of its console. */
  reset(): void {
    this.channels.reset();
    for (const timer of this.#timers) timer.disarm();
    const { parameters, processors, grantPages } = this.#state;
    this.#state.sharedPage = 0;
    grantPages.fill(0);
    parameters.fill(0);
    for (const processor of processors) Object.assign(processor, { infoPlace: 0, upcallVector: 0 });
    this.#callbacks.choose([0, 0]);
    this.#giveDirect();
    this.#setParameter(Parameter.storePage, STORE_PAGE);
    this.#setParameter(Parameter.storeChannel, this.channels.bind(ChannelKind.unbound, 0, 0));
    if (!this.#options.hasConsole) return;
    this.#setParameter(Parameter.consolePage, CONSOLE_PAGE);
    this.#setParameter(Parameter.consoleChannel, this.channels.bind(ChannelKind.unbound, 0, 0));
  }

  // Memory.

  get balloon(): XenBalloon {
    return this.#options.balloon;
  }

  /** The shared structure is at this page from now on. Throws XenError where no memory is. */
  placeSharedPage(page: number): void {
    const { memory, secondsAtStart } = this.#options;
    this.#clearPage(page);
    this.#state.sharedPage = page;
    publishWallClock(memory, page, secondsAtStart());
    for (const processor of this.#state.processors.keys()) this.#publishTime(processor);
  }

  placeGrantPage(index: number, page: number): void {
    this.#clearPage(page);
    this.#state.grantPages[index] = page;
  }

  /** Nothing of the hypervisor's is at this page any more. */
  unplace(page: number): void {
    const { grantPages } = this.#state;
    if (this.#state.sharedPage === page) this.#state.sharedPage = 0;
    for (const [index, placed] of grantPages.entries()) if (placed === page) grantPages[index] = 0;
  }

  #clearPage(page: number): void {
    const { memory, guestError } = this.#options;
    if (page === 0 || !memory.has(page * PAGE_BYTES, PAGE_BYTES)) {
      guestError('xen: a shared page where no memory is, page', page);
      throw new XenError(Errno.invalid);
    }
    memory.write(page * PAGE_BYTES, new Uint8Array(PAGE_BYTES));
  }

  // Processors.

  get currentProcessor(): number {
    return this.#options.running().processor;
  }

  /** Throws XenError for one that there is not. */
  checkProcessor(processor: number): void {
    if (processor >= this.#state.processors.length) throw new XenError(Errno.noEntry);
  }

  /** The structure of a processor is at this address from now on, with what it has told. Throws XenError. */
  placeProcessorInfo(processor: number, address: number): void {
    const { memory } = this.#options;
    this.checkProcessor(processor);
    const { bytes } = ProcessorInfo;
    if (!memory.has(address, bytes) || (address % PAGE_BYTES) + bytes > PAGE_BYTES) throw new XenError(Errno.invalid);
    const before = this.#page.processorInfo(processor);
    const told = new Uint8Array(bytes);
    if (before !== 0) memory.read(before, told);
    memory.write(address, told);
    this.#state.processors[processor]!.infoPlace = address;
    this.#publishTime(processor);
    // Events that came before are in no structure that the guest looks at.
    this.channels.tellAll(processor);
  }

  /** The TSC of the processor that runs has another offset. */
  timeChanged(): void {
    this.#publishTime(this.currentProcessor);
  }

  #publishTime(processor: number): void {
    const { memory, running } = this.#options;
    const info = this.#page.processorInfo(processor);
    if (info !== 0) publishTime(memory, info, running().timestampOffset);
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** A processor's timer: virtual nanoseconds; Infinity: never. */
  setTimer(processor: number, time: number): void {
    this.checkProcessor(processor);
    if (time === Number.POSITIVE_INFINITY) this.#timers[processor]!.disarm();
    else this.#timers[processor]!.arm(Math.max(time, this.now()));
  }

  setUpcallVector(processor: number, vector: number): void {
    this.checkProcessor(processor);
    if (vector < FIRST_VECTOR) throw new XenError(Errno.invalid);
    this.#state.processors[processor]!.upcallVector = vector;
    this.#giveDirect();
  }

  /** A processor is to handle events. An interrupt line is the first one's. */
  #wake(processor: number): void {
    const { upcallVector } = this.#state.processors[processor]!;
    const apic = this.#options.localApics[processor]!;
    if (upcallVector !== 0) apic.deliver({ mode: DeliveryMode.fixed, vector: upcallVector, level: false });
    else if (this.#commonVector !== 0) apic.setDirect(this.#directOf(processor));
    else if (processor === 0) this.#callbacks.call();
  }

  /** The vector for all processors that have none of their own; 0: there is none. */
  get #commonVector(): number {
    const [low, high] = this.parameter(Parameter.callback);
    return high >>> 24 === Callback.vector ? low & 0xff : 0;
  }

  /** Processors without a vector of their own get the common one, past their APICs: systems do not end its interrupts there. */
  #giveDirect(): void {
    for (const [processor, apic] of this.#options.localApics.entries()) apic.setDirect(this.#directOf(processor));
  }

  #directOf(processor: number): { readonly vector: number; readonly pending: boolean } | null {
    const [vector, page] = [this.#commonVector, this.#page];
    if (vector === 0 || this.#state.processors[processor]!.upcallVector !== 0) return null;
    return {
      vector,
      get pending() {
        return page.isPending(processor);
      },
    };
  }

  /** Whether a processor is interrupted by events. */
  isInterrupted(processor: number): boolean {
    return this.#state.processors[processor]!.upcallVector !== 0 || this.#commonVector !== 0;
  }

  /** One system starts another, as Linux does by kexec: it goes on without anything of Xen. */
  softReset(): void {
    this.#options.softReset();
  }

  print(bytes: Uint8Array): void {
    this.#options.print(bytes);
  }

  // Parameters.

  /** Low and high word. Throws XenError for none. */
  parameter(number: number): readonly [number, number] {
    if (number >= Parameter.count) throw new XenError(Errno.invalid);
    return [this.#state.parameters[2 * number]!, this.#state.parameters[2 * number + 1]!];
  }

  /** The guest sets one. Throws XenError for one that tells it something, and for what cannot be a vector. */
  setParameter(number: number, low: number, high: number): void {
    this.parameter(number);
    if (givenParameters.includes(number)) throw new XenError(Errno.permission);
    const isVector = number === Parameter.callback && high >>> 24 === Callback.vector;
    if (isVector && (low & 0xff) < FIRST_VECTOR) throw new XenError(Errno.invalid);
    this.#setParameter(number, low, high);
    if (number !== Parameter.callback) return;
    this.#callbacks.choose([low, high]);
    this.#giveDirect();
  }

  #setParameter(number: number, low: number, high = 0): void {
    this.#state.parameters[2 * number] = low;
    this.#state.parameters[2 * number + 1] = high;
  }
}
