import type { MachineConfig } from './config.ts';

/** Slots of the PCI bus that devices can have: the chipset has those before. */
export const FIRST_SLOT = 2;
export const LAST_SLOT = 31;

/** Slots that something can be plugged into, or pulled out of: as in QEMU all but those of the chipset and of the display adapter. */
export function hotPlugSlots({ vga = 'none', pciSlots = {} }: Pick<MachineConfig, 'vga' | 'pciSlots'>): number[] {
  const display = vga === 'none' ? undefined : (pciSlots.vga ?? FIRST_SLOT);
  const slots = Array.from({ length: LAST_SLOT + 1 - FIRST_SLOT }, (_, n) => FIRST_SLOT + n);
  return slots.filter((slot) => slot !== display);
}

/**
 * Hands out the slots of the PCI bus to devices, by their names: that of the configuration, or the first one that nobody has. The display adapter
 * asks first, and so has number 2, as QEMU's, where no other is meant to have it.
 */
export class PciSlots {
  /** Slots that were given, by the name of their device. */
  readonly given = new Map<string, number>();
  readonly #told: ReadonlyMap<string, number>;
  readonly #taken: ReadonlySet<number>;
  #next = FIRST_SLOT;

  constructor({ pciSlots = {} }: MachineConfig) {
    this.#told = new Map(Object.entries(pciSlots));
    this.#taken = new Set(this.#told.values());
  }

  slotFor(name: string): number {
    const slot = this.#told.get(name) ?? this.#nextFree();
    this.given.set(name, slot);
    return slot;
  }

  #nextFree(): number {
    while (this.#taken.has(this.#next)) this.#next++;
    if (this.#next > LAST_SLOT) throw new Error('all slots of the PCI bus are taken; give the machine fewer devices');
    return this.#next++;
  }
}
