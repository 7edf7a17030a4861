import type { MachineConfig } from './config.ts';

/** Places on the PCI bus. The display adapter has the first that is free beside the chipset, where there is one. */
const [FIRST, END] = [2, 32];

/** Hands out the free places, one after the other. */
export function pciPlaces({ vga }: MachineConfig): () => number {
  let next = vga === 'std' ? FIRST + 1 : FIRST;
  return () => {
    if (next === END) throw new Error('all places on the PCI bus are taken; give the machine fewer devices');
    return next++;
  };
}
