import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { InterruptMessage } from '../../bus/interrupt-message.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';

/** The board's services to a chip that is a bus master on the PCI bus, with registers in memory. */
export interface PciChipOptions {
  /** Its place on the PCI bus. */
  readonly device: number;
  readonly mmio: MmioBus;
  readonly memory: BusMemory;
  /** The line of its interrupt pin. */
  readonly irq: IrqLine;
  readonly guestError: ReportGuestError;
}

/** The board's services to a chip that does something later. */
export interface TimedChipOptions {
  readonly clock: Clock;
  readonly events: EventQueue;
}

/** The board's services to a chip that can interrupt by messages. */
export interface MessageOptions {
  /** Sends an interrupt to the local APIC. Undefined: there is none, and so no interrupts by messages. */
  readonly sendMessage: ((message: InterruptMessage) => boolean) | undefined;
}
