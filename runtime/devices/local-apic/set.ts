import { DeliveryMode, type InterruptMessage } from '../../bus/interrupt-message.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import { LocalApic } from './index.ts';
import type { ApicSetOptions } from './options.ts';
import { Shorthand } from './registers.ts';
import { ApicWindow } from './window.ts';

/** The name of the state of a processor's local APIC. */
export const localApicName = (processor: number): string =>
  processor === 0 ? 'local apic' : `local apic ${processor}`;

/** The local APICs of a machine, one a processor, and the bus that carries messages between them; the 8259s are at LINT0 of each. */
export class LocalApics {
  /** By processor. */
  readonly all: readonly LocalApic[];
  /** Those of the processors that are there; messages reach no others. */
  #present: readonly LocalApic[];
  /** Called when one has something for its processor. */
  onPending: (processor: number) => void = () => {};
  readonly #window: ApicWindow;
  /** Wiring: that of the processor that runs. */
  #current: LocalApic;

  constructor(mmio: MmioBus, { ids, signals, ...options }: ApicSetOptions) {
    const window = new ApicWindow(mmio);
    this.#window = window;
    this.all = ids.map((initialId, processor) => {
      const apic: LocalApic = new LocalApic({
        ...options,
        name: localApicName(processor),
        initialId,
        isBootstrap: processor === 0,
        window,
        send: (message, shorthand) => this.#send(apic, message, shorthand),
        signal: {
          nmi: () => signals.nmi(processor),
          init: () => signals.init(processor),
          startUp: (vector) => signals.startUp(processor, vector),
        },
      });
      apic.onPending = () => this.onPending(processor);
      return apic;
    });
    this.#present = this.all;
    this.#current = this.all[0]!;
    window.select(this.#current);
    options.external.onPending = () => {
      for (const [processor, apic] of this.all.entries()) if (apic.takesExternal) this.onPending(processor);
    };
  }

  /** Selects the local APIC of the processor that runs from now on. */
  select(processor: number): LocalApic {
    this.#current = this.all[processor]!;
    this.#window.select(this.#current);
    return this.#current;
  }

  /** Numbers of the processors that are there. */
  get present(): number[] {
    return this.#present.map((apic) => this.all.indexOf(apic));
  }

  /** Processors have come or gone: these are there. */
  setPresent(processors: ReadonlySet<number>): void {
    this.#present = this.all.filter((_, processor) => processors.has(processor));
  }

  // As the processor that runs sees its own.

  get pending(): boolean {
    return this.#current.pending;
  }

  acknowledge(): number {
    return this.#current.acknowledge();
  }

  // Messages.

  /** From the I/O APIC or a device; false if it is for nobody. */
  accept(message: InterruptMessage): boolean {
    const addressed = this.#present.filter((apic) => apic.isAddressed(message));
    const receivers =
      message.mode === DeliveryMode.lowestPriority ? addressed.toSorted(byPriority).slice(0, 1) : addressed;
    for (const apic of receivers) apic.deliver(message);
    return receivers.length > 0;
  }

  /** Whether something can interrupt a processor in another way than by one of these messages. `maskable`: whether its IF is set. */
  isOpen(maskable: (processor: number) => boolean): boolean {
    return this.all.some((apic, processor) => maskable(processor) && apic.isOpen);
  }

  wouldInterrupt(message: InterruptMessage, maskable: (processor: number) => boolean): boolean {
    return this.all.some(
      (apic, processor) => this.#present.includes(apic) && apic.wouldInterrupt(message, maskable(processor)),
    );
  }

  #send(from: LocalApic, message: InterruptMessage, shorthand: number): void {
    if (shorthand === Shorthand.none) this.accept(message);
    else for (const apic of this.#present) if (isMeant(shorthand, apic === from)) apic.deliver(message);
  }
}

function isMeant(shorthand: number, isSender: boolean): boolean {
  return shorthand === Shorthand.all || isSender === (shorthand === Shorthand.self);
}

/** The lowest first; of equal ones that of the first processor. */
const byPriority = (left: LocalApic, right: LocalApic): number => left.priority - right.priority;
