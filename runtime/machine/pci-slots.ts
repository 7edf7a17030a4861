import type { MachineConfig } from './config.ts';

/** Slots of the PCI bus that devices can have: the chipset has those before. */
export const FIRST_SLOT = 2;
export const LAST_SLOT = 31;

/**
 * Hands out the slots of the PCI bus to devices, by their names: that of the configuration, or the first one that nobody has. The display adapter
 * asks first, and so has number 2, as QEMU's, where no other is meant to have it.
 */
export function handOutSlots({ pciSlots = {} }: MachineConfig): (name: string) => number {
  const told = new Map(Object.entries(pciSlots));
  const taken = new Set(told.values());
  let next = FIRST_SLOT;
  return (name) => {
    const slot = told.get(name);
    if (slot !== undefined) return slot;
    while (taken.has(next)) next++;
    if (next > LAST_SLOT) throw new Error('all slots of the PCI bus are taken; give the machine fewer devices');
    return next++;
  };
}
