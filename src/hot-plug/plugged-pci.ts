import { RNG_NAME } from '../../runtime/machine/resources.ts';
import { driveName } from '../drives/options.ts';
import type { MachineOptions } from '../options.ts';
import { type PciSlots, pciInterfaces } from '../pci-slots.ts';

/** What is plugged into the PCI bus of a machine that is saved, and can be pulled out, as messages name it. */
export function pluggedPciText(
  { drives = [], network = [], rng, pciSlots = {} }: MachineOptions,
  startSlots: PciSlots,
): string {
  const disks = drives.flatMap((drive) =>
    typeof drive !== 'string' && pciInterfaces.includes(drive.interface ?? 'ide') ? [driveName(drive)] : [],
  );
  const cards = network.flatMap(({ card = 'a card', name = card }) => (card === 'ne2k_isa' ? [] : [name]));
  const names = [...cards, ...disks, ...(rng === true ? [RNG_NAME] : [])].sort();
  const slotOf = (name: string) => pciSlots[name] ?? startSlots[name];
  const places = names.map((name) => (slotOf(name) === undefined ? name : `${name} in slot ${slotOf(name)}`));
  return places.length === 0 ? 'nothing' : places.join(' and ');
}
