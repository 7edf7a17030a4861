import { ENABLED, placeOf } from '../../cpu/kvm/shared-place.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { LocalApicState } from './state.ts';

/** The bit, of the byte in the guest's memory. */
const OFFERED = 1;

/**
 * KVM's paravirtual end of interrupt: a bit in the guest's memory that is set while an interrupt is served which nothing else waits for. A guest that
 * finds it set clears it, in place of a write to the APIC's register, which is told only when it next has something to do (Linux,
 * Documentation/virt/kvm/x86/msr.rst: MSR_KVM_EOI_EN).
 */
export class EndOfInterruptOffer {
  readonly #state: LocalApicState;
  readonly #memory: BusMemory;
  readonly #byte = new Uint8Array(1);

  constructor(state: LocalApicState, memory: BusMemory) {
    this.#state = state;
    this.#memory = memory;
  }

  /** Makes it, if the guest takes such offers. What cannot be written, such as ROM, has none. */
  make(): void {
    const { eoiPlace } = this.#state;
    if ((eoiPlace[0]! & ENABLED) === 0 || !this.#memory.has(placeOf(eoiPlace), 1)) return;
    this.#write(this.#read() | OFFERED);
    this.#state.eoiOffered = (this.#read() & OFFERED) !== 0;
  }

  /** Takes it back, if one stands; whether the guest has ended the interrupt by it. */
  takeBack(): boolean {
    const state = this.#state;
    if (!state.eoiOffered) return false;
    state.eoiOffered = false;
    const byte = this.#read();
    if ((byte & OFFERED) === 0) return true;
    this.#write(byte & ~OFFERED);
    return false;
  }

  #read(): number {
    this.#memory.read(placeOf(this.#state.eoiPlace), this.#byte);
    return this.#byte[0]!;
  }

  #write(value: number): void {
    this.#byte[0] = value;
    this.#memory.write(placeOf(this.#state.eoiPlace), this.#byte);
  }
}
