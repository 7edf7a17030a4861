import type { Machine } from './machine.ts';

/** The ids of devices on the PCI bus, by their slots; what has none is left out. */
export async function pciIds({ pci }: Machine): Promise<ReadonlyMap<number, string>> {
  return new Map((await pci.devices()).flatMap(({ slot, id, isNamed }) => (isNamed ? [[slot, id] as const] : [])));
}
