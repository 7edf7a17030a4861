import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { NetworkPort } from '../../host/network.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import type { BaseAddress } from './function.ts';

/** What a card on the PCI bus that moves frames by itself is made with. */
export interface BusMasterCardOptions {
  /** Unique in the machine; names the card's state. */
  readonly name: string;
  /** Its place on the PCI bus. */
  readonly device: number;
  /** Six bytes. */
  readonly mac: ArrayLike<number>;
  readonly port: NetworkPort;
  readonly ports: PortBus;
  readonly mmio: MmioBus;
  readonly memory: BusMemory;
  readonly irq: IrqLine;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly guestError: ReportGuestError;
  /** Further base address registers: that of an option ROM. */
  readonly bars?: readonly BaseAddress[];
}
