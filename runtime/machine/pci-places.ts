import type { MachineConfig } from './config.ts';

/** Slots of the bus; the chipset has the first two. */
const [FIRST, END] = [2, 32];

/**
 * Hands out the slots of the PCI bus to devices, by their names: that of the configuration, or the first one that nobody has. The display adapter
 * asks first, and so has number 2, as QEMU's, where no other is meant to have it.
 */
export function pciPlaces({ pciSlots = {} }: MachineConfig): (name: string) => number {
  const told = new Map(Object.entries(pciSlots));
  const taken = new Set(told.values());
  let next = FIRST;
  return (name) => {
    const slot = told.get(name);
    if (slot !== undefined) return slot;
    while (taken.has(next)) next++;
    if (next >= END) throw new Error('all places on the PCI bus are taken; give the machine fewer devices');
    return next++;
  };
}
