import type { MmioBus } from '../../memory/mmio.ts';
import type { Component } from '../../snapshot/describe.ts';
import { GENERATION_ID_BASE, GENERATION_ID_PAGE } from './registers.ts';
import { generationIdState } from './state.ts';

export interface GenerationIdOptions {
  readonly mmio: MmioBus;
  /** The ID of the machine's first generation, 16 bytes as the guest reads them. */
  readonly id: Uint8Array;
  /** Raises the general-purpose event by which ACPI notifies the guest's driver. */
  readonly changed: () => void;
}

/**
 * The virtual machine generation ID, by which a guest notices that it goes on from a copy of its state, and renews its random generator (Linux,
 * drivers/virt/vmgenid.c). The guest can only read it.
 */
export class GenerationId {
  readonly component: Component;
  readonly #state = generationIdState.create();
  readonly #changed: () => void;

  constructor({ mmio, id, changed }: GenerationIdOptions) {
    this.#changed = changed;
    this.component = generationIdState.bind('vmgenid', this.#state);
    this.#state.id.set(id);
    mmio.add({
      name: 'vmgenid',
      base: GENERATION_ID_BASE,
      length: GENERATION_ID_PAGE,
      read: (offset, size) => littleEndian(this.#state.id.subarray(offset, offset + size)),
      write: () => {},
      isMemory: true,
    });
  }

  /** The ID belongs to the machine, and outlasts a reset. */
  reset(): void {}

  /** Another generation of the machine begins, with this ID. */
  begin(id: Uint8Array): void {
    this.#state.id.set(id);
    this.#changed();
  }
}

/** The value of up to four bytes, low byte first; bytes beyond the ID are zeros. */
function littleEndian(from: Uint8Array): number {
  return from.reduceRight((value, byte) => (value << 8) | byte, 0);
}
