import type { ReportGuestError } from '../../bus/guest-error.ts';
import { type InterruptMessage, memoryMessage } from '../../bus/interrupt-message.ts';
import { partOfWord } from '../../bus/word-part.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import { bytes, type Description, describe, list, type StateOf, u32 } from '../../snapshot/describe.ts';
import type { BaseAddress, ConfigRegister, PciFunction } from './function.ts';
import { registerRange } from './range.ts';

/** PCI Local Bus Specification 3.0, 6.8.2: the capability's number, its bytes, and the bits of its control word. */
const CAPABILITY = 0x11;
const Control = { offset: 2, enable: 0x8000, masked: 0x4000 } as const;
/** Words of a vector's entry: address, its upper half, data, and control with the mask. */
const ENTRY_WORDS = 4;
const Word = { address: 0, upper: 1, data: 2, control: 3 } as const;
const MASKED = 1;
/** A base address register of its own: where QEMU places the table and the pending bits there. */
const BAR_BYTES = 0x1000;
const OWN_PLACE = { tableAt: 0, pendingAt: 0x800 } as const;

const withVectors = (vectors: number) => describe({ table: list(vectors * ENTRY_WORDS, u32), pending: bytes(vectors) });
/** The words of all entries; and by vectors, whether one waits until it is unmasked: 1. */
export type MsixState = StateOf<ReturnType<typeof withVectors>>;

/** The state of a function with so many vectors. */
export function msixState(vectors: number): Description<MsixState> {
  return withVectors(vectors);
}

export interface MsixOptions {
  readonly name: string;
  readonly state: MsixState;
  /** Where the capability stands in configuration space, and what comes after it in the list. */
  readonly at: number;
  readonly next: number;
  /** The base address register of the table, and where it and the pending bits stand there. Default: those of `baseAddress`. */
  readonly bar: number;
  readonly tableAt?: number;
  readonly pendingAt?: number;
  readonly guestError: ReportGuestError;
  readonly pciFunction: () => PciFunction;
  /** Sends an interrupt to the local APIC. */
  readonly send: (message: InterruptMessage) => boolean;
}

/** Interrupts by messages (MSI-X): a function has several, which the guest sends where it likes. */
export class Msix {
  readonly #options: MsixOptions;
  readonly #state: MsixState;

  constructor(options: MsixOptions) {
    this.#options = options;
    this.#state = options.state;
    this.reset();
  }

  get vectors(): number {
    return this.#state.pending.length;
  }

  /** The guest wants messages, and no interrupt pin. */
  get isEnabled(): boolean {
    return (this.#control & Control.enable) !== 0;
  }

  /** A hard reset: all are masked. */
  reset(): void {
    const { table, pending } = this.#state;
    pending.fill(0);
    for (let n = 0; n < table.length; n++) table[n] = n % ENTRY_WORDS === Word.control ? MASKED : 0;
  }

  /** The capability's registers. */
  get registers(): ConfigRegister[] {
    const { at, next, bar } = this.#options;
    const { tableAt, pendingAt } = this.#place;
    return [
      { offset: at, size: 2, value: CAPABILITY | (next << 8) },
      { offset: at + Control.offset, size: 2, value: this.vectors - 1, writable: Control.enable | Control.masked },
      { offset: at + 4, size: 4, value: tableAt | bar },
      { offset: at + 8, size: 4, value: pendingAt | bar },
    ];
  }

  /** A base address register with nothing else. */
  baseAddress(mmio: MmioBus): BaseAddress {
    const { name, bar } = this.#options;
    const region = (base: number) => ({
      name: `${name} msix`,
      base,
      length: BAR_BYTES,
      read: (offset: number, size: number) => this.read(offset, size),
      write: (offset: number, size: number, value: number) => this.write(offset, size, value),
    });
    return { index: bar, space: 'memory', size: BAR_BYTES, range: registerRange(mmio, region) };
  }

  /** Sends a vector's message, at once or when it is unmasked. */
  raise(vector: number): void {
    if (this.#isMasked(vector)) this.#state.pending[vector] = 1;
    else this.#send(vector);
  }

  /** The configuration space has changed: what is not masked any more is sent. */
  changed(): void {
    if (!this.isEnabled) return;
    for (const vector of this.#state.pending.keys()) this.#sendPending(vector);
  }

  /** The interrupt messages of the vectors that are not masked. */
  messages(): InterruptMessage[] {
    const vectors = this.isEnabled ? [...this.#state.pending.keys()] : [];
    return vectors.filter((vector) => !this.#isMasked(vector)).flatMap((vector) => this.#messageOf(vector) ?? []);
  }

  get #control(): number {
    return this.#options.pciFunction().read(this.#options.at + Control.offset, 2);
  }

  #word(vector: number, word: number): number {
    return this.#state.table[vector * ENTRY_WORDS + word];
  }

  #isMasked(vector: number): boolean {
    return (this.#control & Control.masked) !== 0 || (this.#word(vector, Word.control) & MASKED) !== 0;
  }

  #sendPending(vector: number): void {
    if (this.#state.pending[vector] === 0 || this.#isMasked(vector)) return;
    this.#state.pending[vector] = 0;
    this.#send(vector);
  }

  #messageOf(vector: number): InterruptMessage | null {
    if (this.#word(vector, Word.upper) !== 0) return null;
    return memoryMessage(this.#word(vector, Word.address), this.#word(vector, Word.data));
  }

  #send(vector: number): void {
    const message = this.#messageOf(vector);
    if (message !== null) this.#options.send(message);
    else {
      const { name, guestError } = this.#options;
      guestError(`${name}: an interrupt is sent to no local APIC, address`, this.#word(vector, Word.address));
    }
  }

  /** Reads the table or the pending bits, at an offset in their base address register; 0 elsewhere. */
  read(offset: number, size: number): number {
    return partOfWord(this.#wordAt(offset & ~3), offset, size);
  }

  get #place() {
    return { ...OWN_PLACE, ...this.#options };
  }

  #wordAt(offset: number): number {
    const { table, pending } = this.#state;
    const { tableAt, pendingAt } = this.#place;
    if (offset < pendingAt) return table[(offset - tableAt) >> 2] ?? 0;
    const first = 8 * (offset - pendingAt);
    return pending.subarray(first, first + 32).reduce((bits, bit, n) => bits | (bit << n), 0);
  }

  /** Words are written as a whole (6.8.2). */
  write(offset: number, size: number, value: number): void {
    const { table } = this.#state;
    const index = (offset - this.#place.tableAt) >> 2;
    if (size !== 4 || index >= table.length) {
      const { name, guestError } = this.#options;
      guestError(`${name}: write of no word of the MSI-X table, at`, offset);
      return;
    }
    table[index] = index % ENTRY_WORDS === Word.control ? value & MASKED : value >>> 0;
    if (this.isEnabled) this.#sendPending(Math.floor(index / ENTRY_WORDS));
  }
}
