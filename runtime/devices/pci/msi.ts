import type { ReportGuestError } from '../../bus/guest-error.ts';
import { type InterruptMessage, memoryMessage } from '../../bus/interrupt-message.ts';
import type { ConfigRegister, PciFunction } from './function.ts';

/**
 * PCI Local Bus Specification 3.0, 6.8.1: the capability's number, its control word, and the registers after that. How many messages there
 * are, and how many the guest wants, are powers of 2: the control word has their logarithms.
 */
const CAPABILITY = 0x05;
const Control = {
  offset: 2,
  enable: 0x0001,
  capableShift: 1,
  wantedShift: 4,
  wantedMask: 0x0070,
  wideAddress: 0x0080,
} as const;
const Offset = { address: 4, upper: 8, data: 12 } as const;

export interface MsiOptions {
  readonly name: string;
  /** Where the capability stands in configuration space, and what comes after it in the list. */
  readonly at: number;
  readonly next?: number;
  /** How many messages it has: a power of 2 up to 32. Default: one. */
  readonly vectors?: number;
  readonly guestError: ReportGuestError;
  readonly pciFunction: () => PciFunction;
  /** Sends an interrupt to the local APIC. */
  readonly send: (message: InterruptMessage) => boolean;
}

/** Interrupts by messages (MSI). They differ in the low bits of their data. It has no state: all is in the configuration space. */
export class Msi {
  readonly #options: MsiOptions;

  constructor(options: MsiOptions) {
    this.#options = options;
  }

  /** The capability's registers. */
  get registers(): ConfigRegister[] {
    const { at, next = 0, vectors = 1 } = this.#options;
    const capable = Control.wideAddress | (Math.log2(vectors) << Control.capableShift);
    const writable = Control.enable | (vectors > 1 ? Control.wantedMask : 0);
    return [
      { offset: at, size: 2, value: CAPABILITY | (next << 8) },
      { offset: at + Control.offset, size: 2, value: capable, writable },
      { offset: at + Offset.address, size: 4, writable: 0xfffffffc },
      { offset: at + Offset.upper, size: 4, writable: 0xffffffff },
      { offset: at + Offset.data, size: 2, writable: 0xffff },
    ];
  }

  /** The guest wants messages, and no interrupt pin. */
  get isEnabled(): boolean {
    return (this.#read(Control.offset, 2) & Control.enable) !== 0;
  }

  /** Sends a message; of those that the guest doesn't want, one that it does (6.8.1.3). */
  raise(vector = 0): void {
    const message = this.#message(vector);
    if (message !== null) this.#options.send(message);
    else {
      const { name, guestError } = this.#options;
      guestError(`${name}: an interrupt is sent to no local APIC, address`, this.#read(Offset.address, 4));
    }
  }

  /** The interrupt messages that the device may send. */
  messages(): InterruptMessage[] {
    const vectors = this.isEnabled ? [...Array(this.#wanted).keys()] : [];
    return vectors.flatMap((vector) => this.#message(vector) ?? []);
  }

  get #wanted(): number {
    const log = (this.#read(Control.offset, 2) & Control.wantedMask) >> Control.wantedShift;
    return Math.min(1 << log, this.#options.vectors ?? 1);
  }

  #message(vector: number): InterruptMessage | null {
    if (this.#read(Offset.upper, 4) !== 0) return null;
    const low = this.#wanted - 1;
    const data = (this.#read(Offset.data, 2) & ~low) | (vector & low);
    return memoryMessage(this.#read(Offset.address, 4), data);
  }

  #read(offset: number, size: 2 | 4): number {
    return this.#options.pciFunction().read(this.#options.at + offset, size);
  }
}
