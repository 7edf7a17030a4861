import { type Aml, device, eisaId, integer, ioPorts, named, resources, scope, string } from './aml.ts';
import {
  and,
  argument,
  doublewordPorts,
  exclusive,
  ifThen,
  method,
  mutex,
  notify,
  reference,
  shiftLeft,
  store,
} from './aml-code.ts';
import { GPE0, GPE0_PORT, PCI_HOT_PLUG_EVENT } from './registers.ts';

/** Values of notifications to a device (ACPI specification 2.0, 5.6.3). */
export const Notification = { deviceCheck: 1, ejectRequest: 3 } as const;

const ONE = integer(1);
const ZERO = integer(0);

/** The chip for plugging PCI devices in and pulling them out. */
export interface HotPlugChip {
  /** Its ports: doublewords, first those of slots that something was plugged into, that are to be let go of, and to be ejected; the fifth is the bus. */
  readonly first: number;
  readonly count: number;
  /** Slots that devices can be plugged into, or pulled out of. */
  readonly slots: readonly number[];
}

/**
 * ACPI objects for plugging PCI devices in and pulling them out: for each slot a device that can be ejected, and the
 * registers to look at when the event comes. Names are those of QEMU's tables (docs/specs/acpi_pci_hotplug.rst).
 */
export function hotPlugObjects({ first, slots }: HotPlugChip): Aml[] {
  return [
    doublewordPorts('PHPR', first, ['PCIU', 'PCID', 'B0EJ', null, 'BNUM']),
    mutex('BLCK'),
    method('PCEJ', 1, exclusive('BLCK', store(ZERO, 'BNUM'), shiftLeft(ONE, argument(0), 'B0EJ'))),
    method('DVNT', 2, ...slots.map(notifySlot)),
    method(
      'PCNT',
      0,
      exclusive(
        'BLCK',
        store(ZERO, 'BNUM'),
        reference('DVNT', reference('PCIU'), integer(Notification.deviceCheck)),
        reference('DVNT', reference('PCID'), integer(Notification.ejectRequest)),
      ),
    ),
    ...slots.map(slotDevice),
  ];
}

/** By device and function, as configuration addresses have them. */
function slotName(slot: number): string {
  return `S${(slot << 3).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The device of a slot, if its bit is set in the first argument, is told the second one. */
function notifySlot(slot: number): Aml {
  return ifThen(and(argument(0), integer(2 ** slot)), notify(slotName(slot), argument(1)));
}

function slotDevice(slot: number): Aml {
  return device(
    slotName(slot),
    named('_ADR', integer(slot * 0x10000)),
    named('_SUN', integer(slot)),
    method('_EJ0', 1, reference('PCEJ', reference('_SUN'))),
  );
}

/** The method that handles the event of PCI slots. */
export function hotPlugEvent(): Aml {
  return scope('\\_GPE', method(`_E0${PCI_HOT_PLUG_EVENT}`, 0, reference('\\_SB.PCI0.PCNT')));
}

/** Ports of its own that the chipset has among those of PCI: nothing else is to be put there. */
export function hotPlugPorts({ first, count }: HotPlugChip): Aml[] {
  return [
    chipsetPorts('PHPD', 'PCI Hotplug resources', first, count),
    chipsetPorts('GPE0', 'GPE0 resources', GPE0_PORT, GPE0.bytes),
  ];
}

/** A device that holds ports of the chipset's own, with other terms about them. */
export function chipsetPorts(name: string, unique: string, base: number, count: number, ...terms: Aml[]): Aml {
  return device(
    name,
    named('_HID', eisaId('PNP0A06')),
    named('_UID', string(unique)),
    named('_STA', integer(0x0b)),
    named('_CRS', resources(ioPorts(base, count))),
    ...terms,
  );
}
