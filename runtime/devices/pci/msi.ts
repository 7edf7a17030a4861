import type { ReportGuestError } from '../../bus/guest-error.ts';
import { type InterruptMessage, memoryMessage } from '../../bus/interrupt-message.ts';
import type { ConfigRegister, PciFunction } from './function.ts';

/** PCI Local Bus Specification 3.0, 6.8.1: the capability's number, its control word, and the registers after that. */
const CAPABILITY = 0x05;
const Control = { offset: 2, enable: 0x0001, wideAddress: 0x0080 } as const;
const Offset = { address: 4, upper: 8, data: 12 } as const;

export interface MsiOptions {
  readonly name: string;
  /** Where the capability stands in configuration space, and what comes after it in the list. */
  readonly at: number;
  readonly next?: number;
  readonly guestError: ReportGuestError;
  readonly pciFunction: () => PciFunction;
  /** Sends an interrupt to the local APIC. */
  readonly send: (message: InterruptMessage) => boolean;
}

/** An interrupt by a message (MSI), the only one of its function. It has no state: all is in the configuration space. */
export class Msi {
  readonly #options: MsiOptions;

  constructor(options: MsiOptions) {
    this.#options = options;
  }

  /** The capability's registers. */
  get registers(): ConfigRegister[] {
    const { at, next = 0 } = this.#options;
    return [
      { offset: at, size: 2, value: CAPABILITY | (next << 8) },
      { offset: at + Control.offset, size: 2, value: Control.wideAddress, writable: Control.enable },
      { offset: at + Offset.address, size: 4, writable: 0xfffffffc },
      { offset: at + Offset.upper, size: 4, writable: 0xffffffff },
      { offset: at + Offset.data, size: 2, writable: 0xffff },
    ];
  }

  /** The guest wants messages, and no interrupt pin. */
  get isEnabled(): boolean {
    return (this.#read(Control.offset, 2) & Control.enable) !== 0;
  }

  /** Sends the message. */
  raise(): void {
    const message = this.#message();
    if (message !== null) this.#options.send(message);
    else {
      const { name, guestError } = this.#options;
      guestError(`${name}: an interrupt is sent to no local APIC, address`, this.#read(Offset.address, 4));
    }
  }

  /** What it sends. */
  messages(): InterruptMessage[] {
    const message = this.isEnabled ? this.#message() : null;
    return message === null ? [] : [message];
  }

  #message(): InterruptMessage | null {
    if (this.#read(Offset.upper, 4) !== 0) return null;
    return memoryMessage(this.#read(Offset.address, 4), this.#read(Offset.data, 2));
  }

  #read(offset: number, size: 2 | 4): number {
    return this.#options.pciFunction().read(this.#options.at + offset, size);
  }
}
