import { pciDiskModel } from '../../runtime/machine/catalogue/disks.ts';
import { isPciCard } from '../../runtime/machine/catalogue/network.ts';
import { pluggablePciRows } from '../../runtime/machine/catalogue/pluggable.ts';
import { isAdded } from '../../runtime/machine/catalogue/row.ts';
import { driveName } from '../drives/options.ts';
import type { MachineOptions } from '../options/options.ts';
import type { PciSlots } from '../options/pci-slots.ts';

/** The devices that are plugged into the PCI bus of a saved machine and can be pulled out, as messages name them. */
export function pluggedPciText(
  { drives = [], network = [], pciSlots = {}, ...others }: MachineOptions,
  startSlots: PciSlots,
): string {
  const disks = drives.flatMap((drive) =>
    typeof drive !== 'string' && pciDiskModel(drive.interface ?? 'ide') ? [driveName(drive)] : [],
  );
  const cards = network.flatMap(({ card = 'a card', name = card }) => (isPciCard(card) ? [name] : []));
  const { 'virtio-rng-pci': rng } = pluggablePciRows;
  const slotOf = slotsIn(pciSlots, startSlots);
  const names = [...cards, ...disks, ...(isAdded(rng, others) ? [rng.slot] : [])].sort();
  const places = names.map((name) => (slotOf(name) === undefined ? name : `${name} in slot ${slotOf(name)}`));
  return places.length === 0 ? 'nothing' : places.join(' and ');
}

/** The slot of a device that has one by the options of its machine, or had it at the start. */
function slotsIn(pciSlots: PciSlots, startSlots: PciSlots): (name: string) => number | undefined {
  return (name) => pciSlots[name] ?? startSlots[name];
}

/** A device of two machines that is in another slot in the second one, with both slots as messages name them. */
export function movedPciText(
  { pciSlots: then = {} }: MachineOptions,
  { pciSlots: now = {} }: MachineOptions,
  startSlots: PciSlots,
): [then: string, now: string] | undefined {
  const [slotThen, slotNow] = [slotsIn(then, startSlots), slotsIn(now, startSlots)];
  const name = Object.keys({ ...then, ...now }).find((one) => slotThen(one) !== slotNow(one));
  if (name === undefined) return undefined;
  const inSlot = (slot: number | undefined) =>
    slot === undefined ? 'the slot that it has without pciSlots' : `slot ${slot}`;
  return [`${name} in ${inSlot(slotThen(name))}`, inSlot(slotNow(name))];
}
