import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { InterruptMessage } from '../../bus/interrupt-message.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import type { ApicWindow } from './window.ts';

/** The interrupt controllers at the APIC's LINT0 pin: the PC's 8259s. */
export interface ExternalInterrupts {
  readonly pending: boolean;
  /** Whether a request of a device would be pending. */
  readonly isOpen: boolean;
  acknowledge(): number;
  onPending: () => void;
}

/** An interrupt that a hypervisor gives a processor past its APIC: before all others, as long as it is pending, and without an end. */
export interface DirectInterrupt {
  readonly vector: number;
  readonly pending: boolean;
}

/** Options that all local APICs of a machine have in common. */
export interface CommonApicOptions {
  /** The memory that KVM's guests share with the APIC. */
  readonly memory: BusMemory;
  readonly guestError?: ReportGuestError;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly external: ExternalInterrupts;
  /** The end of a level-triggered interrupt is told to the I/O APIC. */
  readonly endOfInterrupt: (vector: number) => void;
}

/** Effects of messages on processors other than an interrupt with a vector (Intel SDM vol. 3, 9.4). */
export interface ProcessorSignals {
  nmi(processor: number): void;
  init(processor: number): void;
  /** After INIT: it is to start at physical address `vector` * 4096. */
  startUp(processor: number, vector: number): void;
}

export interface LocalApicOptions extends CommonApicOptions {
  /** The name of its state and of its timer. */
  readonly name: string;
  readonly initialId: number;
  /** The processor is the one that starts the machine. */
  readonly isBootstrap: boolean;
  readonly window: ApicWindow;
  /** Sends a message to others, or to itself; `shorthand` is one of Shorthand. */
  readonly send: (message: InterruptMessage, shorthand: number) => void;
  /** The processor's inputs other than interrupts with a vector. */
  readonly signal: { nmi(): void; init(): void; startUp(vector: number): void };
}

export interface ApicSetOptions extends CommonApicOptions {
  /** The initial ID of each processor's APIC. */
  readonly ids: readonly number[];
  readonly signals: ProcessorSignals;
}
