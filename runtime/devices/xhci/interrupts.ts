import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { InterruptMessage } from '../../bus/interrupt-message.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { ConfigRegister, PciFunction } from '../pci/function.ts';
import { Msi } from '../pci/msi.ts';
import { Msix, type MsixState } from '../pci/msix.ts';
import { BUSY, Command, INTERRUPTERS, Management, MSI_AT, MSIX_AT, Part, Status } from './registers.ts';
import type { XhciState } from './state.ts';

export interface InterruptsOptions {
  readonly state: XhciState;
  readonly messages: MsixState;
  readonly hasMsi: boolean;
  readonly irq: IrqLine;
  readonly guestError: ReportGuestError;
  readonly pciFunction: () => PciFunction;
  /** Undefined: it has no interrupts by messages. */
  readonly sendMessage: ((message: InterruptMessage) => boolean) | undefined;
}

/** Bytes from the table of messages to their pending bits: QEMU's. */
const PENDING = 0x800;

/** How the interrupters reach the processor (4.17.3, 4.17.5): by the pin, which only the first has, or by messages. */
export class Interrupts {
  readonly msix: Msix | null;
  readonly #msi: Msi | null;
  readonly #options: InterruptsOptions;

  constructor(options: InterruptsOptions) {
    this.#options = options;
    const { sendMessage: send, guestError, pciFunction, hasMsi, messages: state } = options;
    const shared = send && { name: 'xhci', guestError, pciFunction, send };
    this.#msi = shared && hasMsi ? new Msi({ ...shared, at: MSI_AT, vectors: INTERRUPTERS }) : null;
    const place = {
      at: MSIX_AT,
      next: hasMsi ? MSI_AT : 0,
      bar: 0,
      tableAt: Part.messages,
      pendingAt: Part.messages + PENDING,
    };
    this.msix = shared ? new Msix({ ...shared, ...place, state }) : null;
  }

  /** Where the capabilities begin, and their registers. */
  get capabilities(): { firstCapability?: number; registers: readonly ConfigRegister[] } {
    const registers = [...(this.msix?.registers ?? []), ...(this.#msi?.registers ?? [])];
    return this.msix === null ? { registers } : { firstCapability: MSIX_AT, registers };
  }

  messages(): InterruptMessage[] {
    return [...(this.msix?.messages() ?? []), ...(this.#msi?.messages() ?? [])];
  }

  reset(): void {
    this.msix?.reset();
    this.drive();
  }

  /** An interrupter has something to tell. While the guest is busy with the last it is not told again. */
  raise(number: number): void {
    const { state } = this.#options;
    const interrupter = state.interrupters[number]!;
    const isBusy = (interrupter.dequeue & BUSY) !== 0;
    interrupter.dequeue = (interrupter.dequeue | BUSY) >>> 0;
    interrupter.management |= Management.pending;
    state.status |= Status.interrupt;
    const isWanted = (interrupter.management & Management.enabled) !== 0 && (state.command & Command.interrupts) !== 0;
    if (!isBusy && isWanted) this.#send(number);
    this.drive();
  }

  /** A message clears what is pending. */
  #send(number: number): void {
    const chosen = this.msix?.isEnabled ? this.msix : this.#msi?.isEnabled ? this.#msi : null;
    if (chosen === null) return;
    this.#options.state.interrupters[number]!.management &= ~Management.pending;
    chosen.raise(number);
  }

  /** Messages take the place of the interrupt pin. */
  drive(): void {
    const { state, irq } = this.#options;
    const both = Management.pending | Management.enabled;
    const isWanted = (state.interrupters[0]!.management & both) === both && (state.command & Command.interrupts) !== 0;
    irq.set(isWanted && !this.msix?.isEnabled && !this.#msi?.isEnabled);
  }
}
