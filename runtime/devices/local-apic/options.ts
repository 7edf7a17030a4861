import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';

/** What interrupts the CPU through the APIC's LINT0 pin: the PC's 8259s. */
export interface ExternalInterrupts {
  readonly pending: boolean;
  /** Whether a request of a device would be pending. */
  readonly isOpen: boolean;
  acknowledge(): number;
  onPending: () => void;
}

export interface LocalApicOptions {
  readonly mmio: MmioBus;
  /** What KVM's guests share with it. */
  readonly memory: BusMemory;
  readonly guestError?: ReportGuestError;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly external: ExternalInterrupts;
  /** The end of a level-triggered interrupt is told to the I/O APIC. */
  readonly endOfInterrupt: (vector: number) => void;
  /** A non-maskable interrupt is due. */
  readonly nmi: () => void;
}
