import type { IrqLine } from '../bus/irq.ts';
import { type Component, describe, flag } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';
import { Callback } from './abi.ts';

/** Virtual nanoseconds between two looks whether the guest has begun to handle its events. */
const LOOK = 5_000;

/** The line that a guest names: an IRQ of the board, or a pin of a PCI device, 1-4. Undefined: it may not have that one. */
export type LineOf = (
  place: { readonly irq: number } | { readonly device: number; readonly pin: number },
) => IrqLine | undefined;

export interface CallbacksOptions {
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly lineOf: LineOf;
  /** Whether the first processor has been told of events that it has not begun to handle. */
  readonly isPending: () => boolean;
}

const callbacksState = describe({ isHigh: flag });

/** How a guest hears of events that gave its processors no vector for them: by the line of an interrupt, which is high while it has not heard. */
export class Callbacks {
  readonly component: Component;
  readonly #options: CallbacksOptions;
  readonly #state = callbacksState.create();
  readonly #timer: Timer;
  /** Wiring: the lines that were named, and the one that is used. */
  readonly #lines = new Map<string, IrqLine | undefined>();
  #line: IrqLine | undefined;

  constructor(options: CallbacksOptions) {
    this.#options = options;
    this.#timer = options.events.timer('xen callback', () => this.#look());
    this.component = callbacksState.bind('callback', this.#state);
  }

  /** The guest says how, in the two words of its parameter (params.h: HVM_PARAM_CALLBACK_IRQ). */
  choose(parameter: readonly [number, number]): void {
    this.#timer.disarm();
    this.#set(false);
    this.#line = this.#lineFor(parameter);
  }

  /** A state was loaded, and the levels of lines with it. */
  restored(parameter: readonly [number, number]): void {
    this.#line = this.#lineFor(parameter);
  }

  #lineFor([low, high]: readonly [number, number]): IrqLine | undefined {
    const type = high >>> 24;
    if (type === Callback.line && low !== 0) return this.#made({ irq: low });
    if (type === Callback.pin) return this.#made({ device: (low >>> 11) & 0x1f, pin: (low & 3) + 1 });
    return undefined;
  }

  /** This end of a line: each is made once, however often the guest names it. */
  #made(place: Parameters<LineOf>[0]): IrqLine | undefined {
    const name = Object.values(place).join(' ');
    if (!this.#lines.has(name)) this.#lines.set(name, this.#options.lineOf(place));
    return this.#lines.get(name);
  }

  /** There are events that the first processor has not heard of. */
  call(): void {
    if (this.#line === undefined) return;
    this.#set(true);
    this.#timer.arm(this.#options.clock.now() + LOOK);
  }

  #look(): void {
    if (this.#options.isPending()) this.#timer.arm(this.#options.clock.now() + LOOK);
    else this.#set(false);
  }

  #set(isHigh: boolean): void {
    this.#state.isHigh = isHigh;
    this.#line?.set(isHigh);
  }
}
